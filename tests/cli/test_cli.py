import json
import sqlite3

import pytest

PAGE = "\n".join(
    [
        "السوداني يعلن تشكيل لجنة لإنهاء وجود التحالف الدولي في العراق",
        "أعلن رئيس الوزراء العراقي محمد شياع السوداني، الجمعة، تشكيل لجنة ثنائية تتولى الإعداد لإنهاء وجود قوات التحالف الدولي في البلاد.",
        "وقال السوداني في كلمة ألقاها ببغداد إن القوات العراقية باتت قادرة على حفظ الأمن، وإن مبررات وجود التحالف الدولي قد انتهت.",
    ]
)


def test_json_is_a_line_a_page_and_problems_go_to_stderr(marsad, tmp_path):
    (tmp_path / "a.txt").write_text(PAGE, encoding="utf8")
    (tmp_path / "b.txt").write_bytes(b"")
    done = marsad("dissect", "--json", tmp_path, tmp_path / "gone.txt")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["id"] for r in rows] == [str(tmp_path / "a.txt")]
    assert rows[0]["headline"] == PAGE.split("\n")[0]
    assert rows[0]["text"] == PAGE
    assert {b["role"] for b in rows[0]["blocks"]} == {"headline", "body"}
    problems = [json.loads(line) for line in done.stderr.splitlines()]
    assert [p["code"] for p in problems] == ["empty", "not-found"]
    assert done.returncode == 1


def test_standard_input_and_colours_off(marsad):
    done = marsad("dissect", "-", stdin=PAGE.encode())
    assert done.returncode == 0
    assert "السوداني" in done.stdout.decode()
    assert "\x1b[" not in done.stdout.decode()


def test_file_above_the_limit_is_not_read(marsad, tmp_path):
    path = tmp_path / "big.html"
    with path.open("wb") as sink:
        sink.truncate(200_000_000)
    done = marsad("dissect", "--json", path)
    assert json.loads(done.stderr)["code"] == "too-large"
    assert done.returncode == 1


def test_folder_without_pages_is_a_problem(marsad, tmp_path):
    done = marsad("dissect", "--json", tmp_path)
    assert json.loads(done.stderr)["code"] == "no-pages"


def test_wrong_usage_is_2_and_help_has_an_example(marsad):
    assert marsad("dissect").returncode == 2
    assert marsad("dissect", "--nonsense", "x").returncode == 2
    assert "Example" in marsad("dissect", "--help").stdout.decode()


@pytest.mark.slow
def test_demo_fills_an_archive_and_a_second_run_changes_nothing(marsad, tmp_path):
    def rows():
        db = sqlite3.connect(tmp_path / "marsad.db")
        found = [db.execute(f"SELECT * FROM {t} ORDER BY id").fetchall() for t in ("page", "article", "problem")]
        db.close()
        return found

    first = marsad("demo", cwd=tmp_path)
    assert first.returncode == 0, first.stderr.decode()
    before = rows()
    assert len(before[1]) >= 40
    second = marsad("demo", cwd=tmp_path)
    assert second.returncode == 0
    assert rows() == before
    assert second.stdout == first.stdout


def test_archive_that_is_no_archive_is_said_plainly(marsad, tmp_path):
    (tmp_path / "x.db").write_text("this is no database, only text" * 100)
    done = marsad("demo", "--archive", tmp_path / "x.db")
    assert done.returncode == 1
    assert "archive" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize("command", ["dissect", "demo", "read", "stories", "related", "versions", "collect", "watch", "search", "export", "archive"])
def test_every_command_is_documented(command):
    from pathlib import Path

    assert f"marsad {command}" in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf8") or f"make {command}" in (Path(__file__).parents[2] / "README.md").read_text(
        encoding="utf8"
    )
