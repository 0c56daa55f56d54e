from datetime import UTC, datetime

import msgspec

from marsad.dissect.told import bare
from marsad.read import read
from marsad.relate.revisions import changes

AT = datetime(2024, 1, 28, 18, tzinfo=UTC)


def told(title, text, at=AT):
    article = bare("a" + str(len(text)), "", "https://x.example/1", "", title, text, at, (), "test")
    return article, read(article, fast=True)


def found(old, new):
    (a, r), (b, s) = old, new
    out = changes(a, b, r, s)
    for change in out:
        for article, span in ((a, change.before), (b, change.after)):
            assert span is None or article.text[span.start : span.end].strip()
    return out


FIRST = told("هجوم على قاعدة أميركية في الأردن", "قتل ثلاثة جنود أميركيين وأصيب 25 آخرون في هجوم بطائرة مسيرة على قاعدة شمال شرقي الأردن.\nوقالت القيادة المركزية إن التحقيق جار.")


def test_a_version_that_says_the_same_in_another_spelling_has_no_changes():
    again = told("هجوم على قاعدة أمريكية في الأردن".replace("أمريكية", "أميركية"), FIRST[0].text.split("\n", 1)[1].replace("أميركيين", "اميركيين").replace("قتل", "قُتل"))
    assert found(FIRST, again) == []


def test_figures_headline_date_and_passages_that_changed_are_told():
    later = told(
        "ارتفاع إصابات الهجوم على القاعدة الأميركية إلى 34",
        "قتل ثلاثة جنود أميركيين وأصيب 34 آخرون في هجوم بطائرة مسيرة على قاعدة شمال شرقي الأردن.\nوقالت القيادة المركزية إن التحقيق جار.\nونفت طهران صلتها بالهجوم.",
        AT.replace(hour=21),
    )
    out = found(FIRST, later)
    assert [c.what for c in out][:2] == ["headline", "date"]
    (injured,) = [c for c in out if c.what == "figure" and c.text.startswith("injured")]
    assert injured.text == "injured: 25 → 34"
    assert later[0].text[injured.after.start : injured.after.end].startswith("34")
    assert any(c.what == "event" and c.before is None and "REJECT loc:طهران" in c.text for c in out)
    passages = [(c.before and FIRST[0].text[slice(c.before.start, c.before.end)], c.after and later[0].text[slice(c.after.start, c.after.end)]) for c in out if c.what == "passage"]
    assert ("25", "34") in passages
    assert (None, "ونفت طهران صلتها بالهجوم.") in passages


def test_versions_without_readings_tell_headline_and_passages():
    other = told("عنوان آخر", "نص آخر تماما.")
    assert {c.what for c in changes(FIRST[0], other[0])} == {"headline", "passage"}
    bare_one = msgspec.structs.replace(FIRST[0], headline=None, blocks=(), text="")
    assert {c.what for c in changes(bare_one, other[0])} == {"headline", "passage"}
