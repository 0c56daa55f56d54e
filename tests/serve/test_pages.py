import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from kept import put

from marsad.corrections import name_of
from marsad.serve import words

pytestmark = pytest.mark.slow
PAGES = ["/", "/?day=2024-01-05", "/search?q=الانسحاب", "/search", "/map?days=60", "/sources", "/watches", "/corrections", "/actor?of=place:IRQ", "/pair?of=USA&with=IRQ", "/login"]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.values = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.values += [(tag, k, v or "") for k, v in attrs]


def tags(text):
    parser = Tags()
    parser.feed(text)
    return parser


def sound(answer):
    found = tags(answer.text)
    assert "script" not in found.seen[found.seen.index("script") + 1 :] if "script" in found.seen else True
    assert not [
        v for v in found.values if v[1].startswith("on") or v[1] == "style" or (v[1] in ("href", "src", "action") and "javascript:" in v[2].lower() and not v[2].startswith("/"))
    ]
    assert all(v[2].startswith(("/", "#", "?")) or v[0] == "a" for v in found.values if v[1] in ("src", "href", "action"))
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert len(answer.content) < 300_000
    return found


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_in_both_languages(client, path, language):
    answer = client.get(path + ("&" if "?" in path else "?") + f"lang={language}&theme=dark")
    assert answer.status_code == 200
    sound(answer)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}" data-theme="dark">' in answer.text
    assert client.cookies["lang"] == language


def test_stories_articles_and_their_evidence(client, store):
    for story in list(store.stories())[:12]:
        answer = client.get(f"/story/{story.id}")
        assert answer.status_code == 200
        links = [v for t, k, v in sound(answer).values if k == "href" and v.startswith("/article/") and "?at=" in v]
        for link in links[:3]:
            shown = client.get(link.partition("#")[0])
            assert shown.status_code == 200
            assert 'id="at"' in shown.text
    for article in store.articles(old=True):
        answer = client.get(f"/article/{article.id}")
        assert answer.status_code == 200
        sound(answer)
        if article.headline:
            assert article.headline.split()[0] in answer.text


def test_what_was_cut_can_be_shown(client, store):
    article = next(a for a in store.articles() if a.teasers and a.headline)
    span = article.teasers[0].headline
    title = article.text[span.start : span.end]
    bare = re.sub("<[^>]+>", "", client.get(f"/article/{article.id}").text)
    assert title not in bare
    assert title in re.sub("<[^>]+>", "", client.get(f"/article/{article.id}?cut=1").text)
    assert 'id="at"' in client.get(f"/article/{article.id}?at={span.start}-{span.end}").text  # evidence in a cut part shows it


def test_copies_with_the_passages_they_share(client, store):
    link = next(x for x in store.links() if x.kind == "copy" and x.because)
    text = client.get(f"/article/{link.right_id}?copy={link.left_id}").text
    assert re.search('class="m [^"]*shared', text.partition("<aside>")[0])  # in the text itself, not in the key beside it


def test_versions_show_what_changed(client, store):
    url = "https://www.arjuwan.example/news/2024/1/28/tower22-drone-attack"
    newest = store.versions(url)[-1]
    text = client.get(f"/article/{newest.id}/versions").text
    assert "25" in text
    assert "34" in text
    assert words.say("headline", "ar") in text
    assert client.get(f"/article/{newest.id}/related").status_code == 200


def test_figures_of_outlets_stand_side_by_side(client, store):
    put(store, "مقتل خمسة في غارة على بغداد", "قتل خمسة أشخاص في غارة أميركية على حي الكرادة وسط بغداد مساء الخميس.", "https://a.example/1", "2024-01-04", "الأولى")
    put(store, "مقتل تسعة في غارة على بغداد", "قتل تسعة أشخاص في غارة أميركية على حي الكرادة وسط بغداد مساء الخميس.", "https://b.example/1", "2024-01-04", "الثانية")
    from rich.progress import Progress

    from marsad import line

    with Progress(disable=True) as progress:
        found, _ = line.relate_all(line.from_archive(store, True, progress), 10)
    store.put_relations(found)
    story = next(s for s in store.stories() if "غارة على بغداد" in s.headline and len(s.article_ids) >= 2)
    text = client.get(f"/story/{story.id}").text
    assert words.say("figures_differ", "ar") in text
    assert "«خمسة أشخاص»" in text
    assert "«تسعة أشخاص»" in text


