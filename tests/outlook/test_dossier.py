"""The dossier of the samples: what was planted is found, and nothing is said that no record supports."""

import msgspec
import pytest

from marsad import paper
from marsad.archive import Archive
from marsad.lands import land
from marsad.names import Names
from marsad.outlook.dossier import dossier
from marsad.outlook.phrases import phrases
from marsad.topics import matter_of, topic_of

pytestmark = pytest.mark.slow
QUESTION = "ما مستقبل القوات الأميركية في العراق؟"


@pytest.fixture(scope="module")
def store(samples):
    with Archive(samples) as opened:
        yield opened


@pytest.fixture(scope="module")
def made(store):
    return paper.made(store, QUESTION, "ar")


def section(made, key):
    return next((s for s in made.sections if s.key == key), None)


def said(made, key):
    found = section(made, key)
    return " ".join(x.text for x in found.sentences) if found else ""


@pytest.mark.parametrize(
    ("question", "countries", "terms"),
    [
        (QUESTION, ("USA", "IRQ"), 2), ("What is the future of US forces in Iraq?", ("USA", "IRQ"), 1), ("USA:IRQ", ("USA", "IRQ"), 0), ("ماذا بعد وقف إطلاق النار في لبنان", ("LBN",), 3),
        ("حزب الله", (), 2), ("", (), 0), ("؟؟؟ ما هو", (), 0),
    ],
)  # fmt: skip
def test_topics_are_found_in_questions(question, countries, terms):
    topic = topic_of(question)
    assert topic.countries == countries
    assert len(topic.terms) >= terms


def test_the_question_is_answered(made):
    positions = said(made, "positions")
    assert any("السوداني" in x.text and "مطالبة" in x.text and "2024-01-05" in x.text for x in section(made, "positions").sentences)  # the dated demand of the prime minister
    assert any("الإيرانية" in x.text and "تأييد" in x.text for x in section(made, "positions").sentences)  # Iran's support
    figures = said(made, "figures")
    assert all(n in figures for n in ("110", "115", "118", "130", "140", "150", "165"))  # the counts of attacks as outlets gave them
    assert "توقع" in said(made, "outlook")  # the honest refusal
    assert "خروج القوات الأجنبية" in positions


def test_planted_contradictions_and_corrections_are_found(store, made):
    assert "25" in said(made, "contradictions")
    assert "36" in said(made, "contradictions")
    assert "34" in said(made, "contradictions")  # a later version of an address
    yemen = paper.made(store, "الضربات على اليمن", "ar")
    assert "تصحيح" in said(yemen, "contradictions")
    assert "16" in said(yemen, "contradictions")
    captives = paper.made(store, "المحتجزين في غزة", "ar")
    assert all(n in said(captives, "figures") for n in ("130", "132", "136"))
    lebanon = paper.made(store, "انتشار الجيش اللبناني في جنوب لبنان", "ar")
    assert {"خمسة آلاف", "عشرة آلاف"} <= {n for n in ("خمسة آلاف", "عشرة آلاف") if n in said(lebanon, "figures")}


def test_every_sentence_names_records_and_goes_with_them(store):
    matter, names = matter_of(store, QUESTION), Names(store)

    def written(told):
        return dossier(matter._replace(told=told), phrases("ar"), lambda p: paper.called(p, names, "ar"))

    whole = written(matter.told)
    ids = (
        {t.article.id for t in matter.told} | {t.article.id for pair in matter.versions for t in pair[:2]} | {e.article_id for some in matter.week_evidence.values() for e in some}
    )
    for part in whole.sections:
        for sentence in part.sentences:
            assert sentence.evidence, sentence.text
            assert {e.article_id for e in sentence.evidence} <= ids
    assert written([]).sections == () or {s.key for s in written([]).sections} <= {"outlook", "contradictions"}
    for key in ("positions", "timeline", "figures"):
        for sentence in section(whole, key).sentences:
            gone = {e.article_id for e in sentence.evidence}
            rest = written([t if t.article.id not in gone else t._replace(reading=msgspec.structs.replace(t.reading, events=(), figures=())) for t in matter.told])
            assert sentence.text not in [x.text for s in rest.sections for x in s.sentences]


def test_the_paper_in_both_forms_and_languages(store, made):
    text = paper.markdown(made, store)
    assert text.startswith(f"# {QUESTION}")
    notes = {line.partition("]:")[0] + "]" for line in text.splitlines() if line.startswith("[^")}
    used = {f"[^{part.partition(']')[0]}]" for line in text.splitlines() if line.startswith("- ") for part in line.split("[^")[1:]}
    assert used == notes
    assert len(notes) > 30
    assert "(\u20682024-01-05\u2069)" in text  # else a day after Arabic letters is shown as 05-01-2024
    html = paper.page(made, store)
    assert 'dir="rtl"' in html
    assert html.count("<h2>") == len(made.sections)
    assert "<script" not in html
    english = paper.made(store, "What is the future of US forces in Iraq?", "en")
    assert "Positions" in [s.title for s in english.sections]
    assert land("IRQ", "en") == "Iraq"
    assert paper.made(store, "xyzzy", "ar").sections == ()


def test_hostile_words_stay_words(tmp_path):
    from kept import put

    with Archive(tmp_path / "h.db") as store:
        put(store, "<script>alert(1)</script> بغداد تطالب بالانسحاب", "طالب السوداني بانسحاب <img src=x onerror=alert(1)> القوات الأميركية من العراق.", url="javascript:alert(1)")
        html = paper.page(paper.made(store, "<script>الانسحاب</script> العراق", "ar"), store)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_the_commands(marsad, samples, tmp_path):
    done = marsad("dossier", QUESTION, "--archive", samples)
    assert done.returncode == 0, done.stderr
    assert "السوداني" in done.stdout.decode()
    assert marsad("dossier", QUESTION, "--lang", "en", "--html", tmp_path / "d.html", "--archive", samples).returncode == 0
    html = (tmp_path / "d.html").read_text(encoding="utf8")
    assert html.startswith("<!doctype html>")
    assert html.count("<svg") == 1  # its weeks, drawn
    assert marsad("dossier", "xyzzy", "--archive", samples).returncode == 1
    out = marsad("outlook", "USA:IRQ", "--weeks", "8", "--archive", samples).stdout.decode()
    assert "2024-01-29" in out
    assert "too little to say" in out
    assert marsad("outlook", "ABW:AIA", "--archive", samples).returncode == 1
