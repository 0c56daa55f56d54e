import pytest

from marsad.dissect import MAX_BYTES, dissect
from marsad.records import body_text, page_of

PARAGRAPHS = [
    "أعلن رئيس الوزراء العراقي محمد شياع السوداني، الجمعة، تشكيل لجنة ثنائية تتولى الإعداد لإنهاء وجود قوات التحالف الدولي في البلاد، مؤكدا أن حكومته ماضية في هذا المسار.",
    "وقال السوداني في كلمة ألقاها ببغداد إن القوات العراقية باتت قادرة على حفظ الأمن، وإن مبررات وجود التحالف الدولي قد انتهت بعد هزيمة تنظيم داعش قبل أعوام.",
    "وكانت ضربة أميركية قد استهدفت مقرا للحشد الشعبي في شارع فلسطين شرقي العاصمة، وأدت إلى مقتل قيادي بارز في حركة النجباء يدعى مشتاق طالب السعيدي.",
]
HEADLINE = "السوداني يعلن تشكيل لجنة لإنهاء وجود التحالف الدولي في العراق"
HTML = (
    "<html><head><title>{t} - بوابة</title>{meta}</head><body><nav><ul><li><a href='/'>الرئيسية</a></li><li><a href='/s'>سياسة</a></li></ul></nav>"
    "<article><h1>{h}</h1><time datetime='2024-01-05T18:30:00+03:00'>الجمعة 5 يناير 2024</time><div class='entry-content'>{p}</div></article>"
    "<aside class='related'><h3>ذات صلة</h3><ul><li><a href='/2'>واشنطن: لا خطط لسحب القوات من العراق</a></li>"
    "<li><a href='/3'>قصف صاروخي على قاعدة عين الأسد غربي العراق</a></li></ul></aside><footer>جميع الحقوق محفوظة</footer></body></html>"
)


def html(meta="", headline=HEADLINE, title=HEADLINE):
    return HTML.format(t=title, h=headline, meta=meta, p="".join(f"<p>{p}</p>" for p in PARAGRAPHS))


def of(body, **more):
    body = body.encode() if isinstance(body, str) else body
    return dissect(page_of(body, "test", **more))


def test_html_page():
    article, problems = of(html())
    assert problems == []
    assert article.headline == HEADLINE
    assert body_text(article).split("\n") == PARAGRAPHS
    assert article.published_at.isoformat() == "2024-01-05T15:30:00+00:00"
    assert article.published_from == "time"
    assert [article.text[t.headline.start : t.headline.end] for t in article.teasers] == ["واشنطن: لا خطط لسحب القوات من العراق", "قصف صاروخي على قاعدة عين الأسد غربي العراق"]
    assert [t.url for t in article.teasers] == ["/2", "/3"]
    assert article.language == "ar"


@pytest.mark.parametrize(("real", "declared"), [("cp1256", "utf-8"), ("utf-8", "windows-1256")])
def test_wrongly_declared_encoding_gives_the_same_article(real, declared):
    article, _ = of(html(f'<meta charset="{declared}">').encode(real))
    assert article.headline == HEADLINE


def test_json_ld_date_comes_first():
    linked = '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"x","datePublished":"2024-01-06T00:00:00Z","author":{"name":"سلمى"}}]}</script>'
    article, _ = of(html(linked))
    assert (article.published_from, article.published_at.day) == ("json-ld", 6)
    assert article.authors == ()  # the page does not show that name


def test_broken_json_ld_is_passed_over():
    article, _ = of(html('<script type="application/ld+json">{"@type": [[[</script>'))
    assert article.headline == HEADLINE


def test_plain_page_keeps_its_text_exactly():
    text = "\n".join(["  الرئيسية | سياسة ", "", HEADLINE, "5 يناير 2024", *PARAGRAPHS, "spot_img"])
    article, _ = of(text, media_type="text/plain")
    assert article.text == text
    assert article.headline == HEADLINE
    assert (article.published_from, article.published_at.date().isoformat()) == ("visible", "2024-01-05")


def test_url_gives_the_date_when_the_page_shows_none():
    article, _ = dissect(page_of("\n".join([HEADLINE, *PARAGRAPHS]).encode(), "https://news.example/2024/01/05/slug"))
    assert (article.published_from, article.published_at.date().isoformat()) == ("url", "2024-01-05")


def test_page_without_article_says_so():
    article, _ = of("404\nعذرا، الصفحة غير موجودة\nالرئيسية\nاتصل بنا\nجميع الحقوق محفوظة")
    assert article.headline is None
    assert len(article.blocks) == 5


def test_other_language_is_dissected_and_named():
    paragraphs = [
        "The prime minister of Iraq said on Friday that a committee will prepare for the end of the mission of the coalition in the country, after a strike in Baghdad."
    ] * 1
    article, _ = of("Iraq says it will end the mission of the coalition\n" + "\n".join(paragraphs))
    assert article.language == "en"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "binary"),
        ("خبر\x00عاجل".encode(), "nul"),
        (b"<html><body><script>x</script></body></html>", "no-text"),
        (b"a" * (MAX_BYTES + 1), "too-large"),
    ],
)
def test_what_cannot_be_dissected_gives_one_problem(body, code):
    article, problems = of(body)
    assert article is None
    assert [p.code for p in problems] == [code]
    assert "test" in problems[0].detail


def test_million_lines_are_bounded():
    article, problems = of("سطر قصير\n" * 1_000_000)
    assert [p.code for p in problems] == ["too-many-lines"]
    assert len(article.blocks) == 3_000
    assert len(article.text) == 9_000_000


def test_truncated_utf8_is_kept_and_reported():
    article, problems = of(("\n".join([HEADLINE, *PARAGRAPHS])).encode()[:-2])
    assert [p.code for p in problems] == ["broken-encoding"]
    assert article.headline == HEADLINE


def test_page_001(shared):
    article, _ = dissect(page_of((shared / "data/pages/flat/page-001.txt").read_bytes(), "page-001.txt"))
    count = {r: sum(b.role == r for b in article.blocks) for r in ("body", "label", "boilerplate", "headline")}
    assert count == {"body": 7, "label": 2, "boilerplate": 1, "headline": 1}
    assert article.headline == "بعد دعم خروج أميركا.. ما مستقبل القوات الأميركية في العراق؟"
    assert len(article.teasers) == 4
    assert all(t.excerpt for t in article.teasers)
