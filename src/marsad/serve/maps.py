"""Maps drawn on the server from coordinates alone: known towns as faint dots, so that the land is seen, and places where something happened as circles. No tiles from elsewhere."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.knowledge import rows
from marsad.serve.sources import Place

WIDTH, TALLEST = 900, 620
LABELS = 14
LEAST = 6.0  # degrees that a map spans at least


class View(NamedTuple):
    """What part of the earth a map shows: degrees, and its height in pixels."""

    west: float
    south: float
    east: float
    north: float
    height: int

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Return where a place lies on the map (equirectangular)."""
        return (longitude - self.west) / (self.east - self.west) * WIDTH, (self.north - latitude) / (self.north - self.south) * self.height


@lru_cache(maxsize=1)
def towns() -> tuple[tuple[str, float, float, str], ...]:
    """Return the known towns: name, latitude, longitude, country."""
    return tuple((r["name"], float(r["latitude"]), float(r["longitude"]), r["country"]) for r in rows("places.tsv") if r["kind"] == "city" and r["latitude"] and r["longitude"])


@lru_cache(maxsize=1)
def known() -> Mapping[tuple[str, str], tuple[str, float, float, str]]:
    """Return places by their folded names and countries, and by names alone ("" for the country); the first of a name wins."""
    out: dict[tuple[str, str], tuple[str, float, float, str]] = {}
    for town in towns():
        for land in (town[3], ""):
            out.setdefault((fold(town[0]), land), town)
    return out


def view_of(places: Sequence[Place]) -> View:
    """Return a view that holds nearly all events: the twentieth parts at each edge are left out when they lie far off."""
    if not places:
        return _fitted(25.0, 12.0, 60.0, 38.0)
    weighed = [p for p in places for _ in range(min(p.size, 20))]
    cut = len(weighed) // 20
    longitudes, latitudes = (sorted(getattr(p, side) for p in weighed)[cut : len(weighed) - cut] for side in ("longitude", "latitude"))
    return _fitted(longitudes[0], latitudes[0], longitudes[-1], latitudes[-1])


def _fitted(west: float, south: float, east: float, north: float) -> View:
    wide, tall = max(LEAST, (east - west) * 1.25), max(LEAST * 0.7, (north - south) * 1.3)
    x, y = (west + east) / 2, max(-60.0, min(70.0, (south + north) / 2))
    squeeze = math.cos(math.radians(y))
    height = wide * squeeze and WIDTH * tall / (wide * squeeze)
    if height > TALLEST:  # too tall: show more land at the sides
        wide, height = WIDTH * tall / (TALLEST * squeeze), TALLEST
    if height < TALLEST * 0.55:
        tall, height = tall * TALLEST * 0.55 / height, TALLEST * 0.55
    return View(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2, int(height))


def svg(places: Sequence[Place], title: str, links: Mapping[str, str] | None = None) -> str:
    """Return a map as SVG text, all of it escaped. links: place -> address to go to."""
    view = view_of(places)
    dots = "".join(f"M{x:.0f} {y:.0f}h0" for _, a, b, _ in towns() if view.west < b < view.east and view.south < a < view.north for x, y in (view.at(a, b),))
    most = max((p.size for p in places), default=1)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {view.height}" role="{"group" if links else "img"}" class="map" aria-label="{html.escape(title)}">',
        f'<path d="{dots}" class="towns" fill="none" stroke="currentColor" stroke-opacity="0.28" stroke-width="2.2" stroke-linecap="round"/>',
    ]
    taken: list[tuple[float, float, float]] = []
    labels: list[str] = []
    for place in [p for p in places if view.west < p.longitude < view.east and view.south < p.latitude < view.north]:
        x, y = view.at(place.latitude, place.longitude)
        radius = 3.5 + 20 * math.sqrt(place.size / most)
        kind, colour = ("bad", "#b3412f") if place.conflict * 2 >= place.size else ("good", "#2a7f78")
        name = html.escape(place.name)
        circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{kind}" fill="{colour}" fill-opacity="0.55"><title>{name} · {place.size}</title></circle>'
        link = html.escape((links or {}).get(place.name, ""))
        out.append(f'<a href="{link}" aria-label="{name} · {place.size}">{circle}</a>' if link else circle)
        half = 5.0 * len(place.name)
        if len(labels) < LABELS and all(abs(y - radius - b) > 17 or abs(x - a) > half + c for a, b, c in taken):
            taken.append((x, y - radius, half))
            labels.append(f'<text x="{x:.1f}" y="{y - radius - 4:.1f}" text-anchor="middle" font-size="15" fill="currentColor">{name}</text>')
    return "".join([*out, *labels, "</svg>"])
