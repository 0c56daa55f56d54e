"""Forecasts of counts as distributions: baselines that are hard to beat, and a mixture that is used only where rolling backtests on the very series show it better. Pure.

Baselines: zero; the last value as Poisson; the mean of the last YEAR periods as Poisson; "conflictology", the last YEAR periods resampled (Hegre et al. 2024, VIEWS prediction challenge).
The mixture pools what happened before, weighted by age with several half-lives and spread by several widths; how much each counts is learned from how well it would have forecast the past of this series
(exponential weights on the CRPS; Vovk 1990, Gneiting & Raftery 2007). No parameter is fitted to other data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
YEAR = 12  # periods of the baselines
LEAST, LEAST_SOME = 24, 5  # periods of history, and periods with anything, from which a forecast is made
HALVES = (1.5, 4.0, 10.0, 30.0)  # half-lives in periods of the mixture's memory
WIDTHS = (0.0, 0.5, 1.0)  # spread of each past value, as the standard deviation of its logarithm
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
RATE = 10.0  # how fast a worse part loses weight: one that is 10 % worse has a third of it
FADE = 80.0  # half-life, in periods, of what is remembered of a part's past
DRIFT = 0.15  # how much wider the mixture gets with the square root of the periods ahead
ENOUGH = 24.0  # periods with something from which the scores are trusted fully
BURN = 12  # first period that is forecast in the backtest
LOOK = 240  # periods of history that are looked at
FIRST = 0.97  # another baseline than conflictology is the best one only when its CRPS is at most so much of its
MARGIN = 1.0  # the mixture speaks where its CRPS is at most so much of the best baseline's
_NODES = np.array([-1.7321, 0.0, 1.7321])  # three-point Gauss-Hermite quadrature of a normal
_MASS = np.array([1 / 6, 2 / 3, 1 / 6])
BASELINES = ("zero", "last", "mean", "conflictology")


_PARTS = len(HALVES) * len(WIDTHS)
TRUST = np.array(
    [0.8 / _PARTS] * _PARTS + [0.01, 0.02, 0.01, 0.01, 0.15]
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
    """The coming periods. model: who speaks, a baseline's name or "mixture"; ratio: CRPS of the mixture in the backtest relative to the best baseline, None when there was no backtest; best: that baseline; periods_seen;
    missing: why there is no forecast, "" when there is one."""

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


def widened(pool: Pool, width: float) -> Pool:
    """Return a distribution with every value spread by a lognormal of this width, its mean kept: the further ahead, the less the level of today says."""
    spread = np.rint(pool.values[:, None] * np.exp(width * _NODES[None, :] - width * width / 2))
    return made(spread.ravel(), (pool.weights[:, None] * _MASS[None, :]).ravel())


class Backtest:
    """Rolling forecasts of a series from its own past, an origin at a time: scores of the baselines, of the mixture's parts, and of the mixture, by horizon."""

    def __init__(self, counts: Sequence[float], horizon: int) -> None:
        self.counts, self.horizon = np.asarray(counts, float)[-LOOK:], horizon
        self.now = min(BURN, len(self.counts)) - 1  # origin: the last period that is known
        n = len(HALVES) * len(WIDTHS) + 1 + len(BASELINES)
        self.loss = np.zeros((horizon, n))  # faded sums of the parts' scores
        self.size = np.zeros(horizon)
        self.told = np.zeros(horizon)  # faded number of periods that tell something: those in which something happened
        self.given: dict[int, tuple[list[Pool], list[Pool]]] = {}  # origin -> parts, mixtures by horizon
        self.based: dict[int, list[Pool]] = {}
        self.scores: list[tuple[int, int, float, tuple[float, ...]]] = []  # origin, horizon, mixture, baselines

    def weights(self, h: int) -> Floats:
        """Return how much each part counts at a horizon (1 and up)."""
        if not self.size[h - 1]:
            return TRUST
        mean = self.loss[h - 1] / self.size[h - 1]
        scale = max(float(mean.min()), 1e-9)
        raw = np.exp(-RATE * (mean / scale - 1) * min(1.0, self.told[h - 1] / ENOUGH))
        out: Floats = TRUST * raw / (TRUST * raw).sum()
        return out

    def say(self) -> tuple[list[Pool], list[Pool]]:
        """Return what the mixture and the baselines say from the present origin: the mixture for every horizon."""
        history = self.counts[: self.now + 1]
        parts = experts(history)
        mixed = []
        for h in range(1, self.horizon + 1):
            shares = self.weights(h)
            keep = np.flatnonzero(shares > 1e-3)
            mixed.append(widened(pooled([parts[k] for k in keep], shares[keep]), DRIFT * math.sqrt(h)))
        self.given[self.now], self.based[self.now] = (parts, mixed), parts[-len(BASELINES) :]
        return mixed, self.based[self.now]

    def step(self) -> None:
        """Go on by a period: what it brought is held against what was said of it before."""
        self.now += 1
        seen = self.counts[self.now : self.now + 1]
        fade = 0.5 ** (1 / FADE)
        for h in range(1, self.horizon + 1):
            origin = self.now - h
            if origin in self.given:
                parts, mixed = self.given[origin]
                loss = np.array([crps(p, seen)[0] for p in parts])
                self.loss[h - 1] = self.loss[h - 1] * fade + loss
                self.size[h - 1] = self.size[h - 1] * fade + 1
                self.told[h - 1] = self.told[h - 1] * fade + float(seen[0] > 0)
                self.scores.append((origin, h, float(crps(mixed[h - 1], seen)[0]), tuple(float(x) for x in loss[-len(BASELINES) :])))
        self.given.pop(self.now - self.horizon, None)
        self.based.pop(self.now - self.horizon, None)

    def run(self) -> Backtest:
        """Go through the whole series."""
        while self.now < len(self.counts) - 1:
            self.say()
            self.step()
        return self

    def best(self) -> tuple[str, float | None]:
        """Return the best baseline so far, and the CRPS of the mixture relative to it; later scores count more. None when there are no scores yet."""
        if not self.scores:
            return "conflictology", None
        ages = np.array([self.now - s[0] for s in self.scores], float)
        keep = np.exp2(-ages / (2 * FADE))
        mixture = float((keep * np.array([s[2] for s in self.scores])).sum())
        based = (keep[:, None] * np.array([s[3] for s in self.scores])).sum(0)
        at = int(based.argmin())
        usual = BASELINES.index("conflictology")
        at = at if based[at] < FIRST * based[usual] else usual
        return BASELINES[at], (mixture / based[at] if based[at] > 0 else 1.0 if mixture == 0 else math.inf)


def forecast(counts: Sequence[float], horizon: int) -> Forecast:
    """Return the coming `horizon` periods of a series of counts, oldest first. Too little history gives a Forecast without periods that says what is missing."""
    seen, some = len(counts), sum(1 for c in counts if c > 0)
    if seen < LEAST or some < LEAST_SOME:
        wanted = f"{seen} periods, {some} of them with events; a forecast needs {LEAST} and {LEAST_SOME}"
        return Forecast((), "", None, "", seen, wanted)
    test = Backtest(counts, horizon).run()
    mixed, based = test.say()
    best, ratio = test.best()
    use = ratio is not None and ratio <= MARGIN
    pools = mixed if use else [based[BASELINES.index(best)]] * horizon
    return Forecast(tuple(period(p) for p in pools), "mixture" if use else best, ratio, best, seen)


def period(pool: Pool) -> Period:
    """Return what is told of one period."""
    return Period(float((pool.values * pool.weights).sum()), tuple(float(q) for q in quantiles(pool, LEVELS)), float(pool.weights[pool.values >= 0.5].sum()))
