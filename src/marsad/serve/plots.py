"""Plots as SVG or PNG on the server: Vega-Lite specifications turned into pictures by vl-convert, kept by what they show. No script in the page, the same picture in a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from markupsafe import Markup, escape

FONT = "Noto Naskh Arabic, Noto Sans Arabic, Segoe UI, Tahoma, DejaVu Sans, sans-serif"
GOOD, BAD, INK, FAINT = "#2a7f78", "#b3412f", "#333333", "#bbbbbb"
DARK = {"#333333": "#dddddd", "#bbbbbb": "#555555", "#2a7f78": "#5cc2b8", "#b3412f": "#ef8a76"}
WIDTH, HEIGHT = 640, 110


def weeks(rows: Sequence[tuple[str, int, float]], count: str, mean: str, week: str, dark: bool = False, rtl: bool = True, most: int = 104) -> dict[str, Any]:
    """Return the plot of weeks (Monday, number of events, mean conflict-cooperation score): bars above, the line of the score below, weeks without events shown as none. count, mean, week: what the axes are called."""
    shown = filled(rows)[-most:]
    data = [{"week": monday, "n": n, "score": score} for monday, n, score in shown]
    x: dict[str, Any] = {
        "field": "week", "type": "temporal", "title": None, "axis": {"format": "%Y-%m-%d", "labelAngle": 0, "labelOverlap": True, "grid": False, "tickCount": 6}, "scale": {"padding": 6},
    }  # fmt: skip
    side = "right" if rtl else "left"
    bars = {
        "height": HEIGHT,
        "width": WIDTH,
        "mark": {"type": "bar", "color": INK, "width": max(1.5, min(14.0, WIDTH / max(1, len(data)) * 0.8))},
        "encoding": {
            "x": {**x, "axis": None},
            "y": {"field": "n", "type": "quantitative", "title": count, "axis": {"orient": side, "tickMinStep": 1, "tickCount": 4, "labelOverlap": False}},
        },
    }
    y = {"field": "score", "type": "quantitative", "title": mean, "scale": {"domain": [-10, 10]}, "axis": {"orient": side, "values": [-10, -5, 0, 5, 10], "labelOverlap": False}}
    line = {
        "height": HEIGHT,
        "width": WIDTH,
        "layer": [
            {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "color": FAINT}, "encoding": {"y": {"field": "zero", "type": "quantitative"}}},
            {"transform": [{"filter": "datum.n > 0"}], "mark": {"type": "line", "color": FAINT, "strokeWidth": 1}, "encoding": {"x": x, "y": y}},
            {
                "transform": [{"filter": "datum.n > 0"}],
                "mark": {"type": "point", "filled": True, "size": 28, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": {"condition": {"test": "datum.score < 0", "value": BAD}, "value": GOOD}},
            },
        ],
    }
    return _styled({"data": {"values": data}, "vconcat": [bars, line], "spacing": 12, "description": week}, dark)


def filled(rows: Sequence[tuple[str, int, float]]) -> list[tuple[str, int, float]]:
    """Return weeks with those between them that have nothing."""
    if not rows:
        return []
    have = {monday: (n, score) for monday, n, score in rows}
    first, last = date.fromisoformat(rows[0][0]), date.fromisoformat(rows[-1][0])
    days = [(first + timedelta(weeks=i)).isoformat() for i in range((last - first).days // 7 + 1)]
    return [(day, *have.get(day, (0, 0.0))) for day in days]


def bars(good: Sequence[int], bad: Sequence[int], label: str) -> Markup:
    """Return a small plot of days as SVG for a list: cooperation on conflict."""
    most = max(1, *(g + b for g, b in zip(good, bad, strict=True)))
    out = []
    for n, (g, b) in enumerate(zip(good, bad, strict=True)):
        high, low = round(34 * g / most, 1), round(34 * b / most, 1)
        if b:
            out.append(f'<rect class="bad" x="{n * 6}" y="{round(36 - low, 1)}" width="5" height="{low}"/>')
        if g:
            out.append(f'<rect class="good" x="{n * 6}" y="{round(36 - low - high, 1)}" width="5" height="{high}"/>')
    return Markup(f'<svg class="bars" viewBox="0 0 {len(good) * 6} 36" role="img" aria-label="{escape(label)}" preserveAspectRatio="none">{"".join(out)}</svg>')


def _styled(spec: dict[str, Any], dark: bool) -> dict[str, Any]:
    axis = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": FAINT,
        "gridOpacity": 0.35,
        "domainColor": FAINT,
        "tickColor": FAINT,
        "labelLimit": 0,  # nothing is cut off, so nothing is measured for it: measuring Arabic is what a plot takes longest over
        "titleLimit": 0,
        "labelFontSize": 11,
        "titleFontSize": 11,
    }
    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "background": None, "config": {"axis": axis, "view": {"stroke": None}, "font": FONT}, **spec}
    if not dark:
        return whole
    text = msgspec.json.encode(whole).decode()
    for plain, night in DARK.items():
        text = text.replace(plain, night)
    return msgspec.json.decode(text, type=dict)


def svg(spec: dict[str, Any]) -> bytes:
    """Return a plot as SVG."""
    import vl_convert  # not before a plot is asked for: it takes its time to load

    return str(vl_convert.vegalite_to_svg(spec)).encode()


def png(spec: dict[str, Any], scale: float = 2.0) -> bytes:
    """Return a plot as PNG on white."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png({**spec, "background": "white"}, scale=scale))
