"""Words to the encoder's pieces: unigram segmentation (Kudo 2018) of one word at a time, so that nothing but numpy is needed at run time."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

UNKNOWN = 3
LONGEST = 16  # characters of a piece
_PENALTY = 10.0  # what an unknown character costs below the rarest piece, as sentencepiece has it


class Pieces:
    """A vocabulary of pieces with log probabilities, in the order of their ids; remembers the words it has cut."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self.score = {piece: (float(score), i) for i, (piece, score) in reversed(list(enumerate(zip(pieces, scores, strict=True)))) if i > UNKNOWN}
        self.unknown = min(float(s) for s in scores) - _PENALTY
        self._seen: dict[str, tuple[int, ...]] = {}

    def ids(self, word: str) -> tuple[int, ...]:
        """Return the ids of the likeliest pieces of a word; characters without a piece give UNKNOWN, once for a run of them."""
        found = self._seen.get(word)
        if found is None:
            if len(self._seen) > 200_000:
                self._seen.clear()
            found = self._seen[word] = self._cut("▁" + unicodedata.normalize("NFKC", word))
        return found

    def _cut(self, text: str) -> tuple[int, ...]:
        best: list[tuple[float, int, int]] = [(0.0, 0, -1)]  # score, where the last piece begins, its id
        for end in range(1, len(text) + 1):
            options = [(best[end - 1][0] + self.unknown, end - 1, UNKNOWN)]
            for start in range(max(0, end - LONGEST), end):
                known = self.score.get(text[start:end])
                if known:
                    options.append((best[start][0] + known[0], start, known[1]))
            best.append(max(options, key=lambda o: o[0]))
        out: list[int] = []
        at = len(text)
        while at:
            _, at, piece = best[at]
            if not (piece == UNKNOWN and out and out[-1] == UNKNOWN):
                out.append(piece)
        return tuple(reversed(out))
