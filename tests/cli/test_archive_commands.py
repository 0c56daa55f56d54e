import csv
import io
import json

import pytest
from hostile import STORY

pytestmark = pytest.mark.slow


@pytest.fixture
def archive(marsad, tmp_path):
    """An archive with two pages in it, read."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_text(STORY.format(title="غارة أميركية على بغداد"), encoding="utf8")
    row = {"title": "أمطار على تونس", "text": "توقع المعهد نزول أمطار غزيرة على الشمال التونسي.", "published": "2024-01-05", "source": "=الأولى"}
    (tmp_path / "in/b.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf8")
    where = tmp_path / "a.db"
    done = marsad("collect", tmp_path / "in", "--archive", where)
    assert done.returncode == 0, done.stderr.decode()
    assert "2 found, 2 new, 2 articles kept, 0 problems" in done.stderr.decode()
    assert marsad("reread", "--fast", "--archive", where).returncode == 0
    return where


def test_collect_search_and_a_second_run(marsad, archive, tmp_path):
    again = marsad("collect", tmp_path / "in", "--archive", archive)
    assert "2 found, 0 new" in again.stderr.decode()
    hits = [json.loads(line) for line in marsad("search", "الغارة", "--archive", archive, "--json").stdout.splitlines()]
    assert [h["headline"] for h in hits] == ["غارة أميركية على بغداد"]
    assert hits[0]["spans"]
    assert "أمطار" in marsad("search", "country:TUN", "--archive", archive).stdout.decode()
    bad = marsad("search", "colour:red", "--archive", archive)
    assert bad.returncode == 2
    assert b"no field colour" in bad.stderr


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_export(marsad, archive, tmp_path, form):
    out = tmp_path / f"events.{form}"
    assert marsad("export", "events", "--format", form, "--out", out, "--archive", archive).returncode == 0
    if form == "parquet":
        import pyarrow.parquet as pq

        rows = pq.read_table(out).to_pylist()
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    else:
        rows = [json.loads(line) for line in out.read_text(encoding="utf8").splitlines()]
    assault = next(r for r in rows if r["Event Type"] == "ASSAULT")
    assert float(assault["Intensity"]) <= -7.5
    assert str(assault["Quad Code"]) == "4"
    assert assault["Publication Date"] == "2024-01-04"


def test_a_cell_is_no_formula(marsad, archive):
    text = marsad("export", "articles", "--format", "csv", "--archive", archive).stdout.decode("utf-8-sig")
    assert "'=الأولى" in text


def test_wrong_export_is_wrong_usage(marsad, archive):
    for args in (("export", "dreams"), ("export", "events", "--format", "xml"), ("export", "events", "--format", "parquet")):
        assert marsad(*args, "--archive", archive).returncode == 2


def test_upkeep(marsad, archive, tmp_path):
    assert "article      2" in marsad("archive", "info", "--archive", archive).stdout.decode()
    assert marsad("archive", "backup", tmp_path / "b.db", "--archive", archive).returncode == 0
    assert marsad("archive", "restore", tmp_path / "b.db", "--archive", tmp_path / "c.db").returncode == 0
    assert "article      2" in marsad("archive", "info", "--archive", tmp_path / "c.db").stdout.decode()
    assert marsad("archive", "forget", "=الأولى", "--archive", archive).stdout.decode().startswith("1 page")
    assert "article      1" in marsad("archive", "info", "--archive", archive).stdout.decode()
    assert marsad("archive", "upgrade", "--to", "0001", "--archive", archive).returncode == 0
    assert marsad("archive", "info", "--archive", archive).returncode == 0
    nothing = marsad("archive", "backup", tmp_path / "b.db", "--archive", archive)
    assert nothing.returncode == 1
    assert b"is there already" in nothing.stderr


def test_versions_say_what_changed(marsad, tmp_path):
    where = tmp_path / "v.db"
    for name, title, toll in (("a", "مقتل خمسة في غارة على بغداد", "خمسة"), ("b", "مقتل سبعة في غارة على بغداد", "سبعة")):
        row = {"title": title, "text": f"قتل {toll} أشخاص في غارة أميركية على بغداد مساء الخميس.", "published": "2024-01-04", "url": "https://x.example/1"}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf8")
        assert marsad("collect", tmp_path / f"{name}.jsonl", "--archive", where).returncode == 0
    rows = [json.loads(line) for line in marsad("versions", "https://x.example/1", "--json", "--archive", where).stdout.splitlines()]
    assert [len(r["changes"]) > 0 for r in rows] == [False, True]
    assert {c["what"] for c in rows[1]["changes"]} >= {"headline", "figure", "passage"}
    assert "killed: 5 → 7" in marsad("versions", rows[1]["id"], "--archive", where).stdout.decode()
    assert marsad("versions", "https://nowhere.example", "--archive", where).returncode == 1


def test_reread_takes_what_the_fast_gear_read(marsad, archive):
    assert marsad("reread", "--fast", "--archive", archive).stdout == b"0 articles read\n"
    assert marsad("reread", "--archive", archive).stdout == b"2 articles read\n"
    assert marsad("reread", "--fast", "--archive", archive).stdout == b"0 articles read\n"
    assert marsad("reread", "--archive", archive).stdout == b"0 articles read\n"


def test_corrections_go_out_as_annotations(marsad, archive):
    from datetime import UTC, datetime

    from marsad.archive import Archive
    from marsad.corrections import name_of
    from marsad.records import Correction

    with Archive(archive) as store:
        article = next(a for a in store.articles() if "غارة" in (a.headline or ""))
        strike = next(e for e in store.reading(article.id).events if e.type == "ASSAULT" and e.trigger.start > len(article.headline))
        store.correct(
            Correction(article_id=article.id, what="event", target=name_of(strike), verdict="changed", who="سلمى", at=datetime(2024, 1, 5, tzinfo=UTC), values={"mode": "aerial"})
        )
    (row,) = [json.loads(line) for line in marsad("export", "annotations", "--archive", archive).stdout.splitlines()]
    assert any(e["mode"] == "aerial" and row["text"][slice(*e["trigger"])] == article.text[strike.trigger.start : strike.trigger.end] for e in row["events"])
    assert "aerial" in marsad("export", "corrections", "--format", "csv", "--archive", archive).stdout.decode()
    assert marsad("export", "annotations", "--format", "csv", "--archive", archive).returncode == 2
