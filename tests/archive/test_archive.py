import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from marsad.archive import Archive, ArchiveError, Entry
from marsad.archive import frontier as lists
from marsad.archive.frontier import State, Waiting
from marsad.archive.lock import collecting
from marsad.archive.nearby import Nearby
from marsad.archive.search import QueryError, parse, search
from marsad.archive.upgrade import HEAD, upgrade
from marsad.archive.upkeep import backup, info, restore
from marsad.dissect import dissect
from marsad.read import read
from marsad.records import Link, Problem, Story, page_of

pytestmark = pytest.mark.slow
NOW = datetime(2024, 1, 10, tzinfo=UTC)
STRIKE = "قتل القيادي في حركة النجباء أبو تقوى بغارة أميركية على مقر للحشد الشعبي شرقي بغداد، وندد السوداني بالغارة."
TALKS = "بحث وزير الخارجية العراقي فؤاد حسين مع نظيره الأردني أيمن الصفدي في عمان أمن الحدود بين البلدين وملف اللاجئين."


def made(url, title, text, day="2024-01-04", outlet="السدرة"):
    page = page_of(msgspec.json.encode({"title": title, "text": text, "published": day}), url, outlet=outlet, media_type="application/json", fetched_at=NOW)
    article, problems = dissect(page)
    assert not problems
    return page, article, read(article, fast=True)


def filled(where):
    store = Archive(where)
    rows = [
        made("https://sidra.example/1", "غارة أميركية تقتل أبو تقوى", STRIKE),
        made("https://sidra.example/2", "مباحثات عراقية أردنية", TALKS, "2024-01-06"),
        made("https://marfa.example/1", "بغداد تندد بالغارة الأميركية", STRIKE + " وقالت الحكومة إنها ستنهي وجود التحالف.", "2024-01-05", "المرفأ"),
    ]
    for page, article, reading in rows:
        assert store.put(page, article, [], reading)
    return store, rows


def headlines(store, query):
    return [hit.article.headline for hit in search(store, parse(query), now=NOW)]


def test_what_is_put_comes_back_and_a_second_time_changes_nothing(where):
    store, rows = filled(where)
    with store:
        for page, article, reading in rows:
            assert store.page(page.id) == page
            assert store.article(article.id[:8]) == article
            assert store.reading(article.id) == reading
            assert not store.put(page, article, [], reading)
        assert [a.id for a in store.articles()] == [rows[i][1].id for i in (0, 2, 1)]
        assert store.counts()["article"] == 3
    with Archive(where) as again:
        assert again.counts()["page"] == 3


def test_a_changed_text_becomes_the_next_version(where):
    store, rows = filled(where)
    with store:
        page, article, reading = made("https://sidra.example/1", "غارة أميركية تقتل أبو تقوى ومرافقه", STRIKE + " وقتل مرافقه أيضا.")
        assert store.put(page, article, [], reading)
        assert [a.id for a in store.versions("https://sidra.example/1")] == [rows[0][1].id, article.id]
        assert article.id in {a.id for a in store.articles()}
        assert rows[0][1].id not in {a.id for a in store.articles()}
        assert len(list(store.articles(old=True))) == 4
        assert headlines(store, "مرافقه") == [article.headline]


def test_search(where):
    store, _ = filled(where)
    strike, talks, blame = "غارة أميركية تقتل أبو تقوى", "مباحثات عراقية أردنية", "بغداد تندد بالغارة الأميركية"
    with store:
        assert set(headlines(store, "الغارات")) == {strike, blame}
        assert headlines(store, '"فؤاد حسين"') == [talks]
        assert headlines(store, '"حسين فؤاد"') == []
        assert headlines(store, "الحكومة") == [blame]
        assert set(headlines(store, "الغارة -الحكومة")) == {strike}
        assert headlines(store, "outlet:المرفأ") == [blame]
        assert headlines(store, "country:JOR") == [talks]
        assert set(headlines(store, "type:ASSAULT")) == {strike, blame}
        assert headlines(store, "type:CONSULT after:2024-01-05 before:2024-01-07") == [talks]
        assert headlines(store, "بغداد before:2024-01-05") == [strike]
        assert headlines(store, "تقوى")[0] == strike  # in the headline
        hit = search(store, parse('"حركة النجباء"'), now=NOW)[0]
        assert all(hit.article.text[s.start : s.end] == "حركة النجباء" for s in hit.spans)
        assert hit.spans


