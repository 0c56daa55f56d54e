"""Forecasts of counts as distributions: baselines that are hard to beat, and a mixture that is used only where rolling backtests show it better. Pure.

Baselines: zero; the last value as Poisson; the mean of the last YEAR periods as Poisson; "conflictology", the last YEAR periods resampled (Hegre et al. 2024, VIEWS prediction challenge).
The mixture pools what happened before, weighted by age with several half-lives and spread by several widths; how much each counts is learned from how well it would have forecast the past of this series
(exponential weights on the CRPS; Vovk 1990, Gneiting & Raftery 2007), and from the pasts of other series where there are any (`together`), which add two parts of their own (`odds`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from marsad.outlook.odds import YEAR, Floats, Look, looked

LEAST, LEAST_SOME = 24, 5  # periods of history, and periods with anything, from which a forecast is made
HALVES = (1.5, 4.0, 10.0, 30.0)  # half-lives in periods of the mixture's memory
WIDTHS = (0.0, 0.5, 1.0, 1.5)  # spread of each past value, as the standard deviation of its logarithm
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
RATE = 2.0  # how fast a worse part loses weight: one that is 10 % worse has four fifths of it
FADE = 80.0  # half-life, in periods, of what is remembered of a part's past
ENOUGH = 24.0  # periods with something from which the scores are trusted fully
BURN = 12  # first period that is forecast in the backtest
LOOK = 240  # periods of history that are looked at
FIRST = 0.97  # another baseline than conflictology is the best one only when its CRPS is at most so much of its
OTHERS = 6000.0  # outcomes (one for each horizon) that what other series say counts for in the choice
GRID = 72  # counts at which distributions are compared, ever further apart
NOTHING = 0.1  # added to a level before scores are divided by it, so that none is divided by 0
MARGIN = 1.0  # the mixture speaks where its CRPS is at most so much of the best baseline's
_NODES = np.array([-1.7321, 0.0, 1.7321])  # three-point Gauss-Hermite quadrature of a normal
_MASS = np.array([1 / 6, 2 / 3, 1 / 6])
BASELINES = ("zero", "last", "mean", "conflictology")


_KERNELS = len(HALVES) * len(WIDTHS)
PARTS = _KERNELS + 1 + len(BASELINES)
LEARNED = 2  # parts that come from other series; they stand before the others
TRUST = np.array(
    [0.8 / _KERNELS] * _KERNELS + [0.01, 0.02, 0.01, 0.01, 0.15]
)  # how much each part counts before anything is known of it; Poisson distributions are too sure of themselves


class Pool(NamedTuple):
    """A distribution of counts: values, ascending, with their weights, which sum to 1."""

    values: Floats
    weights: Floats


class Period(NamedTuple):
    """One coming period: mean, quantiles at LEVELS, chance of at least one."""

    mean: float
    quantiles: tuple[float, ...]
    some: float


class Forecast(NamedTuple):
    """The coming periods. model: who speaks, a baseline's name or "mixture"; ratio: CRPS of the mixture in the backtest beside the best baseline, each score
    relative to the level at its origin, None when there was no backtest; best: that baseline; periods_seen; missing: why there is no forecast, "" when there is one."""

    periods: tuple[Period, ...]
    model: str
    ratio: float | None
    best: str
    periods_seen: int
    missing: str = ""


def crps(pool: Pool, seen: Floats) -> Floats:
    """Return the continuous ranked probability score of a distribution for each of some outcomes (Gneiting & Raftery 2007, eq. 21), in counts; smaller is better."""
    x, w = pool
    total, moment = np.cumsum(w), np.cumsum(w * x)
    spread = 2.0 * float(np.sum(w * (x * total - moment)))  # E|X - X'|
    at = np.searchsorted(x, seen, side="right")
    below, under = np.concatenate([[0.0], total])[at], np.concatenate([[0.0], moment])[at]
    out: Floats = (seen * below - under) + ((moment[-1] - under) - seen * (total[-1] - below)) - 0.5 * spread
    return out


def quantiles(pool: Pool, levels: Sequence[float]) -> Floats:
    """Return quantiles of a distribution: the smallest value whose cumulated weight reaches the level."""
    at = np.searchsorted(np.cumsum(pool.weights) / pool.weights.sum(), np.asarray(levels) - 1e-12)
    out: Floats = pool.values[np.minimum(at, len(pool.values) - 1)]
    return out


def pit(pool: Pool, seen: float, uniform: float) -> float:
    """Return the randomised probability integral transform of an outcome (Czado, Gneiting, Held 2009): uniform when forecasts are calibrated."""
    below = float(pool.weights[pool.values < seen - 0.5].sum())
    upto = float(pool.weights[pool.values < seen + 0.5].sum())
    return below + uniform * (upto - below)


def made(values: Floats, weights: Floats) -> Pool:
    """Return a distribution of values with weights, those of equal value together."""
    found, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weights=weights, minlength=len(found))
    return Pool(found, mass / mass.sum())


def poisson(mean: float) -> Pool:
    """Return a Poisson distribution, its far tails left out."""
    if mean <= 0:
        return Pool(np.zeros(1), np.ones(1))
    low, high = max(0, math.floor(mean - 6 * math.sqrt(mean) - 2)), math.ceil(mean + 6 * math.sqrt(mean) + 8)
    k = np.arange(low, high + 1, max(1, (high - low) // 400))
    logs = k * math.log(mean) - mean - np.array([math.lgamma(v + 1) for v in k])
    weights = np.exp(logs - logs.max())
    return Pool(k.astype(float), weights / weights.sum())


def baseline(name: str, history: Floats) -> Pool:
    """Return what a baseline says of every coming period."""
    recent = history[-YEAR:]
    if name == "zero":
        return Pool(np.zeros(1), np.ones(1))
    if name == "last":
        return poisson(float(history[-1]))
    if name == "mean":
        return poisson(float(recent.mean()))
    return made(recent, np.ones(len(recent)))


def experts(history: Floats) -> list[Pool]:
    """Return what each part of the mixture says: the past weighted by age with each half-life, spread by each width; and a Poisson around each of two recent means."""
    out = []
    ages = np.arange(len(history))[::-1].astype(float)
    for half in HALVES:
        keep = ages < 8 * half
        values, weights = history[keep], np.exp2(-ages[keep] / half)
        mean = float((values * weights).sum() / weights.sum())
        for width in WIDTHS:
            if width == 0.0:
                out.append(made(values, weights))
                continue
            floor = np.maximum(values, min(0.5, mean))  # a period without anything may be followed by one with something, the likelier the more there was around it
            spread = np.rint(floor[:, None] * np.exp(width * _NODES[None, :] - width * width / 2))
            share = np.repeat(weights[:, None], 3, 1) * _MASS[None, :]
            zero = values == 0
            spread[zero, :2] = 0.0
            out.append(made(spread.ravel(), share.ravel()))
    return [*out, poisson(float(history[-3:].mean())), *(baseline(name, history) for name in BASELINES)]


def pooled(pools: Sequence[Pool], weights: Floats) -> Pool:
    """Return the linear pool of some distributions."""
    return made(np.concatenate([p.values for p in pools]), np.concatenate([p.weights * w for p, w in zip(pools, weights, strict=True)]))


class Said(NamedTuple):
    """What is said from an origin: the parts; a grid of counts with the steps between them, and how likely each part holds a count of at most that (parts x grid), and each that is learned from other series (LEARNED x horizon x grid; None without any);
    how much each part counts, by horizon; the mean of the year before; how the past looks, None without other series."""

    parts: list[Pool]
    grid: Floats
    steps: Floats
    below: Floats
    learned: Floats | None
    shares: Floats
    level: float
    look: Look | None

    def at(self, ahead: int) -> Floats:
        """Return how likely each part holds so many periods ahead a count of at most each of the grid; learned parts first."""
        return self.below if self.learned is None else np.concatenate([self.learned[:, ahead - 1], self.below])

    def mixture(self, ahead: int) -> Pool:
        """Return the mixture for so many periods ahead."""
        shares = self.shares[ahead - 1]
        learned = [] if self.learned is None else [Pool(self.grid, np.diff(below, prepend=0.0)) for below in self.learned[:, ahead - 1]]
        parts, keep = [*learned, *self.parts], np.flatnonzero(shares > 1e-3)
        return pooled([parts[k] for k in keep], shares[keep])

    def baselines(self) -> list[Pool]:
        """Return what the baselines say, for every period ahead."""
        return self.parts[-len(BASELINES) :]


class Knowledge(Protocol):
    """What other series say (`together.Common`)."""

    def trust(self, level: float) -> Floats:
        """Return the weights of the parts, learned ones first, by horizon at a level of counts."""

    def ratio(self, level: float) -> float | None:
        """Return how the mixture did there, beside the best baseline."""

    def learned(self, look: Look, grid: Floats, left: int) -> Floats | None:
        """Return what other series say of one that looks so, `left` periods before the end (LEARNED x horizon x grid)."""

    def note(self, said: Said, ahead: int, seen: float, losses: Floats, mixture: float) -> None:
        """Take what an outcome says."""


class Backtest:
    """Rolling forecasts of a series from its own past, an origin at a time, and how they did. known: what other series say."""

    def __init__(self, counts: Sequence[float], horizon: int, known: Knowledge | None = None) -> None:
        self.counts, self.horizon, self.known = np.asarray(counts, float), horizon, known
        self.now = min(BURN, len(self.counts)) - 1  # origin: the last period that is known
        self.loss = np.zeros((horizon, LEARNED + PARTS))  # faded sums of the parts' scores
        self.size = np.zeros(horizon)
        self.told = np.zeros(horizon)  # faded number of periods that tell something: those in which something happened
        self.said: dict[int, Said] = {}
        # faded sums over all horizons: scores of the mixture and of the baselines relative to the level, lest one great fall decides for ever; outcomes that told something
        self.mixture, self.based, self.heard = 0.0, np.zeros(len(BASELINES)), 0.0

    def say(self) -> Said:
        """Return what is said from the present origin."""
        history = self.counts[max(0, self.now + 1 - LOOK) : self.now + 1]
        parts, level = experts(history), float(history[-YEAR:].mean())
        grid = np.unique(np.rint(np.sinh(np.linspace(0.0, np.arcsinh(4 * history[-5 * YEAR :].max() + 10), GRID))))
        steps = np.diff(np.append(grid, grid[-1] + 1))
        below = np.stack([np.concatenate([[0.0], np.cumsum(p.weights)])[np.searchsorted(p.values, grid, side="right")] for p in parts])
        look = looked(history) if self.known and len(history) >= YEAR else None
        learned = self.known.learned(look, grid, len(self.counts) - 1 - self.now) if self.known and look else None
        learned = None if learned is None else learned[:, : self.horizon]
        self.said[self.now] = Said(parts, grid, steps, below, learned, self._shares(level, PARTS if learned is None else LEARNED + PARTS), level, look)
        return self.said[self.now]

    def _shares(self, level: float, parts: int) -> Floats:
        """How much each of the last `parts` counts by horizon: what other series say, and how it did on this one."""
        trust = self.known.trust(level)[: self.horizon, -parts:] if self.known else np.tile(TRUST, (self.horizon, 1))
        mean = self.loss[:, -parts:] / np.maximum(self.size, 1e-9)[:, None]
        scale = np.maximum(mean.min(1, keepdims=True), 1e-9)
        out: Floats = trust * np.exp(-RATE * (mean / scale - 1) * np.minimum(1.0, self.told / ENOUGH)[:, None] * (self.size > 0)[:, None])
        out /= out.sum(1, keepdims=True)
        return out

    def step(self, pupil: Knowledge | None = None) -> None:
        """Go on by a period: what it brought is held against what was said of it before. pupil: learns from it."""
        self.now += 1
        seen, fade = self.counts[self.now], 0.5 ** (1 / FADE)
        slow = math.sqrt(fade)
        self.mixture, self.based, self.heard = self.mixture * slow, self.based * slow, self.heard * slow
        for h in range(1, self.horizon + 1):
            said = self.said.get(self.now - h)
            if said is None:
                continue
            below, above = said.at(h), (said.grid >= seen).astype(float)
            losses = (((below - above) ** 2) * said.steps).sum(1)
            mixture = float((((said.shares[h - 1] @ below - above) ** 2) * said.steps).sum())
            self.loss[h - 1] = self.loss[h - 1] * fade + np.concatenate(
                [np.full(LEARNED + PARTS - len(losses), losses[-1]), losses]
            )  # a part that did not speak is as good as conflictology
            self.size[h - 1] = self.size[h - 1] * fade + 1
            self.told[h - 1] = self.told[h - 1] * fade + float(seen > 0)
            usual = said.level + NOTHING
            self.mixture += mixture / usual
            self.based = self.based + losses[-len(BASELINES) :] / usual
            self.heard += float(seen > 0)
            if pupil:
                pupil.note(said, h, float(seen), losses, mixture)
        self.said.pop(self.now - self.horizon, None)

    def run(self) -> Backtest:
        """Go through the whole series."""
        while self.now < len(self.counts) - 1:
            self.say()
            self.step()
        return self

    def best(self) -> tuple[str, float | None]:
        """Return the best baseline so far, and the CRPS of the mixture relative to it; later scores count more. None when there are no scores yet."""
        if not self.size.any():
            return "conflictology", None
        at, usual = int(self.based.argmin()), BASELINES.index("conflictology")
        at = at if self.based[at] < FIRST * self.based[usual] else usual
        return BASELINES[at], (self.mixture / self.based[at] if self.based[at] > 0 else 1.0 if self.mixture == 0 else math.inf)

    def speaks(self) -> bool:
        """Whether the mixture is to be used: it was no worse than the best baseline on this series, and on others at its level, which count as much as OTHERS outcomes of its own."""
        ratio = self.best()[1]
        level = float(self.counts[max(0, self.now + 1 - YEAR) : self.now + 1].mean())
        others = self.known.ratio(level) if self.known else None
        if others is None:
            return ratio is not None and ratio <= MARGIN
        own = self.heard if ratio is not None and math.isfinite(ratio) else 0.0
        return (own * (ratio or 0.0) + OTHERS * others) / (own + OTHERS) <= MARGIN if own else others <= MARGIN


def forecast(counts: Sequence[float], horizon: int, known: Knowledge | None = None) -> Forecast:
    """Return the coming `horizon` periods of a series of counts, oldest first. known: what other series say. Too little history gives a Forecast without periods that says what is missing."""
    seen, some = len(counts), sum(1 for c in counts if c > 0)
    if seen < LEAST or some < LEAST_SOME:
        wanted = f"{seen} periods, {some} of them with events; a forecast needs {LEAST} and {LEAST_SOME}"
        return Forecast((), "", None, "", seen, wanted)
    test = Backtest(counts[-LOOK:], horizon, known).run()
    said, (best, ratio), use = test.say(), test.best(), test.speaks()
    pools = [said.mixture(h) for h in range(1, horizon + 1)] if use else [said.baselines()[BASELINES.index(best)]] * horizon
    return Forecast(tuple(period(p) for p in pools), "mixture" if use else best, ratio, best, seen)


def period(pool: Pool) -> Period:
    """Return what is told of one period."""
    return Period(float((pool.values * pool.weights).sum()), tuple(float(q) for q in quantiles(pool, LEVELS)), float(pool.weights[pool.values >= 0.5].sum()))
