import gzip
import json
from datetime import UTC, datetime, timedelta

import hostile
import pytest
from hostile import ITEM, STORY, answer, feed
from rich.progress import Progress

from marsad import watches
from marsad.archive import Archive
from marsad.archive import frontier as lists
from marsad.collect.fetch import Fetcher, Limits, Trouble, is_open
from marsad.collect.polite import Manners
from marsad.gather import Summary, gather


@pytest.fixture
def web():
    """A hostile server on loopback."""
    server = hostile.Server()
    yield server
    server.close()


pytestmark = pytest.mark.slow
QUICK = Limits(size=1_000_000, seconds=4.0, silence=1.5)
OPEN = []


@pytest.fixture(autouse=True)
def _closed():
    yield
    while OPEN:
        OPEN.pop().close()


def fetcher(inside=True):
    OPEN.append(Fetcher(inside=inside, limits=QUICK))
    return OPEN[-1]


def manners(pause=0.0, inside=True):
    return Manners(fetcher(inside), pause)


def collected(where, sources, kind=None, again=False):
    with Archive(where) as store, Progress(disable=True) as progress:
        found = list(gather(store, sources, kind or manners(), progress, again))
        return [f for f in found if isinstance(f, Summary)], [f for f in found if not isinstance(f, Summary)], list(store.articles())


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (hostile.too_short, "cut-off"), (hostile.slow, "too-slow"), (hostile.silent, "too-slow"), (hostile.bomb, "too-large"), (hostile.not_gzip, "bad-encoding"), (hostile.busy, "busy"),
        (hostile.garbage, "cut-off"), (hostile.redirect("/loop"), "redirects"), (hostile.redirect("file:///etc/passwd"), "bad-address"), (hostile.redirect("http://[::1"), "bad-address"),
        (lambda h: answer(h, b"x" * 2_000_000), "too-large"), (lambda h: answer(h, b"", 500), "server-error"), (lambda h: answer(h, b"", 410), "gone"), (None, "gone"),
    ],
)  # fmt: skip
def test_each_misbehaviour_is_a_problem_of_its_own(web, page, code):
    web.pages |= {"/loop": page}
    with pytest.raises(Trouble) as caught:
        manners().get(f"{web.url}/loop")
    assert caught.value.code == code
    assert web.url in caught.value.detail or "file:" in caught.value.detail or "[::1" in caught.value.detail


def test_addresses_inside_a_network_are_refused_also_behind_a_redirect(web, monkeypatch):
    with pytest.raises(Trouble) as caught:
        manners(inside=False).get(f"{web.url}/x")
    assert caught.value.code in ("refused", "robots-unreachable")
    assert web.asked == []
    for address in (
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
    ):
        assert not is_open(address), address
    assert is_open("8.8.8.8")
    assert is_open("2606:4700::1111")


def test_robots_and_pauses_are_kept(web):
    waits = []
    now = [0.0]

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    web.pages |= {"/robots.txt": "User-agent: *\nDisallow: /private\nCrawl-delay: 3", "/a": STORY.format(title="أ"), "/private/b": "secret"}
    kind = Manners(fetcher(), 1.0, clock=lambda: now[0], sleep=sleep)
    kind.get(f"{web.url}/a")
    with pytest.raises(Trouble) as caught:
        kind.get(f"{web.url}/private/b")
    assert caught.value.code == "robots"
    kind.get(f"{web.url}/a")
    assert web.asked == ["/robots.txt", "/a", "/a"]
    assert waits == [3.0, 3.0]
    assert "Marsad/" in web.headers["/a"]["User-Agent"]


def test_nothing_of_a_site_is_fetched_while_its_robots_fail(web):
    web.pages |= {"/robots.txt": lambda h: answer(h, b"", 503), "/a": "x"}
    with pytest.raises(Trouble) as caught:
        manners().get(f"{web.url}/a")
    assert caught.value.code == "robots-unreachable"
    assert web.asked == ["/robots.txt"]


def test_feed_pages_and_what_stands_in_for_those_that_do_not_come(web, tmp_path):
    text = "&lt;p&gt;أعلنت وزارة الدفاع وصول تعزيزات جديدة إلى القاعدة في محافظة الأنبار غربي العراق.&lt;/p&gt;"
    web.pages |= {
        "/feed": feed(
            ITEM.format(title="غارة على بغداد", link="/one?utm_source=rss", text="قصير"), ITEM.format(title="تعزيزات إلى الأنبار", link="/gone", text=text),
            ITEM.format(title="مرتان", link="/one?utm_source=rss", text=""), ITEM.format(title="بلا رابط", link="", text=""), ITEM.format(title="بطيء", link="/busy", text=text),
        ),
        "/one": STORY.format(title="غارة على بغداد"), "/one?utm_source=rss": STORY.format(title="غارة على بغداد"), "/busy": hostile.busy,
    }  # fmt: skip
    where = tmp_path / "a.db"
    (summary,), problems, articles = collected(where, [f"{web.url}/feed"])
    assert {a.headline for a in articles} == {"غارة على بغداد", "تعزيزات إلى الأنبار"}
    assert any("الأنبار غربي العراق" in a.text for a in articles)
    assert {p.code for p in problems} == {"bad-feed", "gone", "busy"}
    assert (summary.found, summary.new, summary.kept) == (3, 3, 2)
    with Archive(where) as store:
        waiting = lists.due(store, datetime.now(UTC) + timedelta(hours=3), [f"{web.url}/feed"])
        assert [w.title for w in waiting] == ["بطيء"]
        assert lists.due(store, datetime.now(UTC) + timedelta(hours=1), [f"{web.url}/feed"]) == []
    before = len(web.asked)
    (again,), _, _ = collected(where, [f"{web.url}/feed"])
    assert again.new == 0
    assert [p for p in web.asked[before:] if p not in ("/robots.txt", "/feed")] == []