@pytest.mark.parametrize("query", ["", "   ", "colour:red", "after:tomorrow", "-", '""'])
def test_queries_that_mean_nothing_are_said_so(query):
    with pytest.raises(QueryError):
        parse(query)


@pytest.mark.parametrize("query", ["'; DROP TABLE article; --", '"', '"""', "NEAR(a b)", "a OR b*", "(((", "'':*!&|", "\u202eabc", "😀"])
def test_hostile_queries_harm_nothing(where, query):
    store, _ = filled(where)
    with store:
        with suppress(QueryError):
            search(store, parse(query))
        assert store.counts()["article"] == 3


def test_forget_takes_everything_derived_along(where, tmp_path):
    store, rows = filled(where)
    (one, a, _), (_, b, _), (_, c, _) = rows
    with store:
        story = Story(id="s", article_ids=(a.id, c.id), headline=a.headline, first_at=None, last_at=None, entities=())
        store.put_relations([story, Link(left_id=a.id, right_id=c.id, kind="copy", score=1.0, because=())])
        store.put_meanings([(x.id, bytes(range(1, 129)) * 4) for x in (a, b, c)])
        store.put(None, None, [Problem(stage="collect", subject_id=one.url, code="cut-off", detail="x")])
        assert store.forget("https://sidra.example/1") == 1
        assert store.counts() | {"link": 0} == {"page": 2, "article": 2, "reading": 2, "link": 0, "story": 1, "problem": 0}
        assert next(store.stories()).article_ids == (c.id,)
        assert list(store.links()) == []
        assert headlines(store, "before:2024-01-05") == []
        assert store.page(one.id) is None
        assert store.forget("المرفأ") == 1
        assert list(store.stories()) == []
        assert store.forget("nothing of the kind") == 0
        assert headlines(store, "الغارة") == []


def test_erased_text_is_not_left_in_the_file(tmp_path):
    path = tmp_path / "a.db"
    store, _ = filled(path)
    with store:
        with store.engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        assert "تقوى".encode() in path.read_bytes()
        for name in ("السدرة", "المرفأ"):
            store.forget(name)
        assert "النجباء".encode() not in path.read_bytes() + path.with_name("a.db-wal").read_bytes()
    assert "النجباء".encode() not in path.read_bytes()


def test_backup_and_restore_over_kinds(where, tmp_path, request):
    store, rows = filled(where)
    with store:
        store.put_meanings([(rows[0][1].id, bytes(range(1, 129)) * 4)])
        backup(store, tmp_path / "b.db")
        with pytest.raises(ArchiveError, match="is there already"):
            backup(store, tmp_path / "b.db")
        expected = store.counts()
        with pytest.raises(ArchiveError, match="holds pages"):
            restore(tmp_path / "b.db", store)
    with Archive(tmp_path / "c.db") as copy:
        restore(tmp_path / "b.db", copy)
        assert copy.counts() == expected
        assert headlines(copy, "country:JOR") == ["مباحثات عراقية أردنية"]
        page, article, reading = made("https://new.example", "خبر جديد", TALKS)
        assert copy.put(page, article, [], reading)
        assert info(copy)["article"] == 4


def test_schema_goes_back_and_forward(where):
    store, _ = filled(where)
    with store:
        expected = store.counts()
        upgrade(store.engine, where, "0001")
        upgrade(store.engine, where, HEAD)
        assert store.counts() == expected
        assert headlines(store, "country:JOR") == ["مباحثات عراقية أردنية"]


