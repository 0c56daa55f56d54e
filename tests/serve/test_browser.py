"""The pages in a real browser: Debian's Chromium, headless."""

import os
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from marsad.serve import app_of
from marsad.settings import Settings

pytestmark = pytest.mark.slow
CHROMIUM = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome") if Path(p).exists()), "")
SHOTS = os.environ.get("MARSAD_SHOTS", "")  # a folder to keep screenshots in


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(store):
    """The pages on a port of loopback."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app_of(store, settings=Settings(), seconds=0.0), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not (server.started and server.servers):
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


class Watched:
    """A page of the browser that notes what it asks for, how much comes, and what its console says."""

    def __init__(self, chromium, site, width=1280, **options):
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=site, **options)
        self.page = self.context.new_page()
        self.site, self.away, self.said, self.bytes = site, [], [], 0
        self.page.on("request", lambda r: self.away.append(r.url) if not r.url.startswith(site) else None)
        self.page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.said.append(str(e)))
        self.page.on("response", self.weigh)

    def weigh(self, response):
        if response.status == 200:
            self.bytes += len(response.body())

    def go(self, path):
        self.bytes = 0
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def sound(self):
        assert self.away == []
        assert self.said == []


def shot(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


PAGES = {
    "today": "/?day=2024-01-05", "search": "/search?q=" + quote("انسحاب القوات"), "actor": "/actor?of=place:IRQ", "pair": "/pair?of=USA&with=IRQ", "map": "/map?day=2024-02-10&days=60", "sources": "/sources",
    "watches": "/watches", "corrections": "/corrections",
}  # fmt: skip


def all_pages(store):
    story = max(store.stories(), key=lambda s: len(s.article_ids))
    article = next(a for a in store.articles() if a.id in story.article_ids)
    changed = store.versions("https://www.arjuwan.example/news/2024/1/28/tower22-drone-attack")[-1]
    event = store.reading(article.id).events[0]
    correct = f"/correct?article={article.id}&what=event&target={event.trigger.start}:{event.trigger.end}:{event.type}"
    return PAGES | {
        "story": f"/story/{story.id}",
        "article": f"/article/{article.id}?at={event.trigger.start}-{event.trigger.end}",
        "versions": f"/article/{changed.id}/versions",
        "correct": correct,
    }


@pytest.mark.parametrize(("scheme", "language", "width"), [("light", "ar", 1280), ("dark", "en", 360)])
def test_pages_are_accessible_light_and_whole(chromium, site, store, scheme, language, width):
    from axe_playwright_python.sync_playwright import Axe

    watched = Watched(chromium, site, width, color_scheme=scheme)
    for name, path in all_pages(store).items():
        page = watched.go(path + ("&" if "?" in path else "?") + f"lang={language}")
        assert watched.bytes < 300_000, name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} pixels"
        shot(page, f"{name}-{language}-{scheme}-{width}")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).response["violations"]
        grave = [(v["id"], v["nodes"][0]["html"][:200], v["nodes"][0].get("failureSummary", "")[:300]) for v in found if v["impact"] in ("serious", "critical")]
        assert grave == [], f"{name}: {grave}"
    watched.sound()


def test_the_way_to_a_sentence_takes_three_clicks(chromium, site):
    """Who demanded what about the withdrawal, on which day, in which sentence of which page."""
    watched = Watched(chromium, site)
    page = watched.go("/?day=2024-01-06")
    page.locator(".card h2 a", has_text="التحالف").first.click()
    page.wait_for_load_state()
    demand = page.locator(".positions li", has=page.locator(".stance.demands, .stance.supports, .stance.promises")).first
    assert demand.locator("time").first.inner_text().startswith("2024-")
    said = demand.locator(".said").first.inner_text()
    demand.locator(".said").first.click()
    page.wait_for_load_state()
    assert page.locator("#at").is_visible()
    marked = "".join(page.locator(".evidence").all_inner_texts())
    assert " ".join(marked.split()) in " ".join(said.split()) or " ".join(said.split()) in " ".join(marked.split())
    box = page.locator("#at").bounding_box()
    assert 0 <= box["y"] <= 900  # scrolled to
    shot(page, "evidence")
    watched.sound()


def test_an_event_is_corrected_in_the_browser_without_script_too(chromium, site, store):
    for script in (True, False):
        watched = Watched(chromium, site, java_script_enabled=script)
        article = next(a for a in store.articles() if a.headline and len(store.told(a.id).events) > 5)
        page = watched.go(f"/article/{article.id}")
        before = page.locator(".records").first.locator("> li").count()
        page.locator(".verdicts a").first.click()
        page.fill("input[name=who]", "سلمى")
        page.click("button[value=wrong]")
        page.wait_for_load_state()
        assert page.locator(".records").first.locator("> li").count() == before - 1
        assert "سلمى" in page.content()
        watched.sound()
    assert len(store.corrections()) == 2


def test_language_and_theme_are_switched_in_place_and_keys_step_through_lists(chromium, site):
    watched = Watched(chromium, site)
    page = watched.go("/?day=2024-01-05")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.click(".looks a[hreflang=en]")
    assert page.locator("html").get_attribute("dir") == "ltr"
    assert "day=2024-01-05" in page.url
    page.click(".looks a >> text=Dark")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto("/?day=2024-01-05")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.card') !== null")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_plots_are_pictures_in_both_directions(chromium, site, marsad, store, tmp_path):
    watched = Watched(chromium, site)
    page = watched.go("/actor?of=place:IRQ")
    assert page.evaluate("document.querySelector('.plot img').naturalWidth") > 300
    done = marsad("plot", "IRQ", "--png", tmp_path / "a.png", "--svg", tmp_path / "a.svg", "--archive", store.where)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "العدد" in (tmp_path / "a.svg").read_text(encoding="utf8")
    assert marsad("plot", "ABW", "--png", tmp_path / "b.png", "--archive", store.where).returncode == 1
    watched.sound()


DAYS = """() => { const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); let node;
  while (node = walk.nextNode()) for (const m of node.data.matchAll(/\\d{4}-\\d\\d-\\d\\d/g)) {
    const left = (a, b) => { const r = document.createRange(); r.setStart(node, m.index + a); r.setEnd(node, m.index + b); return r.getClientRects()[0]; };
    const year = left(0, 4), day = left(8, 10);
    if (year && day && Math.abs(year.top - day.top) < 3) out.push([m[0], year.left < day.left, node.data.trim().slice(0, 60)]); }
  return out; }"""


def test_days_are_read_from_year_to_day_beside_arabic(chromium, site, store):
    watched, dated = Watched(chromium, site), set()
    for name, path in (all_pages(store) | {"dossier": "/dossier?q=" + quote("ما مستقبل القوات الأميركية في العراق؟")}).items():
        seen = watched.go(path).evaluate(DAYS)
        assert [s for s in seen if not s[1]] == [], name
        dated |= {name} if seen else set()
    assert dated >= {"dossier", "today", "story", "article", "search", "actor", "pair"}
