"""Countries by their ISO 3166-1 alpha-3 codes, named in Arabic and English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from marsad.knowledge import rows


@lru_cache(maxsize=1)
def _lands() -> Mapping[str, tuple[str, str]]:
    english = {row["code"]: row["english"] for row in rows("countries.tsv")}
    arabic = {row["country"]: row["name"] for row in reversed(rows("places.tsv")) if row["kind"] == "country"}
    return {code: (arabic.get(code, english.get(code, code)), english.get(code, code)) for code in {*english, *arabic}}


def land(code: str, language: str) -> str:
    """Return the name of a country by its ISO 3166-1 alpha-3 code, the code when it is none."""
    return _lands()[code][language != "ar"] if code in _lands() else code


def is_land(code: str) -> bool:
    """Whether a code is that of a country."""
    return code in _lands()
