"""Folded text with a map back: search in one spelling, answer with spans of the text as written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from marsad.arabic.letters import TABLE, fold
from marsad.records import Span


class Folded:
    """A text beside its folded form.

    `text` is the original, `folded` the form to search. `span(start, end)` takes offsets into `folded` and gives the Span of the
    original that stands there, marks and tatweel inside it included.

    >>> f = Folded("قالت الإدارَةُ")
    >>> at = f.folded.index("الاداره")
    >>> s = f.span(at, at + 7); f.text[s.start:s.end]
    'الإدارَةُ'
    """

    __slots__ = ("_starts", "folded", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self._starts: list[int] | None = None

    def _map(self) -> list[int]:
        """Offset into `text` of each folded character, and one more entry for the end."""
        if self._starts is None:
            starts: list[int] = []
            for at, char in enumerate(self.text):
                plain = TABLE.get(ord(char), char)
                if plain:
                    starts.extend([at] * len(plain))
            starts.append(len(self.text))
            self._starts = starts
        return self._starts

    def span(self, start: int, end: int) -> Span:
        """Return the original span of folded[start:end]; ValueError when the offsets are out of bounds or crossed."""
        if not 0 <= start <= end <= len(self.folded):
            raise ValueError(f"span {start}:{end} outside 0:{len(self.folded)}")
        starts = self._map()
        if start == end:
            return Span(starts[start], starts[start])
        last = starts[end - 1]
        after = end
        while after < len(self.folded) and starts[after] == last:  # inside one expanded ligature: take it whole
            after += 1
        return Span(starts[start], starts[after] if after < len(self.folded) else len(self.text))

    def index(self, original: int) -> int:
        """Return the folded offset where the original offset falls (the first folded character at or after it)."""
        from bisect import bisect_left

        return bisect_left(self._map(), original)


def line_spans(text: str) -> Iterator[Span]:
    r"""Yield the span of every line between "\n" marks, blank ones too; together with the marks they cover the text.

    >>> [(s.start, s.end) for s in line_spans("أ\n\nب")]
    [(0, 1), (2, 2), (3, 4)]
    """
    lines = text.split("\n")
    for line, end in zip(lines, accumulate(len(line) + 1 for line in lines), strict=True):
        yield Span(end - 1 - len(line), end - 1)
