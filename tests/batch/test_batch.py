"""Batch runs: the same rows by every engine, nothing lost or doubled when processes die, poison set aside."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile import STORY

from marsad.archive import Archive
from marsad.batch import BatchError, batch
from marsad.batch.second import windows
from marsad.batch.work import KINDS, likely_arabic

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
TEXT = "قال المتحدث رقم {n} إن القوات الأميركية انسحبت من الموقع رقم {n} في محافظة الأنبار غربي العراق، وقتل {n} جنود في غارة على بغداد."


def pages(folder, files, each, poison=()):
    folder.mkdir()
    for f in range(files):
        rows = []
        for n in range(each):
            at = f * each + n
            mark = " POISON" if at in poison else ""
            rows.append(
                {
                    "title": f"عنوان الخبر رقم {at} عن العراق{mark}",
                    "text": TEXT.format(n=at) + mark,
                    "published": f"2024-01-{1 + at % 20:02}",
                    "url": f"https://x.example/{at}",
                    "source": f"صحيفة {at % 3}",
                }
            )
        (folder / f"{f:03}.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf8")
    return folder


def rows(run, kind):
    found = [r for path in sorted(Path(run).glob(f"{kind}/**/*.parquet")) for r in pq.read_table(path).to_pylist()]
    return sorted(json.dumps(r, sort_keys=True, default=str, ensure_ascii=False) for r in found)


def call(*args, path="", **options):
    env = os.environ | {"NO_COLOR": "1", **({"PYTHONPATH": path} if path else {})}
    return subprocess.Popen([sys.executable, "-m", "marsad.cli", "batch", *map(str, args)], env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, **options)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return pages(tmp_path_factory.mktemp("in") / "in", 6, 25)


@pytest.fixture(scope="module")
def plain(source, tmp_path_factory):
    """The run of a plain loop."""
    out = tmp_path_factory.mktemp("plain") / "out"
    batch(str(source), str(out), "loop")
    return out


@pytest.mark.parametrize("engine", ["native", "ray"])
def test_engines_give_the_rows_of_the_loop(source, plain, tmp_path, engine):
    if engine == "ray":
        pytest.importorskip("ray")
    process = call(source, tmp_path / "out", "--engine", engine, "--processes", "2")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()
    for kind in (*KINDS, "links", "stories"):
        assert rows(tmp_path / "out", kind) == rows(plain, kind), kind
    assert len(rows(plain, "articles")) == 150
    assert not (tmp_path / "out.part").exists()


def test_a_run_says_what_it_did(plain):
    manifest = json.loads((plain / "manifest.json").read_text(encoding="utf8"))
    assert (manifest["units"], manifest["pages"], manifest["articles"], manifest["set_aside"]) == (6, 150, 150, 0)
    assert set(manifest["seconds"]) >= {"collect", "dissect", "read", "write"}
    ids = [i for path in plain.glob("stories/*.parquet") for r in pq.read_table(path).to_pylist() for i in r["article_ids"]]
    assert len(ids) == len(set(ids)) == 150
    assert {p.name for p in (plain / "articles").iterdir()} == {f"day=2024-01-{d:02}" for d in range(1, 21)}


def children(pid):
    out = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(told[1]) == pid:
            out.append(int(path.parent.name))
    return out


def test_a_worker_that_is_killed_costs_nothing(source, plain, tmp_path):
    process = call(source, tmp_path / "out", "--processes", "2")
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out.part/state/now").glob("*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    workers = [w for w in children(process.pid) if b"daft" in Path(f"/proc/{w}/cmdline").read_bytes()]
    for worker in workers[:1]:
        os.kill(worker, signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    assert workers
    assert process.returncode == 0, said.decode()
    for kind in (*KINDS, "links", "stories"):
        assert rows(tmp_path / "out", kind) == rows(plain, kind), kind


def test_a_run_that_is_killed_goes_on(source, plain, tmp_path):
    process = call(source, tmp_path / "out", "--engine", "loop")
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "out.part/state/done").glob("*.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert not (tmp_path / "out").exists()
    done = len(list((tmp_path / "out.part/state/done").glob("*.json")))
    assert 2 <= done < 6
    with pytest.raises(BatchError, match="was begun with"):
        batch(str(tmp_path), str(tmp_path / "out"), "loop")
    said = []
    batch(str(source), str(tmp_path / "out"), "loop", tell=lambda *told: said.append(told))
    assert len(said) == 6 - done
    for kind in (*KINDS, "links", "stories"):
        assert rows(tmp_path / "out", kind) == rows(plain, kind), kind
    with pytest.raises(BatchError, match="is there already"):
        batch(str(source), str(tmp_path / "out"), "loop")


def test_a_page_that_always_kills_is_set_aside_and_the_rest_is_whole(tmp_path):
    source = pages(tmp_path / "in", 4, 10, poison={13})
    process = call(source, tmp_path / "out", "--processes", "2", path=f"{HERE / 'poison'}")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 1, said.decode()  # done, with a problem
    assert len(rows(tmp_path / "out", "articles")) == 39
    (problem,) = [json.loads(r) for r in rows(tmp_path / "out", "problems")]
    assert problem["code"] == "poison"
    assert "https://x.example/13" in problem["detail"]
    assert json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf8"))["set_aside"] == 1
    attempts = [json.loads(p.read_text()) for p in (tmp_path / "out/state/attempts").iterdir()]
    assert attempts == [{"4": 3}]


def test_parquet_and_other_languages(tmp_path):
    html = [STORY.format(title=f"غارة أميركية رقم {n} على بغداد") for n in range(2)] + ["<html><body><p>" + "An English page. " * 50 + "</p></body></html>"]
    table = pa.table({"url": [f"https://x.example/{n}" for n in range(3)], "html": html, "outlet": ["س"] * 3})
    (tmp_path / "in").mkdir()
    pq.write_table(table, tmp_path / "in/pages.parquet")
    (tmp_path / "in/broken.parquet").write_bytes(b"PAR1 but no")
    manifest = batch(str(tmp_path / "in"), str(tmp_path / "out"), "loop")
    assert (manifest["pages"], manifest["articles"], manifest["other_language"]) == (3, 2, 1)
    assert [json.loads(r)["code"] for r in rows(tmp_path / "out", "problems")] == ["unreadable"]


def test_files_of_an_object_store_are_fetched(source, plain, tmp_path):
    manifest = batch(f"{source.as_uri()}/*.jsonl", str(tmp_path / "out"), "loop")
    assert (manifest["units"], manifest["articles"]) == (6, 150)
    assert rows(tmp_path / "out", "events") == rows(plain, "events")
    gone = pages(tmp_path / "in", 1, 3)
    (gone / "000.jsonl").rename(gone / "records.txt")
    assert batch(f"{gone.as_uri()}/*.txt", str(tmp_path / "text"), "loop")["pages"] == 1


@pytest.mark.parametrize(
    ("body", "is_"),
    [("مرحبا بكم في هذه الصفحة".encode(), True), ("مرحبا بكم في هذه الصفحة".encode("cp1256"), True), ("مرحبا".encode("utf-16"), True), (b"hello world " * 50, False), ("Привет, мир, как дела".encode(), False), (b"", True), (b'{"t": "\\u0645\\u0631"}', True)],
)  # fmt: skip
def test_a_look_tells_arabic(body, is_):
    assert likely_arabic(body) == is_


def test_wrong_calls_are_said(marsad, tmp_path):
    for args in ((tmp_path / "none", tmp_path / "out"), (tmp_path, tmp_path / "out")):
        done = marsad("batch", *args)
        assert done.returncode == 2
        assert b"no" in done.stderr
    assert marsad("archive", "import", tmp_path).returncode == 2


def test_a_run_comes_into_an_archive(marsad, plain, tmp_path):
    assert marsad("archive", "import", plain, "--archive", tmp_path / "a.db").stdout == b"150 articles imported\n"
    assert marsad("archive", "import", plain, "--archive", tmp_path / "a.db").stdout == b"0 articles imported\n"
    with Archive(tmp_path / "a.db") as store:
        assert store.counts()["reading"] == 150
        assert {i for s in store.stories() for i in s.article_ids} == {a.id for a in store.articles()}
    assert marsad("archive", "import", plain, "--day", "2024-01-04", "--archive", tmp_path / "b.db").stdout.startswith(b"8 ")


def test_windows_cover_every_day_once(plain):
    seen = [day for days in windows(plain) for day in days]
    assert set(seen) == {f"2024-01-{d:02}" for d in range(1, 21)}
    assert len(windows(plain)) == 3
