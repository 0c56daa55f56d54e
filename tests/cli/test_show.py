"""What a person sees in the terminal: the sentences that tell something, then events, positions, figures and dates."""

from datetime import date

from rich.console import Console

from marsad import show
from marsad.read import read_sentence
from marsad.records import Event, Mention, Reading, Span

TEXT = "قالت وزارة الدفاع العراقية يوم الخميس إن غارة أميركية على بغداد قتلت 16 شخصا."


def printed(text, reading):
    console = Console(record=True, width=300, no_color=True)
    show.reading(console, text, reading, "page.txt")
    return console.export_text()


def test_a_reading_is_shown_with_events_positions_figures_and_dates():
    out = printed(TEXT, read_sentence("x", TEXT, date(2024, 1, 7), fast=True))
    lines = out.splitlines()
    assert TEXT in out
    assert any(line.strip().endswith("positions") for line in lines)
    assert any("ASSAULT aerial" in line and "غارة" in line and "USA" in line for line in lines)
    assert any("STATE" in line and "what" in line for line in lines)
    assert any(line.startswith("figure") and "16" in line and "killed" in line for line in lines)
    assert any(line.startswith("date") and "2024-01-04" in line for line in lines)


def test_status_and_retelling_are_said_and_control_characters_never_reach_the_terminal():
    text = "لا غارة\x1b[2J هنا"
    mention = Mention(start=0, end=2, kind="NOM", country="USA", sector="MIL", score=1.0)
    event = Event(
        trigger=Span(3, 7), type="ASSAULT", mode="aerial", actors=(0,), recipients=(), places=(), by=(), when=None, content=None, status="denied", score=1.0, also=(Span(0, 2),)
    )
    out = printed(text, Reading(article_id="x", mentions=(mention,), events=(event,), figures=(), dates=(), origin="test"))
    assert "denied" in out
    assert "told 2 times" in out
    assert "\x1b" not in out


def test_reasons_are_shown_under_their_event():
    console = Console(record=True, width=200, no_color=True)
    reading = read_sentence("x", TEXT, None, fast=True)
    show.reasons(console, TEXT, reading.events[0], ["first reason", "second reason"])
    assert [line.strip(" \u2068\u2069") for line in console.export_text().splitlines()[1:]] == ["first reason", "second reason"]
