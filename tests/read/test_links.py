from datetime import date

from marsad.read.links import link, merge
from marsad.records import Event, Mention, Span


def mentions(text, *named):
    out, at = [], 0
    for name, kind, country, entity in named:
        at = text.index(name, at)
        out.append(Mention(start=at, end=at + len(name), kind=kind, country=country, sector="", score=1.0, entity_id=entity))
        at += len(name)
    return out


def event(text, trigger, after=0, **more):
    at = text.index(trigger, after)
    fields = {"type": "ASSAULT", "mode": "", "actors": (), "recipients": (), "places": (), "by": (), "when": None, "content": None, "status": "asserted", "score": 1.0}
    return Event(trigger=Span(at, at + len(trigger)), **(fields | more))


def test_a_title_before_a_name_is_that_person():
    text = "قال وزير الزراعة سامر العلي"
    linked = link(text, mentions(text, ("وزير الزراعة", "NOM", "", None), ("سامر العلي", "PER", "", "per:سامر العلي")), None)
    assert linked[0].entity_id == "per:سامر العلي"


def test_an_office_is_its_holder_on_the_day():
    text = "طالب رئيس الوزراء العراقي بجدول زمني"
    given = mentions(text, ("رئيس الوزراء العراقي", "NOM", "IRQ", None))
    assert link(text, given, date(2024, 1, 10))[0].entity_id == "per:محمد شياع السوداني"
    assert link(text, given, date(2015, 8, 3))[0].entity_id == "per:حيدر العبادي"
    assert link(text, given, None)[0].entity_id is None


def test_a_former_office_holder_is_not_the_present_one():
    text = "قال رئيس الوزراء العراقي السابق"
    assert link(text, mentions(text, ("رئيس الوزراء العراقي السابق", "NOM", "IRQ", None)), date(2024, 1, 10))[0].entity_id is None


def test_the_movement_is_the_one_named_before():
    text = "أعلنت حركة الفجر موقفها، وقالت الحركة إنها ترفض"
    linked = link(text, mentions(text, ("حركة الفجر", "ORG", "IRQ", "org:حركه الفجر"), ("الحركة", "NOM", "", None)), None)
    assert linked[1].entity_id == "org:حركه الفجر"
    assert linked[1].country == "IRQ"


def test_headline_and_lead_tell_one_event_once():
    text = "غارة أميركية على موقع\nنفذت طائرات أميركية غارة على موقع في بغداد"
    given = mentions(text, ("أميركية", "NOM", "USA", None), ("طائرات أميركية", "NOM", "USA", None))
    one, two = event(text, "غارة", mode="aerial", actors=(0,)), event(text, "غارة", 10, actors=(1,))
    merged = merge(text, [(0, one), (1, two)], given)
    assert len(merged) == 1
    assert merged[0].also == (one.trigger,)
    assert merged[0].mode == "aerial"
    assert merged[0].actors == (1,)


def test_different_events_stay_apart():
    text = "غارة أميركية على موقع\nقصف تركي على قرية"
    given = mentions(text, ("أميركية", "NOM", "USA", None), ("تركي", "NOM", "TUR", None))
    one, two = event(text, "غارة", actors=(0,)), event(text, "قصف", actors=(1,))
    assert merge(text, [(0, one), (1, two)], given) == (one, two)
