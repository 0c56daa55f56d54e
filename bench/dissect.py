"""Marsad beside other extractors on the same pages in the same process: pages a second, peak memory, body F1.

    python bench/dissect.py [--html DIR] [--gold DIR] [--plain DIR] [--seconds 4]

Without arguments it takes ../shared/data/pages when it is there, else samples/ (no F1 then). Times are CPU seconds of this process, one thread;
peak memory is what each tool adds to the resident set of a fresh process on all pages. F1: tokens as bags over all pages (as shared/eval/score_body.py).
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
warnings.simplefilter("ignore")


def _marsad() -> Callable[[bytes], str]:
    from marsad.dissect import dissect
    from marsad.records import body_text, page_of

    def extract(body: bytes) -> str:
        article, _ = dissect(page_of(body, "bench", media_type="text/html"))
        return body_text(article) if article else ""

    return extract


def _trafilatura() -> Callable[[bytes], str]:
    import trafilatura

    return lambda body: (trafilatura.bare_extraction(body, favor_precision=True, with_metadata=True, as_dict=True) or {}).get("text") or ""


def _newspaper4k() -> Callable[[bytes], str]:
    from newspaper import Article

    def extract(body: bytes) -> str:
        article = Article("http://localhost/", language="ar", fetch_images=False)
        article.download(input_html=body.decode("utf8", "replace"))
        article.parse()
        return article.text or ""

    return extract


def _readability() -> Callable[[bytes], str]:
    import lxml.html
    from readability import Document

    return lambda body: lxml.html.fromstring(Document(body.decode("utf8", "replace")).summary()).text_content()


def _goose3() -> Callable[[bytes], str]:
    from goose3 import Goose
    from goose3.text import StopWordsArabic

    tool = Goose({"stopwords_class": StopWordsArabic, "enable_image_fetching": False})
    return lambda body: tool.extract(raw_html=body.decode("utf8", "replace")).cleaned_text or ""


def _resiliparse() -> Callable[[bytes], str]:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda body: extract_plain_text(body.decode("utf8", "replace"), main_content=True)


def _justext() -> Callable[[bytes], str]:
    import justext

    stop = justext.get_stoplist("Arabic")
    return lambda body: "\n".join(p.text for p in justext.justext(body, stop) if not p.is_boilerplate)


TOOLS = {
    "marsad": _marsad,
    "trafilatura": _trafilatura,
    "newspaper4k": _newspaper4k,
    "readability": _readability,
    "goose3": _goose3,
    "resiliparse": _resiliparse,
    "justext": _justext,
}


def tokens(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def gold_of(folder: Path, page: Path) -> str | None:
    for name in (f"{page.stem}.txt", f"{page.stem}.silver.txt"):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf8")
    return None


def _peak() -> float:
    """Peak resident memory of this process in MB (ru_maxrss would count the parent's)."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def _memory(tool: str, pages: list[bytes], answer: multiprocessing.Queue) -> None:
    before = _peak()
    extract = TOOLS[tool]()
    for body in pages:
        extract(body)
    answer.put(_peak() - before)


def measure(tool: str, pages: list[tuple[bytes, str | None]], seconds: float) -> tuple[float, float, float]:
    extract = TOOLS[tool]()
    hit = gold = found = 0
    for body, truth in pages:
        text = extract(body)
        if truth is not None:
            g, p = tokens(truth), tokens(text)
            hit, gold, found = hit + sum((g & p).values()), gold + sum(g.values()), found + sum(p.values())
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for body, _ in pages:
            extract(body)
        done += len(pages)
    rate = done / (time.process_time() - start)
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_memory, args=(tool, [b for b, _ in pages], answer))
    process.start()
    added = answer.get(timeout=120)
    process.join()
    return rate, added, 2 * hit / (gold + found) if gold + found else float("nan")


def plain_rate(folder: Path, seconds: float) -> tuple[float, int]:
    from marsad.dissect import dissect
    from marsad.records import page_of

    pages = [page_of(p.read_bytes(), p.name, media_type="text/plain") for p in sorted(folder.glob("*.txt"))]
    for page in pages:
        dissect(page)
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for page in pages:
            dissect(page)
        done += len(pages)
    return done / (time.process_time() - start), len(pages)


def main() -> None:
    here = SHARED.is_dir()
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--html", type=Path, default=SHARED / "data/pages/html" if here else ROOT / "samples/html")
    ask.add_argument("--gold", type=Path, default=SHARED / "data/pages/html_gold")
    ask.add_argument("--plain", type=Path, default=SHARED / "gold/pages" if here else ROOT / "samples/text")
    ask.add_argument("--seconds", type=float, default=4.0)
    ask.add_argument("--only", default="", help="names of tools, by comma")
    args = ask.parse_args()
    pages = [(p.read_bytes(), gold_of(args.gold, p)) for p in sorted(args.html.glob("*.html"))]
    print(f"{len(pages)} HTML pages of {args.html}, {sum(len(b) for b, _ in pages) / len(pages) / 1024:.0f} KB each")
    print(f"{'':14}{'pages/s':>9}{'MB more':>9}{'body F1':>9}")
    for tool in args.only.split(",") if args.only else TOOLS:
        rate, added, score = measure(tool, pages, args.seconds)
        print(f"{tool:14}{rate:9.1f}{added:9.0f}{score:9.4f}", flush=True)
    rate, count = plain_rate(args.plain, args.seconds)
    print(f"marsad on {count} plain pages of {args.plain}: {rate:.0f} pages/s")


if __name__ == "__main__":
    main()
