"""Pages with a role for every line: reads `training/pages/*.roles` and the gold folder's NN.txt + NN.json, checks them.

python training/labelled.py training/pages/*.roles      says what is wrong with each file, and counts
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

LETTERS = {
    "H": "headline", "S": "standfirst", "B": "body", "Y": "byline", "D": "date",
    "C": "caption", "T": "teaser_title", "X": "teaser_text", "L": "label", "Z": "boilerplate",
}  # fmt: skip


class Labelled(NamedTuple):
    """One page: its text and a role for each line that is not blank, in order."""

    name: str
    text: str
    roles: list[str]


def read_roles(path: Path) -> Labelled:
    """Read one `.roles` file; ValueError names the file and line of the first fault."""
    lines, roles = [], []
    for number, line in enumerate(path.read_text(encoding="utf8").rstrip("\n").split("\n"), 1):
        if number == 1 and line.startswith("#"):
            continue
        if not line.strip():
            lines.append("")
            continue
        letter, bar, rest = line.partition("|")
        if letter not in LETTERS or not bar:
            raise ValueError(f"{path}:{number}: a line starts with one of {''.join(LETTERS)} and a bar")
        if not rest.strip():
            raise ValueError(f"{path}:{number}: a role with no text")
        lines.append(rest)
        roles.append(LETTERS[letter])
    return Labelled(path.stem, "\n".join(lines), roles)


def read_gold(folder: Path) -> list[Labelled]:
    """Read NAME.txt beside NAME.json {"roles": [...]}, sorted by name."""
    return [Labelled(f.stem, f.read_text(encoding="utf8"), json.loads(f.with_suffix(".json").read_text(encoding="utf8"))["roles"]) for f in sorted(folder.glob("*.txt"))]


def main(paths: list[str]) -> int:
    """Check the files named; print the roles counted; 1 when one is faulty."""
    count: Counter[str] = Counter()
    bad = 0
    for path in paths:
        try:
            page = read_roles(Path(path))
        except ValueError as fault:
            print(fault, file=sys.stderr)
            bad += 1
            continue
        count.update(page.roles)
    print(len(paths) - bad, "pages", dict(count.most_common()))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
