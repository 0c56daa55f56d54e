"""The archive's records as CSV, JSON Lines or Parquet. Events come in the columns of POLECAT (Halterman et al. 2023), so that what loads POLECAT loads them, with the evidence beside them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from marsad.arabic.letters import fold
from marsad.archive import Archive
from marsad.corrections import evidence
from marsad.knowledge import rows
from marsad.outlook.told import score_of
from marsad.read import sentences
from marsad.records import Article, Event, Mention, Reading, body_text, key
from marsad.sentences import score_form

PORTION = 2000
Row = dict[str, Any]


class ExportError(ValueError):
    """What cannot be exported, or not so; the message says what can."""


@lru_cache(maxsize=1)
def _places() -> dict[str, Row]:
    return {fold(row["name"]): row for row in reversed(rows("places.tsv")) if row["kind"] in ("country", "city")}


Only = Collection[str] | None  # ids of articles, None for all


def _articles(store: Archive, only: Only) -> Iterator[Article]:
    yield from store.articles() if only is None else (a for a in map(store.article, only) if a)


def _told(store: Archive, only: Only) -> Iterator[tuple[Article, Reading]]:
    for article in _articles(store, only):
        reading = store.told(article.id)
        if reading:
            yield article, reading


def events(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every event of every article that has been read."""
    for article, reading in _told(store, only):
        yield from event_rows(article, reading)


def event_rows(article: Article, reading: Reading) -> Iterator[Row]:
    """Yield a row for every event of an article."""
    names = {kind: "; ".join(dict.fromkeys(article.text[m.start : m.end] for m in reading.mentions if m.kind == kind)) for kind in ("PER", "ORG", "LOC")}
    for number, event in enumerate(reading.events):
        yield _event(article, reading, number, event, names)


def _event(article: Article, reading: Reading, number: int, event: Event, names: dict[str, str]) -> Row:
    quad, intensity = score_of(event.type, event.mode)
    day = article.published_at.date().isoformat() if article.published_at else ""
    when = reading.dates[event.when].value if event.when is not None else ""
    row: Row = {
        "Event ID": key(article.id, str(number)), "Event Date": when or day, "Event Type": event.type, "Event Mode": event.mode, "Intensity": float(intensity), "Quad Code": quad,
        **_party("Actor", article, [reading.mentions[n] for n in event.actors]), **_party("Recipient", article, [reading.mentions[n] for n in event.recipients]),
        **_where(article, [reading.mentions[n] for n in event.places]),
        "Source": article.outlet or article.url, "Publication Date": day, "Story People": names["PER"], "Story Organizations": names["ORG"], "Story Locations": names["LOC"],
        "Headline": article.headline or "", "Language": article.language, "Version": reading.origin,
        "Status": event.status, "Score": event.score, "Reported By": "; ".join(article.text[m.start : m.end] for m in (reading.mentions[n] for n in event.by)),
        "Content": article.text[event.content.start : event.content.end] if event.content else "",
        "Article ID": article.id, "URL": article.url, "Trigger": article.text[event.trigger.start : event.trigger.end], "Trigger Start": event.trigger.start, "Trigger End": event.trigger.end,
    }  # fmt: skip
    return row


def _party(role: str, article: Article, mentions: Sequence[Mention]) -> Row:
    return {
        f"{role} Name Raw": "; ".join(article.text[m.start : m.end] for m in mentions),
        f"{role} Name": "; ".join(m.entity_id or "" for m in mentions),
        f"Primary {role} Sector": next((m.sector for m in mentions if m.sector), ""),
        f"{role} Sectors": "; ".join(m.sector for m in mentions),
        f"{role} Country": "; ".join(m.country for m in mentions),
    }


def _where(article: Article, mentions: Sequence[Mention]) -> Row:
    raw = [article.text[m.start : m.end] for m in mentions]
    found: Row = next((row for name in raw for bare in (fold(name), fold(name)[1:]) if (row := _places().get(bare))), {})
    return {
        "Placename": found.get("name", raw[0] if raw else ""), "Country": found.get("country") or next((m.country for m in mentions if m.country), ""), "Latitude": float(found.get("latitude") or "nan"),
        "Longitude": float(found.get("longitude") or "nan"), "GeoNames ID": found.get("geonames", ""), "Raw Placename": "; ".join(raw),
    }  # fmt: skip


