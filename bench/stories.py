"""Stories: articles a second and memory as the stream grows, and figures on shared/gold/stories/dev.jsonl beside other ways to cluster.

    python bench/stories.py                      both
    python bench/stories.py --speed --largest 280000
    python bench/stories.py --figures

Speed is read off the articles of ../shared/data/news (SaudiNewsNet 2015, ANT 2013-2017, RSS 2025), in time order, by the clock, all cores, with vectors; readings are made beforehand and not
counted. Past their number the stream is continued by copies of itself: every time round, dates are shifted by twelve years, more than the whole spans, and every name of the text is written
with other letters. Without ../shared there is nothing to run on.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does

import msgspec
import numpy as np

from marsad.line import CORES, beginning
from marsad.read import read
from marsad.records import Article, Reading, Story
from marsad.relate import relate
from marsad.relate.stories import group
from marsad.relate.vectors import MEANING, WORDS, Rarity, traits
from marsad.sentences import Text

SHARED = Path(__file__).parents[2] / "shared"


def news() -> list[Text]:
    """All articles of ../shared/data/news, by time."""
    folder, out = SHARED / "data/news", []
    for path in sorted(folder.glob("saudinewsnet-*.zip")):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                if name.endswith(".json"):
                    for n, row in enumerate(json.loads(packed.read(name))):
                        day = path.stem[-10:]
                        out.append(Text(id=f"{path.stem}-{n}", title=row.get("title") or "", text=row.get("content") or "", published=day, source=row.get("source") or ""))
    with tarfile.open(folder / "antcorpus.tar.xz") as packed:
        for member in packed:
            if member.name.endswith(".txt") and "/" in member.name:
                text = packed.extractfile(member).read().decode("utf8", "replace")
                title, moment, body = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.S) for tag in ("TITLE", "TIME", "TEXT"))
                if title and moment and body:
                    out.append(Text(id=Path(member.name).stem, title=title[1], text=body[1], published=moment[1][:10], source="Jawhara FM"))
    with (folder / "rss-2025-03.jsonl").open(encoding="utf8") as source:
        rows = [json.loads(line) for line in source]
    for n, row in enumerate(rows):
        day = datetime.strptime(row["date"], "%d/%m/%Y").date().isoformat() if re.fullmatch(r"\d+/\d+/\d{4}", row.get("date") or "") else None
        out.append(Text(id=f"rss-{n}", title=row["title"] or "", text=row["content"] or "", published=day, source=row["source"] or ""))
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(out, key=lambda t: (t.moment() or far, t.id))


def kept(texts: list[Text], where: Path) -> Path:
    """The articles with their readings by the fast gear, a line each: made once."""
    path = where / f"marsad-bench-{len(texts)}.jsonl"
    if not path.exists():
        aside = path.with_suffix(".part")
        with aside.open("wb") as sink, multiprocessing.get_context("spawn").Pool(CORES) as pool:
            sink.writelines(pool.imap(told, texts, chunksize=200))
        aside.rename(path)
    return path


def told(text: Text) -> bytes:
    """An article with its reading, as a line."""
    article = text.article()
    return msgspec.json.encode((article, read(beginning(article), fast=True))) + b"\n"


def stream(path: Path, count: int) -> Iterator[tuple[Article, Reading]]:
    """`count` articles: those of the file, then again and again with dates shifted and names exchanged."""
    done, turn = 0, 0
    while done < count:
        with path.open("rb") as source:
            for line in source:
                article, reading = msgspec.json.decode(line, type=tuple[Article, Reading])
                yield (article, reading) if turn == 0 else changed(article, reading, turn)
                done += 1
                if done == count:
                    return
        turn += 1


def changed(article: Article, reading: Reading, turn: int) -> tuple[Article, Reading]:
    """The article of a later turn: the letters of each name but its first and last are others, the date moves by twelve years a turn, longer than all of the news; offsets stay."""
    letters = list(article.text)
    for mention in reading.mentions:
        if mention.entity_id and mention.end - mention.start > 3:
            for i in range(mention.start + 1, mention.end - 1):
                if letters[i].isalpha():
                    letters[i] = chr(0x0628 + (ord(letters[i]) * 7 + turn * 13) % 19)
    at = article.published_at + timedelta(days=4400 * turn) if article.published_at else None
    mentions = tuple(msgspec.structs.replace(m, entity_id=f"{m.entity_id}~{turn}" if m.entity_id else None) for m in reading.mentions)
    name = f"{article.id}~{turn}"
    return msgspec.structs.replace(article, id=name, text="".join(letters), published_at=at), msgspec.structs.replace(reading, article_id=name, mentions=mentions)


def measure(path: Path, count: int) -> None:
    """One size, in this process: articles a second, stories, copies, most memory."""
    start, stories, links = time.perf_counter(), 0, 0
    spent = 0.0

    def clocked() -> Iterator[tuple[Article, Reading]]:
        nonlocal spent  # what making the stream takes is not counted
        source = stream(path, count)
        while True:
            begun = time.perf_counter()
            one = next(source, None)
            spent += time.perf_counter() - begun
            if one is None:
                return
            yield one

    for found in relate(clocked(), CORES):
        stories += isinstance(found, Story)
        links += not isinstance(found, Story)
    took = time.perf_counter() - start - spent
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + CORES * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    print(f"{count:8} articles  {count / took:6.0f} a second  {1000 * took / count:6.2f} ms each  {stories} stories  {links} links  {memory:.0f} MB", flush=True)


def gold() -> tuple[list[Text], dict[str, str]]:
    folder = SHARED / "gold/stories"
    texts = [msgspec.json.decode(line, type=Text) for line in (folder / "dev_articles.jsonl").open("rb")]
    return texts, {row["id"]: row["story"] for row in map(json.loads, (folder / "dev.jsonl").open(encoding="utf8"))}


def scored(name: str, labels: dict[str, object]) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf8") as sink:
        sink.writelines(json.dumps({"id": i, "story": str(s), "copy_of": None}) + "\n" for i, s in labels.items())
        sink.flush()
        run = [sys.executable, str(SHARED / "eval/score_stories.py"), str(SHARED / "gold/stories/dev.jsonl"), sink.name]
        lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    print(f"{name:34}", *(line.split("F1")[-1].strip() for line in lines[:2]), " ".join(lines[2].split()[:4]), flush=True)


def figures() -> None:
    """B-cubed F1 over all and over shared articles, pairwise F1 and fragmentation: ours, its parts, and others on the same vectors with the threshold that suits them best on this very set."""
    from sklearn.cluster import HDBSCAN, AgglomerativeClustering

    texts, story = gold()
    pairs = sorted(((t.article(), t) for t in texts), key=lambda p: (p[0].published_at, p[0].id))
    told = [(a, read(a, fast=True)) for a, _ in pairs]
    scored("marsad", {i: s.id for s in relate(told) if isinstance(s, Story) for i in s.article_ids})
    met = traits(told, Rarity())
    ids = [t.id for t in met]
    whole = np.stack([t.vector for t in met])
    days = np.array([t.at.timestamp() / 86400 for t in met], np.float32)
    for name, columns in (
        ("all parts", slice(None)),
        ("meaning only", slice(0, MEANING)),
        ("words only", slice(MEANING, MEANING + WORDS)),
        ("names only", slice(MEANING + WORDS, None)),
    ):
        part = whole[:, columns] / np.maximum(np.linalg.norm(whole[:, columns], axis=1, keepdims=True), 1e-6)
        likes = part @ part.T
        near = np.argwhere(np.triu(likes >= 0.2, 1)).astype(np.int32)
        best = max((quality(groups, ids, story), groups) for groups in (by_cosine(part, days, near, join) for join in np.arange(0.3, 0.9, 0.03)))
        scored(f"cosine of sums, {name}", {ids[i]: n for n, g in enumerate(best[1]) for i in g})
        away = np.clip(1 - likes, 0, 2)
        np.fill_diagonal(away, 0)
        tries = [
            AgglomerativeClustering(n_clusters=None, metric="precomputed", linkage="average", distance_threshold=t).fit_predict(away.astype(float))
            for t in np.arange(0.2, 0.85, 0.03)
        ]
        labels = max(tries, key=lambda found: quality(grouped(found), ids, story))
        scored(f"average link, {name}", dict(zip(ids, labels.tolist(), strict=True)))
        tries = [
            HDBSCAN(min_cluster_size=2, min_samples=samples, metric="precomputed", cluster_selection_method=method, copy=True).fit_predict(away.astype(float))
            for samples in (1, 2, 3)
            for method in ("eom", "leaf")
        ]
        labels = max(([x if x >= 0 else -1 - i for i, x in enumerate(found.tolist())] for found in tries), key=lambda found: quality(grouped(np.array(found)), ids, story))
        scored(f"HDBSCAN, {name}", dict(zip(ids, labels, strict=True)))


def by_cosine(vectors: np.ndarray, days: np.ndarray, near: np.ndarray, join: float) -> list[list[int]]:
    from marsad.relate import stories

    before = stories.JOIN, stories.ADD
    stories.JOIN, stories.ADD = join, join * before[1] / before[0]
    try:
        return group(vectors.copy(), days.copy(), near)
    finally:
        stories.JOIN, stories.ADD = before


def grouped(labels: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(labels == k).tolist() for k in sorted(set(labels.tolist()))]


def quality(groups: list[list[int]], ids: list[str], story: dict[str, str]) -> float:
    """B-cubed F1 over all."""
    gold_of = {i: {j for j in story if story[j] == story[i]} for i in story}
    precision = recall = 0.0
    for g in groups:
        members = {ids[i] for i in g}
        for i in members:
            hit = len(gold_of[i] & members)
            precision, recall = precision + hit / len(members), recall + hit / len(gold_of[i])
    return 2 * precision * recall / (precision + recall)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--speed", action="store_true")
    ask.add_argument("--figures", action="store_true")
    ask.add_argument("--largest", type=int, default=280_000)
    ask.add_argument("--one", nargs=2, metavar=("FILE", "COUNT"), help=argparse.SUPPRESS)
    args = ask.parse_args()
    if args.one:
        measure(Path(args.one[0]), int(args.one[1]))
        return
    if not SHARED.is_dir():
        sys.exit("../shared is not here: there are no articles to run on")
    if args.figures or not args.speed:
        figures()
    if args.speed or not args.figures:
        texts = news()
        path = kept(texts, Path(tempfile.gettempdir()))
        print(len(texts), "articles of ../shared/data/news,", CORES, "cores")
        for count in (2_800, 28_000, 280_000):
            if count <= args.largest:  # each in a process of its own, for its memory
                subprocess.run([sys.executable, __file__, "--one", str(path), str(count)], check=True)


if __name__ == "__main__":
    main()
