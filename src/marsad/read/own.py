"""Entities of the user's own: a file in the form of `knowledge/entities.tsv`, checked row by row before it is used."""

from __future__ import annotations

from pathlib import Path

from marsad.arabic.letters import arabic_share, fold
from marsad.knowledge import rows
from marsad.read.entities import Entity, add
from marsad.records import Problem

COLUMNS = ("name", "kind", "country", "sector", "entity", "source")
KINDS = frozenset({"PER", "ORG", "LOC"})
SECTORS = frozenset(
    ["GOV", "MIL", "COP", "SPY", "LEG", "JUD", "PTY", "OPP", "REB", "UAF", "PRM", "CRM", "CVL", "BUS", "MED", "JRN", "EDU", "LAB", "REL", "REF", "IGO", "NGO", "ELI", "SOC", "UNK"]
)


def check(path: Path) -> tuple[list[dict[str, str]], list[Problem]]:
    """Return the good rows of an entity file and a Problem for each bad one; a bad row never takes the good ones with it."""

    def wrong(number: int, code: str, what: str) -> Problem:
        return Problem(stage="read", subject_id=str(path), code=code, detail=f"{path}:{number}: {what}")

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        return [], [Problem(stage="read", subject_id=str(path), code="not-found", detail=f"{path}: {error.strerror}; check the path")]
    except UnicodeDecodeError as error:
        return [], [Problem(stage="read", subject_id=str(path), code="bad-encoding", detail=f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8")]
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        return [], [wrong(1, "bad-header", f"the first line must be the columns {' '.join(COLUMNS)}, tabs between them")]
    countries = {row["country"] for row in rows("places.tsv")} | {""}
    good: list[dict[str, str]] = []
    problems: list[Problem] = []
    told: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            problems.append(wrong(number, "bad-row", f"{len(cells)} cells, {len(COLUMNS)} expected; tabs stand between cells"))
            continue
        row = dict(zip(COLUMNS, cells, strict=True))
        name, faults = fold(row["name"]), []
        if not name or arabic_share(row["name"]) < 0.5:
            faults.append(("bad-name", f"«{row['name']}» is no Arabic name"))
        if row["kind"] not in KINDS:
            faults.append(("bad-kind", f"kind «{row['kind']}» is none of {' '.join(sorted(KINDS))}"))
        if row["country"] not in countries:
            faults.append(("bad-country", f"country «{row['country']}» is no ISO 3166-1 alpha-3 code"))
        if row["sector"] not in SECTORS | {""} or (row["kind"] == "LOC" and row["sector"]):
            faults.append(("bad-sector", f"sector «{row['sector']}» is no PLOVER sector" if row["kind"] != "LOC" else "a place has no sector"))
        if not row["entity"]:
            faults.append(("no-entity", "the entity (its fullest name) is missing"))
        if name in told and told[name][1] != row["entity"]:
            faults.append(("two-meanings", f"«{row['name']}» means «{told[name][1]}» in line {told[name][0]} and «{row['entity']}» here; a name can mean one entity"))
        problems += [wrong(number, code, what) for code, what in faults]
        if not faults:
            told.setdefault(name, (number, row["entity"]))
            good.append(row)
    return good, problems


def use(path: Path) -> list[Problem]:
    """Put the good rows of a file before the bundled entities for the rest of this process; return the problems of the others."""
    good, problems = check(path)
    add({fold(row["name"]): Entity(row["entity"], row["kind"], row["country"], row["sector"]) for row in good})
    return problems
