"""Killed at any moment, a collector loses nothing and doubles nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from marsad.archive import Archive

FULL = bool(os.environ.get("MARSAD_KILLS"))  # the figures of the issue: 100 kills over 2,000 pages, 20 on PostgreSQL; shorter in every day's run


def pages(folder, count):
    folder.mkdir()
    for n in range(count):
        row = {
            "title": f"عنوان الخبر رقم {n}",
            "text": f"قال المتحدث رقم {n} إن القوات انسحبت من الموقع رقم {n} في محافظة الأنبار غربي العراق.",
            "published": "2024-01-04",
            "url": f"https://x.example/{n}",
            "source": "زوجية" if n % 2 == 0 else "فردية",
        }
        (folder / f"{n:05}.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf8")


def collector(folder, where):
    return subprocess.Popen([sys.executable, "-m", "marsad.cli", "collect", str(folder), "--archive", where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_kill_at_random_moments(where, tmp_path):
    sqlite = "://" not in where
    count, kills = (2000, 100 if sqlite else 20) if FULL else (600, 6 if sqlite else 3)
    pages(tmp_path / "in", count)
    rng = random.Random(7)
    began = time.monotonic()
    assert collector(tmp_path / "in", where).wait() == 0
    took = time.monotonic() - began  # kills must fall into the work, however fast it is
    with Archive(where) as store:
        store.forget("زوجية")
    killed = 0
    while killed < kills:
        process = collector(tmp_path / "in", where)
        time.sleep(took * (0.35 + 0.65 * rng.random()))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        with Archive(where) as store:
            have = store.counts()
            assert have["page"] == have["article"] <= count
        if have["page"] == count:  # all in already: the kills go on against what is left to do
            with Archive(where) as store:
                store.forget("زوجية")
    done = collector(tmp_path / "in", where)
    assert done.wait(timeout=300) == 0
    with Archive(where) as store:
        assert store.counts()["page"] == store.counts()["article"] == count
        assert len({a.url for a in store.articles()}) == count
        with store.engine.connect() as db:
            assert (
                db.scalar(text("SELECT count(*) FROM words" if not sqlite else "SELECT count(*) FROM article WHERE number IN (SELECT rowid FROM words WHERE words MATCH 'انبار')"))
                == count
            )
            if sqlite:
                assert db.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert db.exec_driver_sql("PRAGMA foreign_key_check").first() is None
