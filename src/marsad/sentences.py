"""Single sentences in and readings out in the form of the neutral scorers (shared/eval/score_read.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from marsad.records import Problem, Reading


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


def sentence_records(path: Path) -> Iterator[tuple[str, Sentence | Problem]]:
    """Yield (id, Sentence) for each line of a JSON Lines file, (line's place, Problem) for a line that is none or a file that cannot be read."""
    try:
        with path.open("rb") as source:
            for number, line in enumerate(source, 1):
                where = f"{path}:{number}"
                if not line.strip():
                    continue
                try:
                    item = msgspec.json.decode(line, type=Sentence)
                    yield item.id, item
                except msgspec.MsgspecError as error:
                    yield where, Problem(stage="read", subject_id=where, code="bad-record", detail=f'{where}: {error}; a line is {{"id", "text", "published"}}')
    except OSError as error:
        yield str(path), Problem(stage="read", subject_id=str(path), code="not-found", detail=f"{path}: {error.strerror}; check the path")


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
