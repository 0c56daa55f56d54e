from datetime import UTC, datetime, timedelta

import msgspec

from marsad.corrections import corrected, evidence, fault_of, moved, name_of, without_wrong
from marsad.dissect.told import bare
from marsad.read import read
from marsad.records import Correction, Link, Span

AT = datetime(2024, 1, 10, tzinfo=UTC)
TEXT = "طالب رئيس الوزراء العراقي محمد شياع السوداني بانسحاب القوات الأميركية، وقصفت طائرات إسرائيلية مواقع في دمشق."
ARTICLE = bare("article", "page", "https://x.example/1", "", "السوداني يطالب بالانسحاب", TEXT, AT, (), "test")
READING = read(ARTICLE, fast=True)


def said(what, target, verdict="wrong", minutes=0, **values):
    return Correction(article_id="article", what=what, target=target, verdict=verdict, who="سلمى", at=AT + timedelta(minutes=minutes), values=values)


def assault():
    return next(e for e in READING.events if e.type == "ASSAULT")


def test_a_wrong_event_goes_and_the_last_word_counts():
    name = name_of(assault())
    assert assault() not in corrected(READING, [said("event", name)]).events
    back = corrected(READING, [said("event", name), said("event", name, "right", 5)]).events
    assert next(e for e in back if e.type == "ASSAULT").score == 1.0
    assert corrected(READING, []) is READING
    assert corrected(READING, [said("event", "1:2:AID")]) == READING


def test_a_changed_event_has_its_new_type_and_parties():
    israel = next(m for m in READING.mentions if m.country == "ISR")
    change = said("event", name_of(assault()), "changed", type="COERCE", mode="", actors=name_of(israel), recipients="")
    event = next(e for e in corrected(READING, [change]).events if e.type == "COERCE")
    assert [READING.mentions[n] for n in event.actors] == [israel]
    assert event.recipients == ()


def test_a_wrong_mention_leaves_its_roles_and_the_numbers_follow():
    number = READING.events[0].actors[0] if READING.events[0].actors else 0
    gone = READING.mentions[number]
    right = corrected(READING, [said("mention", name_of(gone))])
    assert gone not in right.mentions
    assert len(right.mentions) == len(READING.mentions) - 1
    for before, after in zip(READING.events, right.events, strict=True):
        for role in ("actors", "recipients", "places", "by"):
            assert [READING.mentions[n] for n in getattr(before, role) if n != number] == [right.mentions[n] for n in getattr(after, role)]


def test_a_changed_mention_has_its_new_country():
    m = next(m for m in READING.mentions if m.country == "ISR")
    right = corrected(READING, [said("mention", name_of(m), "changed", country="USA", entity_id="")])
    assert next(x for x in right.mentions if (x.start, x.end) == (m.start, m.end)).country == "USA"


def test_corrections_move_with_the_words_they_are_about():
    change = said("event", name_of(assault()), "changed", actors=name_of(READING.mentions[0]))
    longer = msgspec.structs.replace(ARTICLE, id="other", text="سطر جديد\n" + ARTICLE.text)
    carried = moved(change, ARTICLE, longer)
    assert carried.article_id == "other"
    span = evidence(carried)
    assert longer.text[span.start : span.end] == ARTICLE.text[assault().trigger.start : assault().trigger.end]
    assert moved(change, ARTICLE, msgspec.structs.replace(ARTICLE, text="لا شيء")) is None
    assert moved(said("link", "copy:x"), ARTICLE, longer).article_id == "other"
    assert evidence(said("link", "copy:x")) is None


def test_what_cannot_be_used_is_said():
    assert "one of" in fault_of(said("dream", "1:2"))
    assert "verdict" in fault_of(said("event", "1:2:AID", "perhaps"))
    assert "can change" in fault_of(said("mention", "1:2", "changed", colour="red"))
    assert "changed" in fault_of(said("mention", "1:2", "changed"))
    assert fault_of(said("mention", "1:2", "changed", country="IRQ")) == ""


def test_links_called_wrong_from_either_side_are_left_out():
    links = [Link(left_id="article", right_id="b", kind="copy", score=1.0, because=()), Link(left_id="b", right_id="c", kind="related", score=1.0, because=())]
    assert without_wrong(links, [said("link", "copy:b")]) == links[1:]
    assert without_wrong(links, [msgspec.structs.replace(said("link", "related:b"), article_id="c")]) == links[:1]
    assert without_wrong(links, [said("link", "copy:b"), said("link", "copy:b", "right", 1)]) == links
    assert evidence(said("mention", "3:9")) == Span(3, 9)