def articles(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every article, its body as one text."""
    for a in _articles(store, only):
        moment = a.published_at.isoformat() if a.published_at else ""
        yield {
            "id": a.id, "url": a.url, "outlet": a.outlet, "headline": a.headline or "", "published_at": moment, "published_from": a.published_from or "", "authors": "; ".join(a.authors),
            "language": a.language, "body": body_text(a), "origin": a.origin,
        }  # fmt: skip


def mentions(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every mention."""
    for article, reading in _told(store, only):
        yield from mention_rows(article, reading)


def mention_rows(article: Article, reading: Reading) -> Iterator[Row]:
    """Yield a row for every mention of an article."""
    for m in reading.mentions:
        row = {"article_id": article.id, "start": m.start, "end": m.end, "text": article.text[m.start : m.end], "kind": m.kind}
        yield {**row, "entity_id": m.entity_id or "", "country": m.country, "sector": m.sector, "score": m.score}


def figures(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every figure."""
    for article, reading in _told(store, only):
        yield from figure_rows(article, reading)


def figure_rows(article: Article, reading: Reading) -> Iterator[Row]:
    """Yield a row for every figure of an article."""
    for f in reading.figures:
        row = {"article_id": article.id, "start": f.start, "end": f.end, "text": article.text[f.start : f.end], "value": float(f.value)}
        yield {**row, "upper": float("nan") if f.upper is None else float(f.upper), "unit": f.unit, "what": f.what, "bound": f.bound}


def stories(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every article of every story."""
    for story in store.stories():
        for article_id in story.article_ids if only is None else (i for i in story.article_ids if i in only):
            yield {"story_id": story.id, "headline": story.headline, "article_id": article_id, "entities": "; ".join(story.entities)}


def links(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every link."""
    for link in store.links():
        if only is not None and not {link.left_id, link.right_id} & set(only):
            continue
        yield {
            "left_id": link.left_id,
            "right_id": link.right_id,
            "kind": link.kind,
            "score": link.score,
            "agency": link.agency,
            "because": "; ".join(r.text for r in link.because),
        }


def problems(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every problem."""
    for p in store.problems():
        yield {"stage": p.stage, "subject_id": p.subject_id, "code": p.code, "detail": p.detail}


def corrections(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield a row for every correction, with the words it is about."""
    for c in store.corrections():
        if only is not None and c.article_id not in only:
            continue
        article, span = store.article(c.article_id), evidence(c)
        words = article.text[span.start : span.end] if article and span else ""
        values = "; ".join(f"{name}={value}" for name, value in sorted(c.values.items()))
        yield {
            "article_id": c.article_id,
            "what": c.what,
            "target": c.target,
            "text": words,
            "verdict": c.verdict,
            "values": values,
            "who": c.who,
            "at": c.at.isoformat(),
            "note": c.note,
        }


def annotated(store: Archive, only: Only = None) -> Iterator[Row]:
    """Yield every sentence in which people corrected a record, as it is right, in the form that training reads (`shared/eval/score_read.py`); offsets are those of the sentence."""
    for article_id in dict.fromkeys(c.article_id for c in store.corrections() if c.what != "link" and (only is None or c.article_id in only)):
        article, reading = store.article(article_id), store.told(article_id)
        if article is None or reading is None:
            continue
        spans = [s for c in store.corrections(article_id) if (s := evidence(c))]
        for block in article.blocks:
            for start, end in sentences(article.text, block.start, block.end):
                if any(start <= s.start < end for s in spans):
                    yield _annotation(article, reading, start, end)


def _annotation(article: Article, reading: Reading, start: int, end: int) -> Row:
    inside = [n for n, m in enumerate(reading.mentions) if start <= m.start and m.end <= end]
    place = {old: new for new, old in enumerate(inside)}
    row = score_form(f"{article.id}#{start}", reading)

    def moved(span: list[int] | None) -> list[int] | None:
        return [span[0] - start, span[1] - start] if span and start <= span[0] and span[1] <= end else None

    events = [
        e
        | {
            "trigger": moved(e["trigger"]),
            "when": moved(e["when"]),
            "content": moved(e["content"]),
            **{r: [place[n] for n in e[r] if n in place] for r in ("actor", "recipient", "place", "by")},
        }
        for e in row["events"]
        if moved(e["trigger"])
    ]
    told = {
        name: [x | {"start": x["start"] - start, "end": x["end"] - start} for x in row[name] if start <= x["start"] and x["end"] <= end]
        for name in ("mentions", "figures", "dates")
    }
    day = article.published_at.date().isoformat() if article.published_at else None
    return {
        "id": row["id"],
        "text": article.text[start:end],
        "published": day,
        "source": article.outlet,
        **told,
        "events": [{k: v for k, v in e.items() if k not in ("also", "score")} for e in events],
    }


KINDS: dict[str, Callable[[Archive, Only], Iterator[Row]]] = {
    "events": events, "articles": articles, "mentions": mentions, "figures": figures, "stories": stories, "links": links, "problems": problems, "corrections": corrections, "annotations": annotated,
}  # fmt: skip
FORMS = ("csv", "jsonl", "parquet")


def export_to(store: Archive, what: str, form: str, out: str, only: Only = None) -> int:
    """Write records of a kind in a form into a file, or to standard output, of all articles or of `only` some; return how many. A file is written aside and renamed, so a killed export leaves none behind."""
    if what not in KINDS:
        raise ExportError(f"{what}: there are {', '.join(KINDS)}")
    if form not in FORMS:
        raise ExportError(f"{form}: there are {', '.join(FORMS)}")
    if what == "annotations" and form != "jsonl":
        raise ExportError("annotations hold lists: --format jsonl")
    if form == "parquet" and not out:
        raise ExportError("parquet needs a file: --out events.parquet")
    with _sink(out) as sink:
        return {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[form](KINDS[what](store, only), sink)


@contextmanager
def _sink(out: str) -> Iterator[BinaryIO]:
    if not out:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    aside = Path(f"{out}.part")
    try:
        with aside.open("wb") as sink:
            yield sink
        aside.replace(out)
    except OSError as error:
        raise ExportError(f"{out}: {error.strerror}; name another file") from error
    finally:
        aside.unlink(missing_ok=True)


def _jsonl(found: Iterable[Row], sink: BinaryIO) -> int:
    return sum(1 for row in found if sink.write(msgspec.json.encode(row) + b"\n"))


class _Lines:
    """What csv writes to: text in, UTF-8 out; a cell that a spreadsheet would take for a formula gets an apostrophe."""

    def __init__(self, sink: BinaryIO) -> None:
        self.sink = sink

    def write(self, line: str) -> int:
        return self.sink.write(line.encode("utf8", "replace"))


def _safe(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _csv(found: Iterable[Row], sink: BinaryIO) -> int:
    count, writer = 0, None
    sink.write("\ufeff".encode())  # so that spreadsheets read it as UTF-8
    for row in found:
        if writer is None:
            writer = csv.DictWriter(_Lines(sink), list(row))
            writer.writeheader()
        writer.writerow({k: _safe(v) for k, v in row.items()})
        count += 1
    return count


def _parquet(found: Iterable[Row], sink: BinaryIO) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise ExportError("parquet needs `pip install marsad[batch]`") from error
    count, writer, schema, source = 0, None, None, iter(found)
    while some := list(islice(source, PORTION)):
        schema = schema or pa.schema(
            [(name, pa.float64() if isinstance(value, float) else pa.int64() if isinstance(value, int) else pa.string()) for name, value in some[0].items()]
        )
        writer = writer or pq.ParquetWriter(sink, schema)
        rows_ = [{n: v if isinstance(v, (int, float)) or pa.types.is_string(schema.field(n).type) else None for n, v in row.items()} for row in some]
        writer.write_table(pa.Table.from_pylist(rows_, schema))
        count += len(some)
    if writer:
        writer.close()
    return count
