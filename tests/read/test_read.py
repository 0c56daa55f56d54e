import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsad.dissect import dissect
from marsad.read import read, read_sentence, sentences
from marsad.records import page_of

SENTENCE = "قال رئيس الوزراء العراقي محمد شياع السوداني، الجمعة، إن حكومته تطالب بجدول زمني لانسحاب القوات الأميركية بعد مقتل 16 شخصا في غارات على الأنبار."


def check(reading, text):
    for item in (*reading.mentions, *reading.figures, *reading.dates):
        assert 0 <= item.start < item.end <= len(text)
    for event in reading.events:
        assert 0 <= event.trigger.start < event.trigger.end <= len(text)
        for number in (*event.actors, *event.recipients, *event.places, *event.by):
            assert 0 <= number < len(reading.mentions)
        assert event.when is None or 0 <= event.when < len(reading.dates)
        if event.content:
            assert 0 <= event.content.start < event.content.end <= len(text)


def test_a_sentence_gives_people_events_figures_and_dates():
    reading = read_sentence("x", SENTENCE, date(2024, 2, 3))
    check(reading, SENTENCE)
    assert "محمد شياع السوداني" in {SENTENCE[m.start : m.end] for m in reading.mentions if m.kind == "PER"}
    assert {"IRQ", "USA"} <= {m.country for m in reading.mentions}
    assert [(f.value, f.what) for f in reading.figures] == [(16, "killed")]
    assert [d.value for d in reading.dates] == ["2024-02-02"]
    assert reading.events


@pytest.mark.parametrize("text", ["", " \n", "😀😀😀", "The minister said that talks will resume.", "؟؟؟...", "السبت الأحد الاثنين 31 فبراير 2024 و1 يناير 1999"])
def test_odd_text_is_read_without_a_crash(text):
    check(read_sentence("x", text, date(2024, 1, 1)), text)


def test_a_sentence_of_very_many_words_is_read_in_pieces():
    text = "وقصفت الطائرات مواقع في صنعاء " * 400
    reading = read_sentence("x", text, None)
    check(reading, text)
    assert reading.mentions[-1].start > len(text) // 2


@settings(max_examples=30, deadline=None)
@given(st.text(st.sampled_from("ابتثجحخدذرسشصضطعغفقكلمنهوية ،.؟:«»-0123 aZ😀\u064b\u0640\u200f"), max_size=200))
def test_reading_is_total_and_deterministic(text):
    first = read_sentence("x", text, date(2024, 1, 1))
    check(first, text)
    assert first == read_sentence("x", text, date(2024, 1, 1))


def test_an_article_is_read_with_offsets_into_its_text():
    headline = "غارات أميركية على الأنبار تقتل 16 شخصا"
    page = f"{headline}\n{headline}\n{SENTENCE} وأضاف أن بلاده ترفض هذه الهجمات وستقدم شكوى إلى مجلس الأمن الدولي في نيويورك خلال الأيام المقبلة.\n{SENTENCE}"
    article, _ = dissect(page_of(page.encode(), "p", media_type="text/plain"))
    reading = read(article)
    check(reading, article.text)
    assert sum(m.start < len(headline) for m in reading.mentions) > 0
    assert not any(len(headline) < m.start < 2 * len(headline) for m in reading.mentions)  # the repeated headline is read once


def test_sentences_cover_the_text_and_keep_abbreviations_of_one_letter():
    text = "وصل م. أحمد إلى عدن. وقال: «لن نرحل!» ثم غادر؟ انتهى"
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == ["وصل م. أحمد إلى عدن.", "وقال: «لن نرحل!»", "ثم غادر؟", "انتهى"]


def test_records_on_the_command_line(marsad, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"id": "a", "text": SENTENCE, "published": "2024-02-03"}, ensure_ascii=False) + "\nnonsense\n", encoding="utf8")
    done = marsad("read", "--records", path, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["id"] for r in rows] == ["a"]
    assert {"mentions", "events", "figures", "dates"} <= rows[0].keys()
    assert json.loads(done.stderr)["code"] == "bad-record"
    assert done.returncode == 1
    assert marsad("read").returncode == 2