def test_a_newer_or_foreign_database_is_said_plainly(tmp_path):
    import sqlite3

    with Archive(tmp_path / "a.db") as store, store.writing() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ArchiveError, match="newer Marsad"):
        Archive(tmp_path / "a.db")
    old = sqlite3.connect(tmp_path / "old.db")
    old.execute("CREATE TABLE page (id TEXT)")
    old.commit()
    with pytest.raises(ArchiveError, match="before its first release"):
        Archive(tmp_path / "old.db")
    (tmp_path / "text.db").write_text("no database at all" * 100)
    with pytest.raises(ArchiveError, match=r"text\.db"):
        Archive(tmp_path / "text.db")
    with pytest.raises(ArchiveError, match="no folder"):
        Archive(tmp_path / "nowhere/a.db")
    with pytest.raises(ArchiveError):
        Archive("mysql://localhost/x")
    with pytest.raises(ArchiveError, match=r"127\.0\.0\.1"):
        Archive("postgresql://postgres@127.0.0.1:1/none")


def test_one_collector_at_a_time(where):
    with Archive(where) as one, Archive(where) as two, collecting(one):
        with pytest.raises(ArchiveError, match="another Marsad"), collecting(two):
            pass
        assert two.put(*made("https://x.example", "عنوان", TALKS)[:2])  # short writes go on
    with Archive(where) as three, collecting(three):
        pass


def test_writers_wait_their_turn(where):
    store, _ = filled(where)
    failures = []

    def write(part):
        try:
            with Archive(where) as mine:
                for n in range(15):
                    mine.put(*made(f"https://x.example/{part}/{n}", f"عنوان {part} {n}", TALKS)[:2])
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=write, args=(part,)) for part in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures
    with store:
        assert store.counts()["article"] == 63


def test_the_list_of_waiting_addresses(where):
    with Archive(where) as store:
        items = [Waiting(f"https://h{n % 2}.example/{n}", "feed", 0, "عنوان", "", NOW) for n in range(4)]
        assert lists.put_waiting(store, items) == 4
        assert lists.put_waiting(store, items) == 0
        due = lists.due(store, NOW, ["feed"])
        assert len(due) == 4
        assert due[0].url.split("/")[2] != due[1].url.split("/")[2]  # hosts take turns
        page, article, _ = made(due[0].url, "عنوان", TALKS)
        assert lists.fetched(store, due[0].url, Entry(page, article, etag="e"), NOW)
        assert lists.put_waiting(store, items) == 0  # what is kept is not waited for
        trouble = Problem(stage="collect", subject_id=due[1].url, code="busy", detail="busy")
        assert not lists.failed(store, due[1], trouble, NOW, wait=3600)
        assert due[1].url not in {w.url for w in lists.due(store, NOW + timedelta(minutes=30), ["feed"])}
        again = next(w for w in lists.due(store, NOW + timedelta(hours=2), ["feed"]) if w.url == due[1].url)
        assert again.tries == 1
        assert lists.failed(store, again._replace(tries=2), trouble, NOW)
        assert {w.url for w in lists.due(store, NOW + timedelta(days=9), ["feed"])} == {w.url for w in due[2:]}
        lists.put_source(store, "feed", "feed", State("e", "m", NOW, 2))
        assert lists.state_of(store, "feed") == State("e", "m", NOW, 2)


def test_quiet_and_flooding_sources_are_noticed(where):
    with Archive(where) as store:
        for day in range(8):
            lists.put_visit(store, "feed", NOW + timedelta(days=day), 20, 5, 0)
        assert lists.unusual(store, "feed", NOW + timedelta(days=8)) is None
        assert lists.unusual(store, "feed", NOW + timedelta(days=13)).code == "quiet"
        lists.put_visit(store, "feed", NOW + timedelta(days=8), 400, 400, 0)
        assert lists.unusual(store, "feed", NOW + timedelta(days=8)).code == "flood"
        assert lists.unusual(store, "new", NOW) is None


def test_index_of_vectors_follows_the_archive(where, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    store, rows = filled(where)
    with store:
        vectors = [bytes([1] * 512), bytes([1] * 256 + [255] * 256), bytes([255, 1] * 256)]
        store.put_meanings([(article.id, v) for (_, article, _), v in zip(rows, vectors, strict=True)])
        nearest = store.with_meaning(Nearby(store).near(vectors[1], 1))
        assert [a.id for a, _ in nearest] == [rows[1][1].id]
        store.index_path.write_bytes(b"damaged")
        assert Nearby(store).near(vectors[1], 1) == Nearby(store).near(vectors[1], 1) != []
        store.forget("https://sidra.example/2")
        assert len(Nearby(store).near(vectors[1], 5)) == 2
