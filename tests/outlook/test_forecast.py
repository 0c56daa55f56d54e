import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsad.outlook.forecast import LEVELS, Backtest, Pool, baseline, crps, forecast, made, pit, poisson, quantiles

COUNTS = st.lists(st.integers(0, 400), min_size=1, max_size=40)


@given(COUNTS, st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_crps_is_the_integral_of_the_squared_distance_of_distributions(values, seen):
    pool = made(np.array(values, float), np.ones(len(values)))
    grid = np.arange(-1, 520)
    cumulated = np.array([pool.weights[pool.values <= x].sum() for x in grid])
    assert crps(pool, np.array([float(seen)]))[0] == pytest.approx(float(((cumulated - (grid >= seen)) ** 2).sum()), abs=1e-6)


@given(COUNTS)
@settings(max_examples=40, deadline=None)
def test_quantiles_and_poisson_are_those_of_their_distributions(values):
    pool = made(np.array(values, float), np.ones(len(values)))
    low, high = quantiles(pool, (0.05, 0.95))
    assert low <= np.median(values) <= high
    assert set(quantiles(pool, (0.0, 0.5, 1.0))) <= set(map(float, values))
    p = poisson(float(np.mean(values)))
    assert p.weights.sum() == pytest.approx(1)
    assert (p.values * p.weights).sum() == pytest.approx(np.mean(values), rel=0.02, abs=0.01)


def test_pit_is_uniform_for_a_forecast_that_is_right():
    rng = np.random.default_rng(0)
    pool = poisson(2.0)
    ranks = [pit(pool, float(rng.poisson(2.0)), rng.random()) for _ in range(4000)]
    assert np.histogram(ranks, 10, (0, 1))[0] / 4000 == pytest.approx(np.full(10, 0.1), abs=0.02)


def test_baselines_say_what_they_say():
    history = np.array([9.0] * 30 + [1, 2, 3] * 4)
    assert baseline("zero", history).values.tolist() == [0.0]
    assert baseline("conflictology", history).values.tolist() == [1.0, 2.0, 3.0]
    assert (baseline("last", history).values * baseline("last", history).weights).sum() == pytest.approx(3, abs=0.01)
    assert (baseline("mean", history).values * baseline("mean", history).weights).sum() == pytest.approx(2, abs=0.01)


def test_who_is_better_on_the_past_speaks():
    rng = np.random.default_rng(3)
    told = forecast([float(rng.negative_binomial(1, 1 / 21)) for _ in range(150)], 6)  # a long memory helps
    assert told.model == "mixture"
    assert told.ratio < 1
    quiet = forecast([float(rng.poisson(2 + 1.2 * t)) for t in range(70)], 6)  # rises steadily: the last value says most
    assert quiet.model == quiet.best == "last"
    assert quiet.ratio > 1
    assert quiet.periods[0].quantiles[2] > 60
    for p in (*told.periods, *quiet.periods):
        assert len(p.quantiles) == len(LEVELS)
        assert list(p.quantiles) == sorted(p.quantiles)
        assert 0 <= p.some <= 1
        assert math.isfinite(p.mean)


def test_one_great_fall_does_not_decide_for_ever():
    rng = np.random.default_rng(1)
    told = forecast([*rng.poisson(3000, 20).tolist(), 900, 100, *rng.poisson(20, 60).tolist()], 12)  # when thousands were expected, «zero» was least wrong
    assert told.best == "last"
    assert all(p.some > 0.99 and 10 <= p.quantiles[2] <= 30 for p in told.periods)


def test_too_little_history_is_said():
    assert "a forecast needs" in forecast([1.0] * 10, 4).missing
    assert "a forecast needs" in forecast([0.0] * 100 + [5.0], 4).missing
    assert forecast([], 4).periods == ()
    assert forecast([0.0, 1.0, 2.0] * 20, 4).missing == ""


def test_a_backtest_knows_the_past_alone():
    rng = np.random.default_rng(1)
    counts = [float(x) for x in rng.poisson(4, 60)]
    one, other = Backtest(counts[:50], 3).run(), Backtest(counts[:50] + [999.0] * 10, 3)
    while other.now < 49:
        other.say()
        other.step()
    for left, right in zip(one.say()[0], other.say()[0], strict=True):
        assert isinstance(left, Pool)
        assert left.values.tolist() == right.values.tolist()
        assert left.weights.tolist() == right.weights.tolist()
