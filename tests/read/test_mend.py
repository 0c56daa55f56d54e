from marsad.arabic.words import words
from marsad.read.entities import standing
from marsad.read.mend import mend


def mended(text, *names):
    """The mentions after mending, as (text, kind), of mentions given as (text, kind)."""
    tokens = words(text)
    spans, kinds = [], []
    for name, kind in names:
        start = text.index(name)
        inside = [i for i, w in enumerate(tokens) if w.start < start + len(name) and start < w.end]
        spans.append((inside[0], inside[-1]))
        kinds.append(kind)
    return [(text[tokens[a].start : tokens[b].end], kind) for a, b, kind in mend(tokens, spans, kinds, standing(tokens))]


def test_coordinated_people_and_places_are_two():
    assert mended("اتصال بين ترامب وبوتين", ("ترامب وبوتين", "PER")) == [("ترامب", "PER"), ("وبوتين", "PER")]
    assert mended("قصف قرى ميدون ورستن أمس", ("ميدون ورستن", "LOC")) == [("ميدون", "LOC"), ("ورستن", "LOC")]


def test_a_name_that_begins_with_waw_stays_whole():
    assert mended("قال سامي وليد الحمد", ("سامي وليد الحمد", "PER")) == [("سامي وليد الحمد", "PER")]


def test_ministries_with_two_fields_stay_whole():
    name = "وزارة الثقافة والفنون"
    assert mended(f"قالت {name} إن", (name, "ORG")) == [(name, "ORG")]


def test_honorifics_are_not_part_of_a_name_and_titles_stand_alone():
    assert mended("قال الدكتور نبيل العطار", ("الدكتور نبيل العطار", "PER")) == [("نبيل العطار", "PER")]
    assert mended("قال الوزير العطار", ("الوزير العطار", "PER")) == [("الوزير", "NOM"), ("العطار", "PER")]


def test_a_place_glued_with_ba_is_its_own_mention():
    assert mended("انفجار في جبل الزعتر بصعدة", ("جبل الزعتر بصعدة", "LOC")) == [("جبل الزعتر", "LOC"), ("بصعدة", "LOC")]


def test_known_names_that_the_network_missed_are_added():
    assert ("حماس", "ORG") in mended("قالت حماس إنها مستعدة")


def test_a_mark_alone_in_a_mention_breaks_nothing():
    assert mended("قال علي ـ سمير", ("علي ـ سمير", "PER")) == [("علي ـ سمير", "PER")]


def test_parts_of_one_place_are_joined():
    assert mended("أغلق معبر رفح", ("معبر", "LOC"), ("رفح", "LOC")) == [("معبر رفح", "LOC")]


def test_a_kunya_in_quotes_after_a_name_is_a_mention():
    assert mended("مقتل سامر العلي «أبو تراب» أمس", ("سامر العلي", "PER")) == [("سامر العلي", "PER"), ("أبو تراب", "PER")]


def test_an_adjective_belongs_to_the_noun_that_is_no_event():
    assert mended("تعرضت القواعد الأميركية لهجوم", ("الأميركية", "NOM")) == [("القواعد الأميركية", "NOM")]
    assert mended("بعد الغارات الأميركية أمس", ("الأميركية", "NOM")) == [("الأميركية", "NOM")]


def test_a_description_ends_before_a_glued_place_or_event():
    assert mended("الدعم الأميركي لإسرائيل", ("الأميركي لإسرائيل", "NOM")) == [("الأميركي", "NOM"), ("لإسرائيل", "LOC")]
    assert mended("اغتيال قيادات الحشد بضربات", ("قيادات الحشد بضربات", "NOM"))[0] == ("قيادات الحشد", "NOM")


def test_no_description_ends_in_a_preposition():
    assert mended("استهدفت الضربة القيادي في الحركة", ("القيادي في", "NOM")) == [("القيادي", "NOM")]
    assert mended("نقل المصابين من المخيم", ("المصابين من", "NOM")) == [("المصابين", "NOM")]
    assert mended("قال أبناء علي", ("أبناء علي", "NOM")) == [("أبناء علي", "NOM")]


def test_what_it_is_done_with_is_nobody_who_does_it():
    assert mended("هجوم بطائرة مسيرة على القاعدة", ("بطائرة مسيرة", "NOM"), ("القاعدة", "LOC")) == [("القاعدة", "LOC")]
    assert mended("أسقطت طائرة حربية قنابل", ("طائرة حربية", "NOM")) == [("طائرة حربية", "NOM")]
