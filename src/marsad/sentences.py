"""Single sentences and bare articles in, readings out, in the form of the neutral scorers (shared/eval/score_read.py, score_stories.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from marsad.dissect.told import bare
from marsad.records import Article, Problem, Reading, utc

T = TypeVar("T", "Sentence", "Text")


class Sentence(msgspec.Struct):
    """A sentence or headline that stands alone; published: an ISO day or moment, None when it is not known; source: name or host of the outlet."""

    id: str
    text: str
    published: str | None = None
    source: str = ""

    def day(self) -> date | None:
        """Return the day of publication; None when it is not given or no date."""
        try:
            return date.fromisoformat((self.published or "")[:10])
        except ValueError:
            return None


class Text(msgspec.Struct):
    """An article that is known by its headline and text alone; published, source as in Sentence, url: "" when it is not known."""

    id: str
    title: str = ""
    text: str = ""
    published: str | None = None
    source: str = ""
    url: str = ""

    def moment(self) -> datetime | None:
        """Return the moment of publication in UTC; None when it is not given or no date."""
        try:
            return utc(datetime.fromisoformat(self.published)) if self.published else None
        except ValueError:
            return None

    def article(self) -> Article:
        """Return it as an Article (`dissect.told.bare`). A date that is none is left out."""
        return bare(self.id, "", self.url, self.source, self.title, self.text, self.moment(), (), "marsad.sentences 1")


def sentence_records(path: Path) -> Iterator[tuple[str, Sentence | Problem]]:
    """Yield (id, Sentence) for each line of a JSON Lines file, (line's place, Problem) for a line that is none or a file that cannot be read."""
    for _, item in _records(path, Sentence, "read", '{"id", "text", "published"}'):
        yield (item.subject_id if isinstance(item, Problem) else item.id), item


def article_records(path: Path) -> Iterator[tuple[int, Text | Problem]]:
    """Yield for each line of a JSON Lines file where it begins, in bytes, and its Text, or a Problem for a line that is none or a file that cannot be read."""
    return _records(path, Text, "relate", '{"id", "title", "text", "published", "source"}')


def _records(path: Path, kind: type[T], stage: str, form: str) -> Iterator[tuple[int, T | Problem]]:
    try:
        with path.open("rb") as source:
            at = 0
            for number, line in enumerate(source, 1):
                where, start = f"{path}:{number}", at
                at += len(line)
                if not line.strip():
                    continue
                try:
                    yield start, msgspec.json.decode(line, type=kind)
                except msgspec.MsgspecError as error:
                    yield start, Problem(stage=stage, subject_id=where, code="bad-record", detail=f"{where}: {error}; a line is {form}")
    except OSError as error:
        yield 0, Problem(stage=stage, subject_id=str(path), code="not-found", detail=f"{path}: {error.strerror}; check the path")


def score_form(record_id: str, reading: Reading) -> dict[str, Any]:
    """Return a reading as the scorers and other programs take it: spans as [start, end], roles as lists of mention numbers."""
    row: dict[str, Any] = {"id": record_id, "article_id": reading.article_id}
    row["mentions"] = [msgspec.to_builtins(m) for m in reading.mentions]
    row["events"] = [
        {
            "trigger": [e.trigger.start, e.trigger.end],
            "type": e.type,
            "mode": e.mode or None,
            "actor": list(e.actors),
            "recipient": list(e.recipients),
            "place": list(e.places),
            "by": list(e.by),
            "when": None if e.when is None else [reading.dates[e.when].start, reading.dates[e.when].end],
            "content": [e.content.start, e.content.end] if e.content else None,
            "status": e.status,
            "score": e.score,
            "also": [[s.start, s.end] for s in e.also],
        }
        for e in reading.events
    ]
    row["figures"] = [msgspec.to_builtins(f) for f in reading.figures]
    row["dates"] = [msgspec.to_builtins(d) for d in reading.dates]
    return row
