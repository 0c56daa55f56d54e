"""Facts as TSV files, every row with its source. Reading them is the only thing this package does."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one bundled TSV file as dicts by the names in its first line.

    FileNotFoundError when there is no such file, ValueError when a row has another number of cells than the header.
    """
    lines = files(__name__).joinpath(name).read_text(encoding="utf8").splitlines()
    header = lines[0].split("\t")
    out = []
    for number, line in enumerate(lines[1:], 2):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(header):
            raise ValueError(f"{name}:{number}: {len(cells)} cells, {len(header)} expected")
        out.append(dict(zip(header, cells, strict=True)))
    return tuple(out)
