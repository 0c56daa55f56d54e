"""Whose country an outlet speaks of when it names none: «الوزارة» in a Saudi paper is the Saudi one."""

from __future__ import annotations

import re
from functools import lru_cache

from marsad.knowledge import rows

_TOP = {
    "sa": "SAU", "dz": "DZA", "eg": "EGY", "qa": "QAT", "ae": "ARE", "kw": "KWT", "bh": "BHR", "om": "OMN", "iq": "IRQ", "sy": "SYR", "lb": "LBN", "ps": "PSE", "jo": "JOR", "ye": "YEM",
    "ly": "LBY", "tn": "TUN", "ma": "MAR", "sd": "SDN", "mr": "MRT", "so": "SOM", "dj": "DJI",
}  # fmt: skip


@lru_cache(maxsize=1)
def _outlets() -> dict[str, str]:
    return {row["outlet"]: row["country"] for row in rows("outlets.tsv")}


@lru_cache(maxsize=10_000)
def home_of(outlet: str) -> str:
    """Return the ISO 3166-1 alpha-3 code of an outlet's country by its name, host or address; "" when it is not known.

    >>> home_of("okaz"), home_of("https://www.aps.dz/ar/123"), home_of("www.alyaum.com"), home_of("example.org")
    ('SAU', 'DZA', 'SAU', '')
    """
    host = re.sub(r"^\w+://", "", outlet.strip().lower()).split("/")[0].split(":")[0].removeprefix("www.")
    known = _outlets()
    labels = host.split(".")
    for first in range(len(labels)):
        for last in range(len(labels), first, -1):
            if (name := ".".join(labels[first:last])) in known:
                return known[name]
    return _TOP.get(labels[-1], "") if len(labels) > 1 else ""
