"""What many series of counts say together of how to forecast one: what comes after a past that looks like its own (`odds`), how far each part of the mixture is to be trusted at which level of count and how far ahead, and where the mixture is better than the best baseline. Pure.

The weights of the pool go down the gradient of its CRPS (exponentiated gradient; Kivinen & Warmuth 1997, for expert distributions Thorey et al. 2017), a period at a time, so that nothing is known of a period before it has come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from marsad.outlook.forecast import BASELINES, LEARNED, LOOK, PARTS, TRUST, Backtest, Said
from marsad.outlook.odds import COUNTS, EVERY, TIMES, TRAITS, Fit, Floats, Look, Odds

EDGES = np.array([0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0])  # of levels: mean count of the YEAR before
STEP = 0.15  # how far weights go along a gradient in a period; chosen on the panels of bench/panels.py
FIRST_TRUST = 0.18  # in each learned part, before anything is known
FADE = 0.5 ** (1 / 80)  # what is left of a period's scores a period later


class Common:
    """The knowledge of many series. horizon: periods ahead that it is about."""

    def __init__(self, horizon: int) -> None:
        size = (len(EDGES) + 1, horizon)
        self.weights: Floats = np.tile(np.concatenate([np.full(LEARNED, FIRST_TRUST), TRUST * (1 - LEARNED * FIRST_TRUST) / TRUST.sum()]), (*size, 1))
        self.scale, self.number = np.zeros(size), np.zeros(size)  # faded sums: scores of conflictology, and how many
        self.mixture, self.based = np.zeros(size[0]), np.zeros((size[0], len(BASELINES)))
        self.odds, self.left = Odds(horizon), 0  # left: periods to the end of the series
        self._fresh()

    def _fresh(self) -> None:
        self.slope = np.zeros_like(self.weights)
        self.met, self.had = np.zeros_like(self.scale), np.zeros_like(self.scale)

    def trust(self, level: float) -> Floats:
        """Return the weights of the parts, learned ones first, by horizon (horizon x parts) for a series at a level."""
        out: Floats = self.weights[_at(level)]
        return out

    def ratio(self, level: float) -> float | None:
        """Return the CRPS of the mixture relative to the best baseline over all series at a level; None when there were none."""
        best = float(self.based[_at(level)].min())
        return float(self.mixture[_at(level)]) / best if best > 0 else None

    def learned(self, look: Look, grid: Floats, left: int) -> Floats | None:
        """Return what comes after a past that looks so, as it was known `left` periods before the end (LEARNED x horizon x grid)."""
        return self.odds.below(look, grid, left)

    def note(self, said: Said, ahead: int, seen: float, losses: Floats, mixture: float) -> None:
        """Take what an outcome says. ahead: periods (1 and up) from the origin; seen: the count; losses: CRPS of each part; mixture: that of the mixture."""
        at, h, below = _at(said.level), ahead - 1, said.at(ahead)
        weights = self.weights[at, h, -len(below) :] / self.weights[at, h, -len(below) :].sum()
        slope = 2 * (below * ((weights @ below - (said.grid >= seen)) * said.steps)).sum(1)
        self.slope[at, h] += np.concatenate([np.full(LEARNED + PARTS - len(below), weights @ slope), slope])
        self.met[at, h] += losses[-1]
        self.had[at, h] += 1
        self.mixture[at] += mixture
        self.based[at] += losses[-len(BASELINES) :]
        if said.look:
            self.odds.take(said.look, ahead, seen)

    def learn(self) -> None:
        """Move the weights by what was noted since: a period has passed. The odds are learned every EVERY periods."""
        self.scale, self.number = self.scale * FADE + self.met, self.number * FADE + self.had
        usual = self.scale / np.maximum(self.number, 1e-9)
        ready = (self.had > 0) & (usual > 0)
        slope = np.where(ready[..., None], self.slope / np.maximum(self.had, 1)[..., None] / np.where(ready, usual, 1.0)[..., None], 0.0)
        slope = np.clip(slope - slope.mean(-1, keepdims=True), -5, 5) * np.minimum(1.0, np.sqrt(self.had / 4))[..., None]
        self.weights = self.weights * np.exp(-STEP * slope)
        self.weights /= self.weights.sum(-1, keepdims=True)
        self._fresh()
        self.left -= 1
        if self.left % EVERY == 0:
            self.odds.fit(self.left)

    def kept(self, path: Path) -> None:
        """Keep it in a file (NumPy's, without pickles)."""
        aside = path.with_name(f".{path.name}.part.npz")
        fits = [f for f in self.odds.fits if f.left <= LOOK]
        odds = [np.array([f[i] for f in fits]) for i in range(len(Fit._fields))]
        np.savez(aside, weights=self.weights, scale=self.scale, number=self.number, mixture=self.mixture, based=self.based, left=odds[0], plain=odds[1], multiples=odds[2])
        aside.replace(path)

    @staticmethod
    def of(path: Path, horizon: int) -> Common | None:
        """Return what is kept in a file for the first `horizon` periods; None when there is none that can be used."""
        try:
            with path.open("rb") as source, np.load(source, allow_pickle=False) as data:
                out = Common(data["weights"].shape[1])
                for name in ("weights", "scale", "number", "mixture", "based"):
                    if data[name].shape != getattr(out, name).shape:
                        return None
                    setattr(out, name, data[name])
                if any(data[name].shape[1:] not in ((), (len(out.odds.ahead), len(steps), TRAITS)) for name, steps in (("plain", COUNTS), ("multiples", TIMES))):
                    return None  # learned by another version
                out.odds.fits = [Fit(int(left), plain, multiples) for left, plain, multiples in zip(data["left"], data["plain"], data["multiples"], strict=True)]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None
        return out if out.weights.shape[1] >= horizon and out.weights.shape[2] == LEARNED + PARTS else None


def _at(level: float) -> int:
    return int(np.searchsorted(EDGES, level, side="right"))


def together(series: Sequence[Sequence[float]], horizon: int, common: Common | None = None) -> Iterator[list[Backtest]]:
    """Go through series that end in the same period, a period at a time; yield those that have begun, each with what it says from there. `common` is what they learn together."""
    shared = common or Common(horizon)
    tests = [Backtest(counts, horizon, shared) for counts in series]
    longest = max((len(t.counts) for t in tests), default=0)
    shared.left = longest
    for now in range(longest):
        going = [t for t in tests if now - (longest - len(t.counts)) >= t.now >= 0]
        for test in going:
            if now - (longest - len(test.counts)) > test.now:
                test.step(shared)
        shared.learn()
        for test in going:
            test.say()
        if going:
            yield going
