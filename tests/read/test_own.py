import pytest

from marsad.knowledge import rows
from marsad.read.own import COLUMNS, check

HEADER = "\t".join(COLUMNS)


def codes(tmp_path, *lines):
    path = tmp_path / "own.tsv"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf8")
    good, problems = check(path)
    return [r["name"] for r in good], [p.code for p in problems]


def test_the_bundled_entities_are_sound(tmp_path):
    lines = ["\t".join(row[c] for c in COLUMNS) for row in rows("entities.tsv")]
    good, problems = codes(tmp_path, *lines)
    assert len(good) == len(lines)
    assert problems == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("سامر العلي\tPER\tIRQ\tGOV\tسامر العلي", "bad-row"),
        ("Samer\tPER\tIRQ\tGOV\tسامر العلي\tx", "bad-name"),
        ("سامر العلي\tPERSON\tIRQ\tGOV\tسامر العلي\tx", "bad-kind"),
        ("سامر العلي\tPER\tIRAQ\tGOV\tسامر العلي\tx", "bad-country"),
        ("سامر العلي\tPER\tIRQ\tKING\tسامر العلي\tx", "bad-sector"),
        ("سامراء\tLOC\tIRQ\tGOV\tسامراء\tx", "bad-sector"),
        ("سامر العلي\tPER\tIRQ\tGOV\t\tx", "no-entity"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_stay(tmp_path, line, code):
    assert codes(tmp_path, line, "ليلى حداد\tPER\tSYR\tOPP\tليلى حداد\tx") == (["ليلى حداد"], [code])


def test_one_name_cannot_mean_two(tmp_path):
    assert codes(tmp_path, "الحلبي\tPER\tSYR\tOPP\tسمير الحلبي\tx", "الحلبى\tPER\tSYR\tOPP\tنادر الحلبي\tx") == (["الحلبي"], ["two-meanings"])


def test_bad_files(tmp_path):
    assert [p.code for p in check(tmp_path / "gone.tsv")[1]] == ["not-found"]
    (tmp_path / "latin.tsv").write_bytes(b"\xff\xfe\x00")
    assert [p.code for p in check(tmp_path / "latin.tsv")[1]] == ["bad-encoding"]
    (tmp_path / "odd.tsv").write_text("a,b", encoding="utf8")
    assert [p.code for p in check(tmp_path / "odd.tsv")[1]] == ["bad-header"]


def test_own_entities_on_the_command_line(marsad, tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text(f"{HEADER}\nكتلة النخيل\tORG\tIRQ\tPTY\tكتلة النخيل\tx\n", encoding="utf8")
    done = marsad("entities", "check", path)
    assert done.returncode == 0
    assert b"1 good rows" in done.stdout
    records = tmp_path / "in.jsonl"
    records.write_text('{"id": "a", "text": "رفضت كتلة النخيل القرار"}\n', encoding="utf8")
    done = marsad("read", "--fast", "--json", "--records", records, env={"MARSAD_ENTITIES": str(path)})
    assert '"sector":"PTY"' in done.stdout.decode()
