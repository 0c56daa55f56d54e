from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from marsad.archive import Archive
from marsad.archive.put import Entry
from marsad.dissect import dissect
from marsad.outlook.forecast import LEARNED, WIDTHS, Backtest, forecast
from marsad.outlook.together import Common, together
from marsad.records import Event, Mention, Reading, Span, page_of
from marsad.topics import learn, series_of


def wars(count, length, seed):
    rng = np.random.default_rng(seed)
    return [[float(x) for x in rng.negative_binomial(1.0, 1 / (1 + rng.uniform(2, 40)), length)] for _ in range(count)]


def test_series_told_together_know_the_past_alone():
    short, same = [c[:40] for c in wars(14, 64, 1)], wars(14, 64, 1)
    other = [c[:40] + [999.0] * 24 for c in same]
    last = [[t.say() for t in going] for going in together(short, 3)][-1]
    then = next([t.said[39] for t in going] for going in together(other, 3) if going[0].now == 39)
    for left, right in zip(last, then, strict=True):
        assert left.learned is not None
        assert np.allclose(left.learned[:, :, left.grid <= 300], right.learned[:, :, right.grid <= 300])
        assert np.allclose(left.shares, right.shares)
        assert all(a.values.tolist() == b.values.tolist() for a, b in zip(left.parts, right.parts, strict=True))


def test_series_that_begin_later_end_together():
    long, late = wars(2, 50, 2)
    late = late[20:]
    ends = [(len(t.counts), t.now) for t in list(together([long, late], 2))[-1]]
    assert ends == [(50, 49), (30, 29)]
    assert list(together([], 3)) == []
    assert all(going for going in together([[1.0], [2.0, 3.0]], 2))


def test_what_is_learned_together_helps_a_series_that_is_new():
    common = Common(3)
    for _ in together(wars(30, 240, 3), 3, common):
        pass
    trust = common.trust(20.0)[0]
    assert trust.sum() == pytest.approx(1)
    short, long = trust[LEARNED : LEARNED + len(WIDTHS)].sum(), trust[LEARNED + 3 * len(WIDTHS) : LEARNED + 4 * len(WIDTHS)].sum()  # of the shortest and the longest memory
    assert long > 1.1 * short
    assert np.abs(trust - Common(3).trust(20.0)[0]).sum() > 0.3
    assert common.ratio(20.0) < 1  # a long memory beats twelve periods where nothing changes
    assert common.ratio(1e6) is None
    fresh = [c[:36] for c in wars(30, 36, 4)]

    def score(known):
        tests = [Backtest(c, 3, known).run() for c in fresh]
        return sum(t.mixture for t in tests) / sum(t.based.min() for t in tests)

    assert score(common) < score(None)


def test_what_was_learned_is_kept_and_what_is_damaged_is_none(tmp_path):
    common, path = Common(4), tmp_path / "a.outlook"
    for _ in together(wars(9, 60, 5), 4, common):
        pass
    assert common.odds.fits
    common.kept(path)
    again = Common.of(path, 4)
    assert np.array_equal(again.weights, common.weights)
    assert [f.left for f in again.odds.fits] == [f.left for f in common.odds.fits]
    counts = wars(1, 60, 6)[0]
    assert forecast(counts, 4, again) == forecast(counts, 4, common)
    assert forecast(counts, 2, again).periods
    assert Common.of(path, 5) is None  # about fewer periods than are asked for
    with np.load(path) as data:
        other = dict(data)
    other["plain"] = other["plain"][..., :-1]
    older = tmp_path / "older.npz"
    np.savez(older, **other)
    assert Common.of(older, 4) is None  # by a version that looks at a past otherwise
    path.write_bytes(path.read_bytes()[:500])
    assert Common.of(path, 4) is None
    assert Common.of(tmp_path / "none", 4) is None


@pytest.mark.slow
def test_an_archive_learns_from_its_pairs(tmp_path):
    rng, first = np.random.default_rng(7), date(2023, 1, 2)
    with Archive(tmp_path / "a.db") as store:
        entries = []
        for n, (one, other) in enumerate((("USA", "IRQ"), ("ISR", "LBN"), ("RUS", "UKR"))):
            for week in range(40):
                for i in range(1 + int(rng.poisson(2))):
                    day = (first + timedelta(weeks=week, days=i % 7)).isoformat()
                    body = {"title": f"هجوم جديد رقم {n} {week} {i}", "text": f"قصفت القوات موقعا في المدينة، وهذا الهجوم رقم {n} {week} {i}.", "published": day}
                    article, _ = dissect(page := page_of(msgspec.json.encode(body), f"https://x.example/{n}/{week}/{i}", media_type="application/json"))
                    sides = tuple(Mention(start=0, end=4, kind="LOC", country=c, sector="", score=1.0, entity_id=f"place:{c}") for c in (one, other))
                    event = Event(
                        trigger=Span(0, 4), type="ASSAULT", mode="", actors=(0,), recipients=(1,), places=(), by=(), when=None, content=None, status="asserted", score=0.9
                    )
                    entries.append(Entry(page, article, (), Reading(article_id=article.id, mentions=sides, events=(event,), figures=(), dates=(), origin="test")))
        assert not store.learned_path.exists()
        assert learn(store) == 0
        assert store.learned_path.exists()
        store.put_all(entries)
        assert learn(store) == 3
        weeks, _, ahead = series_of(store, "USA", "IRQ", 4)
        assert len(weeks) >= 24
        assert ahead.periods
        assert Common.of(store.learned_path, 12).number.sum() > 0