def test_an_unchanged_feed_is_asked_for_conditionally(web, tmp_path):
    def served(handler):
        if handler.headers.get("If-None-Match") == '"v1"':
            answer(handler, b"", 304)
        else:
            answer(handler, feed(ITEM.format(title="أ", link="/one", text="")).encode(), kind="application/rss+xml", ETag='"v1"')

    web.pages |= {"/feed": served, "/one": STORY.format(title="أ")}
    collected(tmp_path / "a.db", [f"{web.url}/feed"])
    (summary,), problems, _ = collected(tmp_path / "a.db", [f"{web.url}/feed"])
    assert web.headers["/feed"]["If-None-Match"] == '"v1"'
    assert (summary.found, problems) == (0, [])


def test_a_source_that_asks_for_time_is_left_alone(web, tmp_path):
    web.pages |= {"/feed": hostile.busy}
    _, problems, _ = collected(tmp_path / "a.db", [f"{web.url}/feed"])
    assert [p.code for p in problems] == ["busy"]
    count = web.asked.count("/feed")
    _, problems, _ = collected(tmp_path / "a.db", [f"{web.url}/feed"])
    assert [p.code for p in problems] == ["waiting"]
    assert web.asked.count("/feed") == count


@pytest.mark.parametrize(
    "body",
    [b"", b"<rss", b"<rss><channel><item><link>javascript:alert(1)</link></item></channel></rss>", b"\xff\xfe<rss>", b"{\"version\": \"https://jsonfeed.org/version/1\", \"items\": 3}",
     b"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><rss><channel><title>&b;</title></channel></rss>", b"<urlset><url><loc>http://[", b"<feed>" * 5000],
)  # fmt: skip
def test_nonsense_for_a_feed_is_a_problem_and_no_crash(web, tmp_path, body):
    web.pages |= {"/feed": lambda h: answer(h, body, kind="application/rss+xml")}
    _, problems, articles = collected(tmp_path / "a.db", [f"{web.url}/feed"])
    assert problems
    assert articles == []


def test_sitemaps_with_indexes_and_gzip(web, tmp_path):
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    row = f"<url><loc>{web.url}/one</loc><news:news><news:publication_date>2024-01-04</news:publication_date><news:title>غارة</news:title></news:news></url>"
    web.pages |= {
        "/sitemap.xml": f"<sitemapindex {space}><sitemap><loc>{web.url}/s.xml.gz</loc></sitemap><sitemap><loc>{web.url}/gone.xml</loc></sitemap><sitemap><loc>{web.url}/sitemap.xml</loc></sitemap></sitemapindex>",
        "/s.xml.gz": lambda h: answer(h, gzip.compress(f"<urlset {space}>{row}<url><loc>{web.url}/two</loc></url><url><loc>ftp://x</loc></url></urlset>".encode()), kind="application/gzip"),
        "/one": STORY.format(title="غارة"), "/two": STORY.format(title="غارة ثانية على بغداد").replace("أبو تقوى", "أبو باقر"),
    }  # fmt: skip
    (summary,), problems, articles = collected(tmp_path / "a.db", [f"{web.url}/sitemap.xml"])
    assert len(articles) == 2
    assert summary.new == 2
    assert [p.code for p in problems] == ["gone"]


def test_a_home_page_leads_to_its_feed(web, tmp_path):
    web.pages |= {
        "/": "<html><head><link rel='alternate' type='application/rss+xml' href='/rss.xml'></head><body>الرئيسية</body></html>",
        "/rss.xml": feed(ITEM.format(title="أ", link="/one", text="")),
        "/one": STORY.format(title="أ"),
    }
    _, problems, articles = collected(tmp_path / "a.db", [web.url])
    assert (len(articles), problems) == (1, [])
    web.pages = {"/": "<html><body>لا شيء</body></html>"}
    _, problems, _ = collected(tmp_path / "b.db", [web.url])
    assert [p.code for p in problems] == ["no-feeds"]


