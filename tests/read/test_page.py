"""What the issue asks of a real flattened page: who did what to whom, each with its span."""

from marsad.dissect import dissect
from marsad.read import read
from marsad.records import page_of


def test_the_page_of_the_baghdad_strike(shared):
    body = (shared / "data/pages/flat/page-001.txt").read_bytes()
    article, _ = dissect(page_of(body, "page-001.txt", media_type="text/plain"))
    reading, text = read(article), article.text

    def told(numbers):
        return {text[reading.mentions[n].start : reading.mentions[n].end] for n in numbers}

    def events(kind):
        return [e for e in reading.events if e.type == kind]

    strike = next(e for e in events("ASSAULT") if text[e.trigger.start : e.trigger.end] == "ضربة")
    assert {reading.mentions[n].country for n in strike.actors} == {"USA"}
    assert "مشتاق طالب السعيدي" in told(strike.recipients)
    assert "بغداد" in told(strike.places)
    person = {text[m.start : m.end]: m.entity_id for m in reading.mentions}
    assert person["مشتاق طالب السعيدي"] == person["أبو تقوى"]
    attacks = next(e for e in events("ASSAULT") if text[e.trigger.start : e.trigger.end] == "استهدافات")
    assert "القواعد الأميركية" in told(attacks.recipients)
    assert {"IRQ", "SYR"} <= {reading.mentions[n].country for n in attacks.places}
    assert any(f.value == 110 and f.bound == ">" for f in reading.figures)
    demand = next(e for e in events("REQUEST") if text[e.trigger.start : e.trigger.end] == "دعا")
    assert "محمد شياع السوداني" in told(demand.actors)
    assert "خروج قوات التحالف" in text[demand.content.start : demand.content.end]
    assert any("إيران" in told(e.actors) for e in events("SUPPORT"))
    assert any("الميليشيات العراقية" in told(e.actors) for e in events("ACCUSE"))