@pytest.mark.parametrize(
    "path",
    [
        "/story/none",
        "/article/ffffffffffffffff",
        "/article/x",
        "/actor",
        "/actor?of=per:nobody",
        "/pair?of=USA",
        "/nothing/here",
        "/correct?article=x&what=event&target=1:2",
        "/watches/none/feed.atom",
        "/plot.svg?of=ABW",
        "/download/dreams/csv",
    ],
)
def test_what_is_not_there_is_a_page_of_its_own(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/?day=nonsense&country=<>&type='",
        "/search?q=%00",
        "/search?q=colour:red",
        "/search?q=x&from=99999999999",
        "/map?days=-1",
        "/article/{id}?at=1-2,9-3,x&copy=%00",
        "/?lang=xx&theme=<script>",
    ],
)
def test_nonsense_in_addresses_harms_nothing(client, store, path):
    answer = client.get(path.replace("{id}", next(store.articles()).id))
    assert answer.status_code == 200
    sound(answer)


HOSTILE = [
    "<script>alert(1)</script> عنوان", '"><img src=x onerror=alert(1)>', "\u202e\u2066عنوان مقلوب", "{{ 7*7 }} {% raw %}", "' OR 1=1 --", "javascript:alert(1)", "\ud7ff\ufffe عنوان", "ـ" * 500,
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_text(client, store, title):
    body = f"قتل القيادي {title} في غارة أميركية على بغداد. قال السوداني «{title}»."
    article = put(store, title, body, url=f"javascript:alert(1)//{title}", outlet=title)
    for path in (
        f"/article/{article}",
        f"/article/{article}?cut=1",
        f"/story/{article}",
        "/",
        "/search?q=" + quote(title),
        "/sources",
        f"/article/{article}/versions",
        "/feed.atom?q=بغداد",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        if path.startswith("/feed"):
            import feedparser

            assert not feedparser.parse(answer.content).bozo
        else:
            sound(answer)
            assert "49 " not in answer.text


def test_a_word_of_a_million_letters_does_not_make_a_heavy_page(client, store):
    article = put(store, "كلمة طويلة", "ا" * 1_000_000 + " وقتل شخص في بغداد.")
    answer = client.get(f"/article/{article}")
    assert answer.status_code == 200
    assert len(answer.content) < 300_000
    assert "all=1" in answer.text


def test_every_word_of_the_interface_is_there_in_both_languages():
    assert all(ar.strip() and en.strip() for ar, en in words.TEXTS.values())
    from pathlib import Path

    used = {name for path in (Path(words.__file__).parent / "templates").iterdir() for name in re.findall(r'\bt\("([a-z_]+)"\)', path.read_text(encoding="utf8"))}
    assert len(used) > 60
    assert used <= set(words.TEXTS)


def test_a_correction_through_the_form_is_shown_everywhere(client, store):
    article = next(a for a in store.articles() if a.headline and any(e.type == "ASSAULT" for e in store.reading(a.id).events))
    strike = next(e for e in store.reading(article.id).events if e.type == "ASSAULT")
    form = client.get(f"/correct?article={article.id}&what=event&target={name_of(strike)}")
    key = re.search(r'name="form_key" value="([0-9a-f]+)"', form.text)[1]
    sent = {
        "form_key": key,
        "article": article.id,
        "what": "event",
        "target": name_of(strike),
        "verdict": "changed",
        "who": "سلمى",
        "type": "COERCE",
        "mode": "arrest",
        "status": "asserted",
        "note": "اعتقال",
    }
    answer = client.post("/correct", data=sent, follow_redirects=False)
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "سلمى" in page
    assert words.term(words.TYPES, "COERCE", "ar") in page
    assert "سلمى" in client.get("/corrections").text
    assert any(e["type"] == "COERCE" and e["mode"] == "arrest" for e in client.get("/api/events?type=COERCE&limit=200").json()["items"] if e["article_id"] == article.id)
    assert client.get("/download/annotations/jsonl").text.count("\n") == 1
    assert client.get(form.url).status_code == 200
    wrong = client.post("/correct", data={**sent, "verdict": "perhaps"}, follow_redirects=False)
    assert wrong.status_code == 400


def test_related_articles_are_there_at_the_first_visit(client, store):
    with store.writing() as db:
        db.exec_driver_sql("DELETE FROM meaning")
    ids = [a.id for a in store.articles()][:12]
    first = [client.get(f"/article/{i}/related").text.count("/article/") for i in ids]
    assert first == [client.get(f"/article/{i}/related").text.count("/article/") for i in ids]
    assert max(first) > 3