def test_json_feed_and_a_page_by_itself(web, tmp_path):
    told = {"version": "https://jsonfeed.org/version/1.1", "title": "س", "items": [{"url": f"{web.url}/one", "title": "أ", "date_published": "2024-01-04T10:00:00Z"}]}
    web.pages |= {"/feed.json": json.dumps(told), "/one": STORY.format(title="غارة على بغداد"), "/two": STORY.format(title="تشييع القتيل في بغداد")}
    _, problems, articles = collected(tmp_path / "a.db", [f"{web.url}/feed.json", f"{web.url}/two"])
    assert {a.headline for a in articles} == {"غارة على بغداد", "تشييع القتيل في بغداد"}
    assert problems == []


def test_a_changed_page_becomes_a_version_and_a_date_from_the_future_is_told(web, tmp_path):
    web.pages |= {"/one": STORY.format(title="حصيلة الغارة خمسة قتلى")}
    where = tmp_path / "a.db"
    collected(where, [f"{web.url}/one"])
    web.pages |= {"/one": STORY.format(title="حصيلة الغارة ستة قتلى").replace("2024-01-04", "2999-01-04")}
    _, problems, articles = collected(where, [f"{web.url}/one"], again=True)
    assert [a.headline for a in articles] == ["حصيلة الغارة ستة قتلى"]
    assert [p.code for p in problems] == ["future-date"]
    assert articles[0].published_at is None
    with Archive(where) as store:
        assert len(store.versions(f"{web.url}/one")) == 2


def test_a_page_asked_for_again_is_asked_conditionally(web, tmp_path):
    def page(handler):
        if handler.headers.get("If-None-Match") == '"v1"':
            answer(handler, b"", 304)
        else:
            answer(handler, STORY.format(title="غارة على بغداد").encode(), ETag='"v1"')

    web.pages |= {"/feed": feed(ITEM.format(title="غارة", link=f"{web.url}/one", text="")), "/one": page}
    where = tmp_path / "a.db"
    for again in (False, True):
        rows, problems, articles = collected(where, [f"{web.url}/feed"], again=again)
        assert (len(articles), problems) == (1, [])
    assert web.asked.count("/one") == 2
    assert web.headers["/one"]["If-None-Match"] == '"v1"'
    with Archive(where) as store:
        assert lists.due(store, datetime.now(UTC), [f"{web.url}/feed"]) == []
        assert store.counts()["page"] == 1
    assert rows[0].kept == 0


def test_zips_a_warc_a_feed_and_a_folder_in_one_call(web, marsad, shared, tmp_path):
    from test_files import warc

    web.pages |= {"/feed": feed(ITEM.format(title="غارة", link=f"{web.url}/one", text="")), "/one": STORY.format(title="غارة على بغداد")}
    warc(tmp_path / "crawl.warc", STORY.format(title="تشييع القتيل في بغداد").encode(), STORY.format(title="تنديد بالغارة على بغداد").encode())
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/a.html").write_text(STORY.format(title="بغداد تستدعي القائم بالأعمال"), encoding="utf8")
    zips = sorted((shared / "data/news").glob("saudinewsnet-*.zip"))[:1]
    done = marsad("collect", *zips, tmp_path / "crawl.warc", f"{web.url}/feed", tmp_path / "pages", "--archive", tmp_path / "a.db", "--inside", "--pause", "0")
    assert done.returncode in (0, 1), done.stderr.decode()
    with Archive(tmp_path / "a.db") as store:
        articles = list(store.articles())
    assert len([a for a in articles if a.url.startswith(("http://127", "https://sidra", str(tmp_path)))]) == 4
    assert len(articles) > 1000
    assert done.stderr.decode().count(" found, ") == len(zips) + 3


def test_watch_collects_again_until_stopped(web, tmp_path):
    import os
    import signal
    import subprocess
    import sys
    import time

    web.pages |= {"/feed": feed(ITEM.format(title="غارة", link=f"{web.url}/one", text="")), "/one": STORY.format(title="غارة على بغداد")}
    call = [sys.executable, "-m", "marsad.cli", "watch", f"{web.url}/feed", "--every", "0.02", "--inside", "--pause", "0", "--fast", "--archive", str(tmp_path / "a.db")]
    with Archive(tmp_path / "a.db") as store:
        watch = watches.add(store, "تشييع", "تشييع")
    process = subprocess.Popen(call, stderr=subprocess.PIPE, env=os.environ | {"NO_COLOR": "1"})
    deadline = time.monotonic() + 60
    while web.asked.count("/feed") < 4 and time.monotonic() < deadline:
        time.sleep(0.1)
        if web.asked.count("/feed") == 1:
            web.pages["/feed"] = feed(*(ITEM.format(title="غارة", link=f"{web.url}/{name}", text="") for name in ("one", "two")))
            web.pages["/two"] = STORY.format(title="تشييع القتيل في بغداد")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said.decode()
    with Archive(tmp_path / "a.db") as store:
        assert {a.headline for a in store.articles()} == {"غارة على بغداد", "تشييع القتيل في بغداد"}
        assert all(store.reading(a.id) for a in store.articles())  # read, in stories, told to those who watch
        assert {i for s in store.stories() for i in s.article_ids} == {a.id for a in store.articles()}
        assert [a.headline for a, _ in watches.news_of(store, watch.id)] == ["تشييع القتيل في بغداد"]
