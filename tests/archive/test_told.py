"""What the archive keeps of readings and of what people say of them."""

from datetime import UTC, datetime

import msgspec
import pytest
from sqlalchemy import text

from marsad.archive import Archive
from marsad.archive.search import parse, search
from marsad.archive.upgrade import HEAD, upgrade
from marsad.corrections import name_of
from marsad.dissect import dissect
from marsad.read import read
from marsad.records import Correction, Date, day_of, page_of

pytestmark = pytest.mark.slow
NOW = datetime(2024, 1, 10, tzinfo=UTC)
STRIKE = "قتل القيادي في حركة النجباء أبو تقوى بغارة أميركية على مقر للحشد الشعبي شرقي بغداد، وندد السوداني بالغارة."


@pytest.fixture
def kept(where):
    page = page_of(
        msgspec.json.encode({"title": "غارة أميركية تقتل أبو تقوى", "text": STRIKE, "published": "2024-01-04"}), "https://sidra.example/1", media_type="application/json"
    )
    article, _ = dissect(page)
    reading = read(article, fast=True)
    with Archive(where) as store:
        store.put(page, article, [], reading)
        yield store, page, article, reading


def rows(store, query):
    with store.reading_from() as db:
        return db.execute(text(query)).all()


def said(article, record, verdict="wrong", **values):
    return Correction(article_id=article.id, what="event", target=name_of(record), verdict=verdict, who="سلمى", at=NOW, values=values)


def test_events_and_parties_stand_as_rows(kept):
    store, _, _, reading = kept
    told = rows(store, "SELECT type, day, status FROM event ORDER BY ord")
    assert [r.type for r in told] == [e.type for e in reading.events]
    assert {r.day for r in told} == {"2024-01-04"}
    parties = rows(store, "SELECT role, entity, country, name FROM party WHERE role = 'actor'")
    assert any(r.country == "USA" for r in parties)
    store.forget("https://sidra.example/1")
    assert rows(store, "SELECT 1 FROM event") == rows(store, "SELECT 1 FROM party") == []


def test_a_correction_stands_beside_the_reading_and_is_asked_by(kept):
    store, _, article, reading = kept
    strike = next(e for e in reading.events if e.type == "ASSAULT")
    store.correct(said(article, strike, "changed", type="COERCE", mode=""))
    assert store.reading(article.id) == reading
    assert "COERCE" in {e.type for e in store.told(article.id).events}
    assert [h.article.id for h in search(store, parse("type:COERCE"))] == [article.id]
    assert "COERCE" in {r.type for r in rows(store, "SELECT type FROM event")}
    store.put_reading(reading)  # read again: people's word stays
    assert [h.article.id for h in search(store, parse("type:COERCE"))] == [article.id]
    assert [c.who for c in store.corrections()] == ["سلمى"]
    with pytest.raises(ValueError, match="verdict"):
        store.correct(said(article, strike, "perhaps"))
    with pytest.raises(ValueError, match="no such article"):
        store.correct(msgspec.structs.replace(said(article, strike), article_id="f" * 32))


def test_corrections_outlive_a_page_told_apart_anew(kept):
    store, page, article, reading = kept
    strike = next(e for e in reading.events if e.type == "ASSAULT")
    store.correct(said(article, strike))
    anew = msgspec.structs.replace(article, id="0" * 32, text="تنويه\n" + article.text, origin="later", blocks=())
    assert store.put(page, anew)
    assert store.article(article.id) is None
    (carried,) = store.corrections(anew.id)
    start = int(carried.target.split(":")[0])
    assert anew.text[start:].startswith(article.text[strike.trigger.start : strike.trigger.end])
    other = msgspec.structs.replace(article, id="1" * 32, text="نص آخر", blocks=())
    assert store.put(page, other)
    assert [p.code for p in store.problems()] == ["correction-lost"]
    assert "سلمى" in store.problems()[0].detail


def test_an_archive_of_before_gets_its_rows(kept, where):
    store, _, _, reading = kept
    upgrade(store.engine, where, "0002")
    upgrade(store.engine, where, HEAD)
    assert len(rows(store, "SELECT 1 FROM event")) == len(reading.events)


def test_the_day_of_an_event(kept):
    _, _, article, reading = kept
    event = msgspec.structs.replace(reading.events[0], when=0)
    for value, day in (("2024-01-02TNI", "2024-01-02"), ("2024-W01", "2024-01-04"), ("P2W", "2024-01-04"), ("2023", "2024-01-04")):
        dated = msgspec.structs.replace(reading, dates=(Date(start=0, end=1, value=value),))
        assert day_of(article, dated, event) == (day, value[:10] == day)
    assert day_of(msgspec.structs.replace(article, published_at=None), reading, msgspec.structs.replace(event, when=None)) == ("", False)
