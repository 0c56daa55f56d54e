import json
import sqlite3

import pytest

pytestmark = pytest.mark.slow


def records(path, rows):
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf8")
    return path


STRIKE = "قتل قيادي في حركة النجباء يدعى أبو تقوى بغارة أميركية استهدفت مقرا للحشد الشعبي شرقي بغداد ظهر الخميس، ونددت الحكومة العراقية بالغارة."
ROWS = [
    {"id": "b", "title": "مقتل أبو تقوى بغارة على بغداد", "text": STRIKE, "published": "2024-01-05", "source": "الثانية"},
    {"id": "a", "title": "غارة أميركية تقتل أبو تقوى", "text": STRIKE, "published": "2024-01-04T10:00:00+03:00", "source": "الأولى"},
    {"id": "c", "title": "أمطار غزيرة على تونس", "text": "توقع المعهد الوطني للرصد الجوي نزول أمطار غزيرة على الشمال التونسي مساء السبت.", "published": "2024-01-04"},
    {"id": "u", "title": "بلا تاريخ", "text": "خبر قصير عن معرض للكتب في مدينة سوسة.", "published": "2024-13-45"},
]


def test_json_has_a_row_for_every_article(marsad, tmp_path):
    done = marsad("stories", "--records", records(tmp_path / "in.jsonl", ROWS), "--json")
    rows = {r["id"]: r for r in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert set(rows) == {"a", "b", "c", "u"}
    assert rows["a"]["story"] == rows["b"]["story"]
    assert rows["b"]["copy_of"] == "a"
    assert rows["a"]["copy_of"] is rows["c"]["copy_of"] is None
    assert len({r["story"] for r in rows.values()}) == 3


def test_terminal_folds_copies(marsad, tmp_path):
    done = marsad("stories", "--records", records(tmp_path / "in.jsonl", ROWS), env={"NO_COLOR": "1"})
    text = done.stdout.decode()
    assert "2 articles" in text
    assert "+ " in text
    assert "أمطار" not in text
    assert "3 stories, 4 articles, 1 of them copies" in text


def test_bad_lines_are_problems_and_the_rest_is_told(marsad, tmp_path):
    path = records(tmp_path / "in.jsonl", ROWS)
    path.write_text(path.read_text(encoding="utf8") + '\n{"title": 3}\nnonsense\n', encoding="utf8")
    done = marsad("stories", "--records", path, "--json")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 4
    assert b"in.jsonl:5" in done.stderr
    assert b"in.jsonl:6" in done.stderr


def test_empty_and_missing_records(marsad, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert marsad("stories", "--records", empty, "--json").stdout == b""
    missing = marsad("stories", "--records", tmp_path / "no.jsonl")
    assert missing.returncode == 1
    assert b"no.jsonl" in missing.stderr


def test_archive_keeps_stories_and_finds_related_articles(marsad, tmp_path):
    archive = tmp_path / "a.db"
    assert marsad("demo", "--archive", archive).returncode == 0
    assert marsad("stories", "--archive", archive).returncode == 0
    db = sqlite3.connect(archive)
    before = db.execute("SELECT article_id, story_id FROM story_article ORDER BY 1").fetchall()
    assert len(before) == db.execute("SELECT count(*) FROM article WHERE headline IS NOT NULL AND newest = 1").fetchone()[0]
    (about,) = db.execute("SELECT id FROM article WHERE headline LIKE '%أبو تقوى%'").fetchone()
    done = marsad("related", about[:8], "--archive", archive, "--json")
    links = [json.loads(line) for line in done.stdout.splitlines()]
    assert links
    assert all(link["left_id"] == about and link["because"] for link in links)
    texts = dict(db.execute("SELECT id, record FROM article").fetchall())
    spans = [(json.loads(texts[link["right_id"]])["text"], s) for link in links for r in link["because"] for s in r["right"]]
    assert spans
    assert all(0 <= s["start"] < s["end"] <= len(text) for text, s in spans)
    (tmp_path / "a.db.nearby").write_bytes(b"damaged")
    assert marsad("related", about[:8], "--archive", archive, "--json").stdout == done.stdout
    (tmp_path / "a.db.nearby").unlink()
    assert marsad("related", about, "--archive", archive, "--json").stdout == done.stdout
    nothing = marsad("related", "ffffffff", "--archive", archive)
    assert nothing.returncode == 1
    assert b"no article of the archive" in nothing.stderr
