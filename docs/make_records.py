"""Writes docs/records.md from the records themselves: python docs/make_records.py (a test holds the page to them)."""

from __future__ import annotations

import inspect
from pathlib import Path

import msgspec

from marsad import records

PAGE = Path(__file__).with_name("records.md")


def page() -> str:
    """Return the page: each record with its fields, their types and its docstring."""
    out = ["# Records", "", "Made by `python docs/make_records.py`. Frozen; offsets are Unicode code points, half-open, into `Article.text`."]
    for name, record in vars(records).items():
        if inspect.isclass(record) and issubclass(record, msgspec.Struct) and record.__module__ == records.__name__:
            out += ["", f"## {name}", "", inspect.cleandoc(record.__doc__ or ""), "", "| field | type |", "|---|---|"]
            out += [
                f"| {field.name} | `{str(field.type).replace('<class ', '').replace('>', '').replace('marsad.records.', '').replace(chr(39), '')}` |"
                for field in msgspec.structs.fields(record)
            ]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf8")
