"""The index of meanings beside the archive: which articles lie nearest to a vector (usearch, int8, cosine).

It holds nothing of its own: the vectors stand in the archive's table `meaning`, and an index that is lost, damaged or of another archive is built anew from them.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from usearch.index import Index

from marsad.archive import Archive

COLUMNS = 512
PORTION = 10_000  # vectors put in at a time


class Nearby:
    """The index of an open archive, brought up to date when it is made; its file is written aside and renamed."""

    def __init__(self, archive: Archive) -> None:
        self.path = Path(f"{archive.path}.nearby")
        self._index: Any = self._load(archive)
        before = len(self._index)
        meanings = archive.meanings(after=self._last())
        while portion := list(islice(meanings, PORTION)):
            self._index.add(np.array([n for n, _, _ in portion], np.uint64), np.stack([np.frombuffer(v, np.int8) for _, _, v in portion]), threads=1)
        if len(self._index) != before or not self.path.exists():
            aside = Path(f"{self.path}.{os.getpid()}")
            self._index.save(str(aside))
            aside.replace(self.path)

    def _load(self, archive: Archive) -> Any:
        index = Index(ndim=COLUMNS, metric="cos", dtype="i8")
        try:
            if self.path.is_file():
                index.load(str(self.path))
        except (RuntimeError, ValueError, OSError):
            return Index(ndim=COLUMNS, metric="cos", dtype="i8")
        self._index = index
        fits = index.ndim == COLUMNS and len(index) == archive.count_meanings(self._last())
        return index if fits else Index(ndim=COLUMNS, metric="cos", dtype="i8")

    def _last(self) -> int:
        return int(self._index.keys[:].max()) if len(self._index) else 0

    def near(self, vector: bytes, count: int) -> list[int]:
        """Return the numbers (`Archive.by_number`) of the vectors nearest to a packed one, the nearest first."""
        if not len(self._index):
            return []
        return [int(n) for n in self._index.search(np.frombuffer(vector, np.int8), count, threads=1).keys]
