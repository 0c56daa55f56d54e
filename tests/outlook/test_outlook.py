"""Positions, timeline, figures, series, on small texts that are read."""

from datetime import UTC, datetime

from marsad.dissect.told import bare
from marsad.outlook.figures import counts, excludes
from marsad.outlook.positions import positions
from marsad.outlook.series import known, weekly
from marsad.outlook.timeline import timeline
from marsad.outlook.told import Told, alike
from marsad.read import read


def told(name, title, text, day, outlet="", copy_of=""):
    article = bare(name, "", f"https://x.example/{name}", outlet, title, text, datetime.fromisoformat(day).replace(tzinfo=UTC), (), "test")
    return Told(article, read(article), copy_of)


def words(story, evidence):
    text = next(t.article.text for t in story if t.article.id == evidence.article_id)
    return text[evidence.span.start : evidence.span.end]


DEMAND = told("a", "السوداني يطالب بانسحاب القوات الأميركية", "طالب رئيس الوزراء العراقي محمد شياع السوداني بانسحاب القوات الأميركية من العراق.", "2024-01-05", "الأولى")
COPY = told("b", "السوداني يطالب بانسحاب القوات الأميركية", DEMAND.article.text.split("\n", 1)[1], "2024-01-05", "الثانية", "a")
REFUSE = told("c", "السوداني يرفض انسحاب القوات الأميركية", "رفض رئيس الوزراء العراقي محمد شياع السوداني انسحاب القوات الأميركية من العراق.", "2024-02-05", "الثالثة")
QUOTE = told("d", "إيران تؤيد بغداد", "قال وزير الخارجية الإيراني: «ندعم مطلب العراق بانسحاب القوات الأجنبية». وحذرت طهران من التصعيد.", "2024-02-06", "الرابعة")


def test_positions_name_actor_stance_day_and_words_and_fold_copies():
    found = [p for p in positions([COPY, DEMAND]) if p.stance == "demands"]
    assert len(found) == 1
    (demand,) = found
    assert demand.actor.key == "per:محمد شياع السوداني"
    assert demand.day == "2024-01-05"
    assert {e.article_id for e in demand.evidence} == {"a", "b"}
    assert demand.evidence[0].article_id == "a"
    assert "انسحاب" in words([DEMAND, COPY], demand.evidence[0])


def test_a_change_of_position_is_marked():
    found = positions([DEMAND, REFUSE])
    refused = next(p for p in found if p.stance == "rejects")
    assert refused.changed == "demands"
    assert not any(p.changed for p in found if p.stance == "demands")


def test_quoted_words_are_told_from_others():
    found = positions([QUOTE, DEMAND], plain=True)
    assert any(p.direct for p in found if p.evidence[0].article_id == "d")
    assert not any(p.direct for p in found if p.evidence[0].article_id == "a")


STRIKE = [
    told("s1", "غارة أميركية على بغداد تقتل قياديا", "قتل قيادي في حركة النجباء في غارة أميركية على بغداد الخميس 4 يناير 2024.", "2024-01-04", "الأولى"),
    told("s2", "مقتل قيادي في النجباء بغارة أميركية", "قتلت غارة أميركية قياديا في حركة النجباء في بغداد يوم 4 يناير 2024.", "2024-01-05", "الثانية"),
    told("s3", "غارة أميركية على الحسكة", "قصفت طائرات أميركية مواقع لتنظيم داعش في الحسكة يوم 20 يناير 2024.", "2024-01-21", "الثالثة"),
]


def test_one_event_of_two_outlets_is_one_line_dated_by_the_event():
    lines = [h for h in timeline(STRIKE) if h.type == "ASSAULT"]
    strike = next(h for h in lines if {e.article_id for e in h.evidence} >= {"s1", "s2"})
    assert strike.day == "2024-01-04"
    assert strike.sources == 2
    assert strike.first[:10] == "2024-01-04"
    assert strike.last[:10] == "2024-01-05"
    assert all("s3" not in {e.article_id for e in h.evidence} for h in lines if "s1" in {e.article_id for e in h.evidence})


def test_figures_stand_side_by_side_and_are_never_averaged():
    some = [
        told("f1", "25 جريحا في الضربات", "أسفرت الضربات على الأنبار عن إصابة 25 جريحا بحسب الحكومة.", "2024-02-03", "الأولى"),
        told("f2", "36 جريحا في الضربات", "أسفرت الضربات على الأنبار عن إصابة 36 جريحا بحسب الحشد.", "2024-02-03", "الثانية"),
        told("f3", "هجمات", "تعرضت القوات الأميركية لأكثر من 110 هجمات منذ 17 أكتوبر 2023.", "2024-01-04", "الأولى"),
        told("f4", "هجمات", "تعرضت القوات الأميركية لنحو 150 هجوما منذ 17 أكتوبر 2023.", "2024-01-24", "الثانية"),
    ]
    found = {c.what: c for c in counts(some)}
    assert [g.value for g in found["injured"].given] == [25, 36]
    assert found["injured"].differ
    assert [(g.value, g.bound) for g in found["attacks"].given] == [(110, ">"), (150, "~")]
    assert found["attacks"].grows
    assert not found["attacks"].differ  # more than 110 and about 150 may both be right
    assert not excludes(found["attacks"].given[0], found["attacks"].given[1])


def test_weeks_without_collecting_say_nothing_and_others_are_scaled():
    collected = {"2024-01-01": 100, "2024-01-08": 200, "2024-01-22": 100, "2024-01-29": 4}
    weeks = weekly(
        [
            ("2024-01-02", "ASSAULT", "", 4),
            ("2024-01-09", "ASSAULT", "", 4),
            ("2024-01-09", "STATE", "", 9),
            ("2024-01-23", "AGREE", "", 2),
            ("nonsense", "AID", "", 1),
            ("2024-01-16", "AID", "", 3),
        ],
        collected,
    )
    assert [w.monday for w in weeks] == ["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"]
    assert [w.events for w in weeks] == [4, 4, 0, 2, 0]
    assert [w.even for w in weeks] == [4.0, 2.0, None, 2.0, None]
    assert weeks[0].score < 0 < weeks[3].score
    assert known(weeks) == [4.0, 2.0, 2.0]
    assert weekly([], {}) == []


def test_texts_are_alike_by_their_content_words():
    assert alike("انسحاب القوات الأميركية", "بانسحاب القوات الأمريكية من البلاد") >= 0.6
    assert alike("انسحاب القوات", "أسعار النفط") == 0
    assert alike("", "x") == 0
