"""Chances of counts learned from many series at once: for each of some counts the odds that a coming period brings more, by logistic regression on what the past of a series looks like (distribution regression; Foresi & Peracchi 1995). Pure.

Odds are told twice: of plain counts, and of multiples of the series' own level, which says more of the large ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
COUNTS = np.array([0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 130, 200, 300, 450, 700, 1000, 1500, 2300, 3500, 5000], float)
TIMES = np.array([0, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2, 3, 4.5, 7, 11, 18, 30, 60, 120])  # of the level
AHEAD = (1, 3, 6, 12)  # periods ahead with a regression of their own; what lies between is interpolated
HALVES = (1.5, 4.0, 10.0, 30.0, 90.0)  # half-lives of the means a past is looked at by, in periods
YEAR = 12  # periods of the last maximum, and of the baselines
LEAST_LEVEL = 0.3  # multiples of a smaller level say nothing
RIDGE = 2.0  # penalty on squared coefficients of standardised traits
LEAST = 300  # outcomes from which a regression is made
PASSED = 8  # times a count must have been passed, and not passed, before its odds are told
EVERY = 12  # periods between regressions


class Look(NamedTuple):
    """What the past of a series looks like. level: a mean of it, above 0; traits: a 1 and what its logarithms, gaps and peaks are."""

    level: float
    traits: Floats


class Fit(NamedTuple):
    """Coefficients (horizons x steps x traits) of plain counts and of multiples, NaN where nothing is known. left: periods from what was known then to the end of the series."""

    left: int
    plain: Floats
    multiples: Floats


def looked(history: Floats) -> Look:
    """Return how the past of a series, oldest first, looks."""
    ages, some, logs = np.arange(len(history))[::-1].astype(float), history > 0, np.log1p(history)
    weights = np.exp2(-ages[None, :] / np.array(HALVES)[:, None])
    weights /= weights.sum(1, keepdims=True)
    means = weights @ history
    levels = np.log1p(means)
    gap = len(history) - 1 - int(np.flatnonzero(some)[-1]) if some.any() else len(history)
    traits = [1.0, logs[-1], *levels, *(weights @ some), *(weights @ logs), np.log1p(gap), logs[-YEAR:].max(), logs.max()]
    return Look(float(means[2]) + 0.25, np.array(traits))


TRAITS = len(looked(np.ones(1)).traits)


class Odds:
    """The odds as they were learned, period by period. horizon: periods ahead that are told."""

    def __init__(self, horizon: int) -> None:
        self.horizon, self.ahead = horizon, tuple(h for h in AHEAD if h <= horizon)
        self.seen: dict[int, list[tuple[Look, float]]] = {h: [] for h in self.ahead}
        self.fits: list[Fit] = []

    def take(self, look: Look, ahead: int, count: float) -> None:
        """Take what a series brought so many periods after it looked so."""
        if ahead in self.seen:
            self.seen[ahead].append((look, count))

    def fit(self, left: int) -> None:
        """Make the regressions anew from all that was seen, beginning with the last ones."""
        if min((len(s) for s in self.seen.values()), default=0) < LEAST:
            return
        shapes = [(len(self.ahead), len(steps), TRAITS) for steps in (COUNTS, TIMES)]
        plain, multiples = (c.copy() for c in self.fits[-1][1:]) if self.fits else (np.full(s, np.nan) for s in shapes)
        for a, h in enumerate(self.ahead):
            traits, counts = np.array([look.traits for look, _ in self.seen[h]]), np.array([count for _, count in self.seen[h]])
            levels = np.array([look.level for look, _ in self.seen[h]])
            high = levels >= LEAST_LEVEL
            plain[a] = _regressed(traits, counts, COUNTS, plain[a])
            if high.sum() >= LEAST:
                multiples[a] = _regressed(traits[high], counts[high] / levels[high], TIMES, multiples[a])
        self.fits.append(Fit(left, plain, multiples))

    def below(self, look: Look, grid: Floats, left: int) -> Floats | None:
        """Return the chance of at most each count of a grid by plain counts and by multiples (2 x horizon x grid), from what was known `left` periods before the end; None when that was too little."""
        fit = next((f for f in reversed(self.fits) if f.left >= left), None)
        if fit is None or np.isnan(fit.plain[:, 0, 0]).any():
            return None
        plain = self._spread(_below(fit.plain, look, COUNTS, grid, 1.0))
        if look.level < LEAST_LEVEL or np.isnan(fit.multiples[:, 0, 0]).any():
            return np.stack([plain, plain])
        return np.stack([plain, self._spread(_below(fit.multiples, look, TIMES, grid / look.level, 4.0))])

    def _spread(self, rows: Floats) -> Floats:
        """From the horizons with odds to all."""
        place = np.interp(np.log(np.arange(1, self.horizon + 1)), np.log(self.ahead), np.arange(len(self.ahead)))
        low = np.minimum(place.astype(int), len(rows) - 1)
        part, high = (place - low)[:, None], np.minimum(low + 1, len(rows) - 1)
        out: Floats = rows[low] * (1 - part) + rows[high] * part
        return out


def _regressed(traits: Floats, counts: Floats, steps: Floats, before: Floats) -> Floats:
    """Return logistic coefficients (steps x traits) of passing each step, by a few of Newton's steps from those before; NaN for a step that was passed, or not passed, too rarely."""
    mean, size = traits.mean(0), traits.std(0) + 1e-9
    mean[0], size[0] = 0.0, 1.0
    z, penalty = (traits - mean) / size, np.full(len(mean), RIDGE)
    penalty[0] = 0.01
    out = np.full_like(before, np.nan)
    for k, step in enumerate(steps):
        passed = (counts > step).astype(float)
        if not PASSED <= passed.sum() <= len(passed) - PASSED:
            continue
        new = bool(np.isnan(before[k, 0]))
        b = np.zeros(len(mean)) if new else before[k] * size
        if not new:
            b[0] = before[k] @ mean + before[k, 0]
        for _ in range(4 if new else 2):
            chance = 1 / (1 + np.exp(-np.clip(z @ b, -15, 15)))
            weight = np.maximum(chance * (1 - chance), 1e-6)
            move = np.linalg.solve((z * weight[:, None]).T @ z + np.diag(penalty), z.T @ (passed - chance) - penalty * b)
            b = b + move * min(1.0, 3.0 / max(float(np.abs(move).max()), 1e-9))
        out[k] = b / size
        out[k, 0] = b[0] - out[k, 1:] @ mean[1:]
    return out


def _below(coefficients: Floats, look: Look, steps: Floats, grid: Floats, fine: float) -> Floats:
    """Return the chance of at most each value of a grid by horizon, interpolated between the steps on the scale of asinh(fine x value)."""
    rows: list[Sequence[float]] = []
    for one in coefficients:
        known = ~np.isnan(one[:, 0])
        over = np.minimum.accumulate(1 / (1 + np.exp(-np.clip(one[known] @ look.traits, -15, 15))))
        ends = np.append(steps[known], 4 * steps[known][-1] + 10 / fine)  # beyond the last step that was passed often enough
        rows.append(1 - np.interp(np.arcsinh(fine * grid), np.arcsinh(fine * ends), np.append(over, 0.0)))
    out: Floats = np.array(rows)
    out[:, -1] = 1.0
    return out
