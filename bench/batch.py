"""Crawl scale on one machine: pages a second by engine and by stage, memory of a worker, cost per page as the input grows.

    python bench/batch.py                       all: WARC of 400 pages, WET of 2,000 and 50,000
    python bench/batch.py --largest 2000

WARC and WET files are made with fastwarc (gzip, digests, 500 pages a file) from ../shared/data: a WARC page is one of the HTML pages of data/pages/html with every paragraph exchanged for a sentence of an article of data/news (SaudiNewsNet, ANT, RSS), a WET page
the lines of a flattened page (menu, headline, date, paragraphs, teasers of three other articles, footer); the 2,000 are four stretches of the articles, so that both sizes hold the same mix of sources. Past the number of articles they come again under other addresses. The reader is the fast gear, one thread on both sides; start-up of workers is counted.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from marsad.sentences import Text
from stories import SHARED, news

EACH = 500  # pages of a file
MENU = "الرئيسية\nسياسة\nاقتصاد\nرياضة\nثقافة\nمنوعات\nفيديو\nمن نحن\nاتصل بنا"


def wet_pages(texts: list[Text]) -> Iterator[tuple[str, bytes]]:
    """Flattened pages without end."""
    for n, text in enumerate(cycle(texts)):
        others = [texts[(n * 7 + i * 131) % len(texts)].title for i in range(3)]
        lines = [MENU, text.title, f"نشر في {text.published or '2015-08-01'}", *re.split(r"(?<=[.؟!])\s+", text.text), "اقرأ أيضا", *others, "جميع الحقوق محفوظة"]
        yield f"https://wet.example/{n}", "\n".join(line for line in lines if line).encode("utf8", "replace")


def warc_pages(texts: list[Text]) -> Iterator[tuple[str, bytes]]:
    """HTML pages without end."""
    shells = [p.read_bytes().decode("utf8", "replace") for p in sorted((SHARED / "data/pages/html").glob("*.html"))]
    for n, text in enumerate(cycle(texts)):
        sentences = iter([s for s in re.split(r"(?<=[.؟!])\s+", text.text) if len(s) > 30] + [text.title] * 400)
        html = re.sub(r"(<p[^>]*>)([^<]{60,})(</p>)", lambda m, s=sentences: m[1] + next(s) + m[3], shells[n % len(shells)])
        yield f"https://warc.example/{n}", html.encode("utf8", "replace")


def written(folder: Path, pages: Iterator[tuple[str, bytes]], count: int, kind: str) -> Path:
    """Files of EACH pages; made once."""
    if folder.exists():
        return folder
    aside = folder.with_suffix(".part")
    aside.mkdir(exist_ok=True)
    for first in range(0, count, EACH):
        with (aside / f"{first // EACH:05}.{kind}.gz").open("wb") as raw, GzipWriter(raw, 6) as sink:
            for url, body in islice(pages, min(EACH, count - first)):
                record = WarcRecord()
                record.init_headers(WarcRecordType.conversion if kind == "wet" else WarcRecordType.response)
                record.headers["WARC-Target-URI"] = url
                record.headers["WARC-Date"] = datetime(2024, 1, 5, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                if kind == "warc":
                    record.headers["Content-Type"] = "application/http; msgtype=response"
                    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
                record.set_bytes_content(body)
                record.write(sink, checksum_data=True)
    aside.rename(folder)
    return folder


def peak(pid: int, seen: dict[int, int], stop: threading.Event) -> None:
    """Watch the resident memory of a process and of those it began."""
    while not stop.wait(0.3):
        parents = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                told = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(path.parent.name)] = (int(told[1]), int(told[21]) * resource.getpagesize())
        for child, (parent, size) in parents.items():
            if parent == pid or child == pid or parents.get(parent, (0,))[0] == pid:
                seen[child] = max(seen.get(child, 0), size)


def run(source: Path, engine: str, processes: int, limit: float = 3600.0) -> tuple[float, dict, float]:
    """One run in a process of its own: seconds, its manifest, MB of the largest process."""
    import json

    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        call = [sys.executable, "-m", "marsad.cli", "batch", str(source), f"{folder}/out", "--engine", engine, "--processes", str(processes)]
        process = subprocess.Popen(call, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        seen, stop = {}, threading.Event()
        threading.Thread(target=peak, args=(process.pid, seen, stop), daemon=True).start()
        marks = Path(folder, "out.part/state/done")
        total = len(list(source.iterdir()))
        first_half = 0.0
        while process.poll() is None and time.perf_counter() - begun < limit:
            if not first_half and marks.exists() and len(list(marks.glob("*.json"))) == total:
                first_half = time.perf_counter() - begun
            time.sleep(0.05)
        stop.set()
        took = time.perf_counter() - begun
        manifest = json.loads(Path(folder, "out/manifest.json").read_text(encoding="utf8"))
        return first_half or took, {**manifest, "whole": took}, max(seen.values()) / 1e6


def told(name: str, seconds: float, manifest: dict, memory: float) -> None:
    pages, stages = manifest["pages"], dict(manifest["seconds"])
    start = stages.pop("start")
    by = "  ".join(f"{stage} {1000 * s / pages:.2f}" for stage, s in stages.items())
    rest = manifest["whole"] - seconds
    print(
        f"{name:22} {pages:6} pages  {pages / seconds:7.1f} pages/s  {1000 * seconds / pages:6.2f} ms each  (stages, ms of one core: {by}; together {1000 * sum(stages.values()) / pages:.2f}; loading {start:.1f} s in all)  then copies and stories {1000 * rest / pages:.2f} ms each  largest process {memory:.0f} MB",
        flush=True,
    )


def dissecting(source: Path, count: int) -> None:
    """The dissect stage alone beside trafilatura's extraction, on the same pages in the same process."""
    import trafilatura

    from marsad.collect import collect
    from marsad.dissect import dissect
    from marsad.records import Page

    pages = [p for p in islice(collect([str(next(source.iterdir()))]), count) if isinstance(p, Page)]
    for name, work in (("marsad", dissect), ("trafilatura", lambda p: trafilatura.bare_extraction(p.body, favor_precision=True, with_metadata=True))):
        work(pages[0])
        begun = time.process_time()
        for page in pages:
            work(page)
        print(f"dissect alone, {name:12} {len(pages) / (time.process_time() - begun):6.1f} pages/s of {sum(len(p.body) for p in pages) / len(pages) / 1000:.0f} kB", flush=True)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--largest", type=int, default=50_000)
    ask.add_argument("--ray", action="store_true", help="Ray too")
    args = ask.parse_args()
    if not SHARED.is_dir():
        sys.exit("../shared is not here: there are no pages to run on")
    texts, cores = [t for t in news() if len(t.text) > 300], os.cpu_count() or 1
    base = Path(tempfile.gettempdir())
    html = written(base / "marsad-bench-warc-400", warc_pages(texts), 400, "warc")
    dissecting(html, 150)
    mixed = [t for first in range(0, len(texts), -(-len(texts) // 4)) for t in texts[first : first + EACH]]  # of all sources, as the large input
    small = written(base / "marsad-bench-wet-mixed-2000", wet_pages(mixed), 2000, "wet")
    for engine in ("loop", "native", *(["ray"] if args.ray else [])):
        told(f"WET, {engine}", *run(small, engine, 1 if engine == "loop" else cores))
    if args.largest > 2000:
        large = written(base / f"marsad-bench-wet-{args.largest}", wet_pages(texts), args.largest, "wet")
        told("WET, native", *run(large, "native", cores))


if __name__ == "__main__":
    main()
