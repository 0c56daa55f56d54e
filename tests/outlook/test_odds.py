import numpy as np
import pytest

from marsad.outlook.odds import COUNTS, LEAST, TRAITS, Odds, looked

GRID = np.arange(0.0, 60.0)


def history(rng, length=30):
    """Counts that stay: a busy week follows a busy one in 8 of 10, and brings 6 on average."""
    out, busy = [], bool(rng.random() < 0.5)
    for _ in range(length):
        busy = rng.random() < (0.8 if busy else 0.1)
        out.append(float(rng.poisson(6) if busy else 0))
    return np.array(out)


@pytest.fixture(scope="module")
def odds():
    rng, out = np.random.default_rng(1), Odds(6)
    for _ in range(600):
        whole = history(rng, 40)
        for ahead in range(1, 7):
            out.take(looked(whole[:30]), ahead, whole[29 + ahead])
    out.fit(12)
    return out


def test_odds_are_those_of_what_followed(odds):
    rng = np.random.default_rng(2)
    told, came = {False: [], True: []}, {False: [], True: []}
    for _ in range(400):
        whole = history(rng, 31)
        below = odds.below(looked(whole[:30]), GRID, 12)
        assert below.shape == (2, 6, len(GRID))
        assert (np.diff(below, axis=2) >= -1e-12).all()
        assert np.allclose(below[:, :, -1], 1.0)
        told[whole[29] > 0].append(below[:, 0, 0])
        came[whole[29] > 0].append(whole[30] == 0)
    for busy in told:
        assert np.mean(told[busy], axis=0) == pytest.approx(np.full(2, np.mean(came[busy])), abs=0.07)
    assert np.mean(came[False]) - np.mean(came[True]) > 0.5  # and the two differ


def test_what_lies_between_two_horizons_is_between_them(odds):
    below = odds.below(looked(np.array([0.0] * 29 + [7.0])), GRID, 0)[0]
    low, high = np.minimum(below[0], below[2]), np.maximum(below[0], below[2])
    assert ((low - 1e-12 <= below[1]) & (below[1] <= high + 1e-12)).all()


def test_an_origin_is_told_by_what_was_known_then(odds):
    look, later = looked(history(np.random.default_rng(3))), Odds(6)
    later.seen, later.fits = {h: list(s) for h, s in odds.seen.items()}, list(odds.fits)
    for ahead in (1, 3, 6):
        for _ in range(1200):
            later.take(look, ahead, 50.0)
    later.fit(0)
    assert np.array_equal(later.below(look, GRID, 12), odds.below(look, GRID, 12))
    assert np.array_equal(later.below(look, GRID, 1), odds.below(look, GRID, 1))
    assert later.below(look, GRID, 0)[0, 0, 40] < odds.below(look, GRID, 0)[0, 0, 40] - 0.1
    assert odds.below(look, GRID, 13) is None


def test_too_few_outcomes_say_nothing():
    odds, look = Odds(3), looked(np.array([1.0, 0.0, 2.0]))
    odds.fit(0)
    assert odds.below(look, GRID, 0) is None
    for n in range(LEAST):
        for ahead in (1, 2, 3):
            odds.take(look, ahead, 0.0 if n else 1.0)  # passed once: no odds of that
    odds.fit(0)
    assert odds.below(look, GRID, 0) is None


def test_looks_of_odd_pasts():
    for past in (np.zeros(12), np.ones(1), np.array([1e9] * 300), np.array([0.0] * 299 + [1.0])):
        level, traits = looked(past)
        assert level > 0
        assert traits.shape == (TRAITS,)
        assert np.isfinite(traits).all()
    assert list(COUNTS) == sorted(COUNTS)
