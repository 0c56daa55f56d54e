"""Composed pages for training: the same layout retold with other articles (ANT corpus), and the same lines dressed as HTML.

Labels stay exact because a line keeps its role and only its words or its element change.
"""

from __future__ import annotations

import html
import random
import re
import tarfile
from collections import Counter
from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from labelled import Labelled
from marsad.dissect.lines import html_lines, is_menu, plain_lines

ANT = Path(__file__).parents[2] / "shared/data/news/antcorpus.tar.xz"
ARTICLE = {"headline", "standfirst", "body", "byline", "date", "caption"}
SEE_ALSO = re.compile(r"\W*(?:اقرأ|اقرا|شاهد|طالع|مواضيع)[^:]{0,15}:")
SECTIONS = [
    "الرئيسية",
    "أخبار",
    "سياسة",
    "اقتصاد",
    "رياضة",
    "ثقافة",
    "فن",
    "صحة",
    "تكنولوجيا",
    "منوعات",
    "رأي",
    "فيديو",
    "صور",
    "محليات",
    "عربي",
    "دولي",
    "مجتمع",
    "تحقيقات",
    "بودكاست",
    "مقالات",
    "كتاب",
    "العالم",
    "الوطن",
    "الأرشيف",
    "حوادث",
    "تعليم",
]
FOOT = ["من نحن", "اتصل بنا", "سياسة الخصوصية", "شروط الاستخدام", "أعلن معنا", "خريطة الموقع", "هيئة التحرير", "RSS", "جميع الحقوق محفوظة"]
NOTICES = (
    "ما ينشر هنا من آراء يخص أصحابه وحدهم ولا يمثل بالضرورة موقف الموقع أو العاملين فيه.",
    "المقالات تعبر عن آراء كتابها، ولا تتحمل المجلة أي مسؤولية عما يرد فيها.",
    "يسعدنا أن نقرأ رأيك، ونرجو أن تطلع على شروط النشر قبل إرسال تعليقك لأن فريقنا يراجع كل مشاركة ويحذف ما يخالفها.",
    "مقال طويل واحد يصلك كل أسبوع على بريدك، اختاره محررونا من أفضل ما نشر.",
    "تبقى لك قراءة مقالتين مجانا هذا الشهر. سجل الدخول أو اشترك لتقرأ بلا حدود.",
    "إذا وجدت خطأ في هذا الخبر فأبلغنا به عبر نموذج التصحيح أسفل الصفحة.",
    "حمل تطبيقنا على هاتفك لتصلك الأخبار العاجلة لحظة وقوعها.",
    "https://www.example.org/news/202003171044893040-%D9%85%D8%B5%D8%B1-%D8%AA%D8%B3%D8%AC%D9%84/",
    "نرحب بآراء القراء ونرجو الالتزام بآداب الحوار، وتحتفظ إدارة الموقع بحقها في حذف كل تعليق يتضمن إساءة أو تجريحا أو دعوة إلى الكراهية، ولا تتحمل مسؤولية ما ينشر فيه.",
    "التعليقات المنشورة تعبر عن آراء أصحابها ولا تعبر بالضرورة عن رأي الموقع، ولن ينشر أي تعليق قبل مراجعته من فريق التحرير.",
    "يستخدم هذا الموقع ملفات تعريف الارتباط لتحسين تجربتكم. باستمراركم في التصفح فإنكم توافقون على سياسة الخصوصية المعمول بها لدينا.",
    "اشترك في نشرتنا البريدية ليصلك كل صباح ملخص لأهم الأخبار والتحليلات، ويمكنك إلغاء الاشتراك في أي وقت تشاء.",
    "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *",
    "جميع المواد المنشورة في هذا الموقع محمية بحقوق الملكية الفكرية ولا يجوز نقلها أو إعادة نشرها دون إذن خطي مسبق من المؤسسة.",
)
NAMES = {
    "headline": ("entry-title", "article-title", "post-title", "title", "news-title", "", "main-heading"),
    "standfirst": ("subtitle", "standfirst", "summary", "lead", "", "article-intro"),
    "body": ("", "", "", "text"),
    "byline": ("author", "byline", "writer", "", "meta"),
    "date": ("date", "published", "post-date", "time", "", "meta"),
    "caption": ("caption", "wp-caption-text", "img-desc", "", "credit"),
    "teaser_title": ("", "title", "post-title", "entry-title", "item-title", "headline"),
    "teaser_text": ("excerpt", "summary", "", "desc"),
    "label": ("tag", "category", "section-title", "", "breadcrumb", "tags"),
    "boilerplate": ("", "share", "menu", "ad", "counter", "social", "newsletter", "copyright", "comment"),
}
ELEMENTS = {
    "headline": ("h1", "h1", "h1", "h1", "h2", "div"),
    "standfirst": ("h2", "p", "p", "div", "h3"),
    "body": ("p",) * 9 + ("div", "h3"),
    "byline": ("div", "p", "div", "li"),
    "date": ("time", "div", "div", "p"),
    "caption": ("figcaption", "figcaption", "p", "div"),
    "teaser_title": ("h3", "li", "div", "h4", "h2", "p"),
    "teaser_text": ("p", "div", "p"),
    "label": ("h3", "li", "div", "h4", "a"),
    "boilerplate": ("li", "div", "p", "div"),
}
LINKED = {"teaser_title": 0.95, "label": 0.5, "boilerplate": 0.45, "byline": 0.3}
AROUND = {
    "article": ("article", "main", "div class='article-body'", "div class='entry-content'", "div class='post-content'", "div", "div", "td", "section class='details'"),
    "teasers": (
        "div class='related-posts'",
        "aside",
        "div class='widget'",
        "ul class='most-read'",
        "div",
        "section",
        "div class='latest-news'",
        "div class='sidebar'",
        "div class='item'",
    ),
    "rest": ("nav", "footer", "header", "div", "div class='menu'", "ul", "div class='social-share'", "section class='comments'", "form"),
}


@cache
def articles() -> list[tuple[str, list[str]]]:
    """Title and sentences of the ANT articles that have both."""
    out = []
    with tarfile.open(ANT) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith(".txt"):
                raw = tar.extractfile(member).read().decode("utf8", "replace")  # type: ignore[union-attr]
                title = re.search(r"<TITLE>(.*?)</TITLE>", raw, re.S)
                text = re.search(r"<TEXT>(.*?)</TEXT>", raw, re.S)
                sentences = [t.strip() + "." for t in re.split(r"\.\s|\n", text[1]) if len(t.strip()) > 30] if text else []
                if title and len(title[1].strip()) > 20 and len(sentences) > 2:
                    out.append((title[1].strip(), sentences))
    return out


def retold(page: Labelled, rng) -> Labelled:
    """Return the page with the words of headline, body and teasers taken from other articles, a line for a line.

    A third of the time the other stories share the longest word of the headline, as related stories do.
    """
    title, queue = rng.choice(articles())
    queue, keep_teasers = list(queue), rng.random() < 0.3
    word = max(title.split(), key=len)[:6]
    others = [t for t, _ in rng.sample(articles(), 60)]
    if rng.random() < 0.35:
        others = [t for t, _ in rng.sample(articles(), 1500) if word in t and t != title][:12] + others
    given: dict[str, str] = {}
    out, at = [], 0
    for line, role in zip(plain_lines(page.text), page.roles, strict=True):
        put = old = page.text[line.start : line.end]
        if role == "headline" and len(old) > 15:
            put = title
        elif role == "body" and len(old) > 80 and queue:
            put = queue.pop(0)
            while queue and len(put) < 0.6 * len(old):
                put += " " + queue.pop(0)
        elif role == "teaser_title" and not keep_teasers and 20 < len(old) < 110 and others:
            mark = old[: old.find(":") + 1] + " " if SEE_ALSO.match(old) else ""
            given[old.strip()] = given.get(old.strip()) or others.pop(0)
            put = mark + given[old.strip()]
        elif role == "teaser_text" and not keep_teasers and len(old) > 60:
            put = rng.choice(rng.choice(articles())[1])[: len(old)] + "..."
        out += [page.text[at : line.start], put]
        at = line.end
    return whole(Labelled(page.name + "-retold", "".join([*out, page.text[at:]]), page.roles), one_page=page)


def _rows(page: Labelled) -> list[tuple[str, str]]:
    """The page as (line with what parts it from the line before, role)."""
    out, at = [], 0
    for line, role in zip(plain_lines(page.text), page.roles, strict=True):
        out.append((page.text[at : line.end], role))
        at = line.end
    return out


def _zones(page: Labelled) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """What stands before the article, the article, what stands after it; all in the first zone when the page has none."""
    rows = _rows(page)
    head = next((i for i, (_, r) in enumerate(rows) if r == "headline"), len(rows))
    last = max((i for i, (_, r) in enumerate(rows) if r == "body"), default=-1)
    return (rows[:head], rows[head : last + 1], rows[last + 1 :]) if head < last else (rows, [], [])


def spliced(pages: list[Labelled], rng) -> Labelled:
    """Return a new page: what stands before the article from one page, the article of another, what stands after from a third.

    Sometimes the article is left out (a listing), sometimes only its headline (a page that lost it).
    """
    one, two, three = (_zones(page) for page in rng.sample(pages, 3))
    article = two[1] or _zones(rng.choice(pages))[1]
    before = one[0] if one[1] else []
    kind = rng.random()
    if kind < 0.05:
        article = [row for row in article if row[1] != "headline"]
    elif kind < 0.11:
        article = []
    rows = [*before, *article, *three[2]] or one[0]
    text = ""
    for i, (line, _) in enumerate(rows):
        text += line if i == 0 or line.startswith("\n") else "\n" + line
    return whole(Labelled("spliced", text, [role for _, role in rows]), one_page=rng.choice(pages))


def whole(page: Labelled, one_page: Labelled) -> Labelled:
    """Return the page, or the other one when composing left it with so few lines that it counts as one huge line."""
    return page if page.roles and len(plain_lines(page.text)) == len(page.roles) else one_page


def run_on(page: Labelled):
    """Return (lines, text, roles) of the page flattened once more, to one huge line cut by `marsad.dissect.run_on`; None when it comes out too short for that.

    A piece takes the role of most of its characters.
    """
    text, owners = "", []
    for line, role in zip(plain_lines(page.text), page.roles, strict=True):
        words = " ".join(page.text[line.start : line.end].split()) + " "
        text += words
        owners += [role] * len(words)
    lines = plain_lines(text)
    if len(lines) < 3:
        return None
    return lines, text, [Counter(owners[line.start : line.end]).most_common(1)[0][0] for line in lines]


LATIN = str.maketrans({**dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآؤئء", "abtjghxdzrzscsdtzegfqklmnhwiaaaaawye", strict=True)), "،": ",", "؟": "?", "؛": ";"})


def latin(page: Labelled) -> Labelled:
    """Return the page in Latin letters, one for one: no word of it is known then, as on a page in a language the model never saw."""
    return Labelled(page.name + "-latin", page.text.translate(LATIN), page.roles)


def _element(role: str, text: str, rng, dumb: bool) -> str:
    tag = "div" if dumb else rng.choice(ELEMENTS[role])
    name = "" if dumb or rng.random() < 0.3 else rng.choice(NAMES[role])
    inner = html.escape(text)
    if rng.random() < LINKED.get(role, 0.02):
        inner = f"<a href='/x/{rng.randrange(9999)}'>{inner}</a>"
    if tag == "a":
        tag = "div"
    return f"<{tag}{f' class={name!r}' if name else ''}>{inner}</{tag}>"


def _links(items: list[str], around: str, role: str, out: list[str], roles: list[str]) -> None:
    out.append(f"<{around}>")
    for item in items:
        out.append(f"<li><a href='/s'>{html.escape(item)}</a></li>")
        roles.append(role)
    out.append(f"</{around.split()[0]}>")


def as_html(page: Labelled, rng=random):
    """Return (lines, text, roles) of the page's lines dressed as a web page with menus, sidebar teasers and a footer around them."""
    if rng.random() < 0.5:
        page = retold(page, rng)
    dumb = rng.random() < 0.2
    out, roles, zone, around = ["<html><body>"], [], "", "div"
    _links(rng.sample(SECTIONS, rng.randrange(3, 20)), rng.choice(AROUND["rest"][:6]), "boilerplate", out, roles)
    side = [t for t, _ in rng.sample(articles(), rng.randrange(0, 25))]
    if rng.random() < 0.3:
        _links(side, rng.choice(AROUND["teasers"]), "teaser_title", out, roles)
        side = []
    kinds = [("article" if r in ARTICLE else "teasers" if r.startswith("teaser") else "rest" if r == "boilerplate" else "") for r in page.roles]
    for i, (line, role) in enumerate(zip(plain_lines(page.text), page.roles, strict=True)):
        text = page.text[line.start : line.end].strip()
        kind = kinds[i] or (kinds[i + 1] if i + 1 < len(kinds) else "rest") or "rest"
        if kind != zone and not (zone == "article" and "article" in kinds[i:] and rng.random() < 0.7):
            if zone:
                out.append(f"</{around.split()[0]}>")
            zone, around = kind, "div" if dumb else rng.choice(AROUND[kind])
            out.append(f"<{around}>")
        if not any(c.isprintable() and not c.isspace() for c in text):
            return plain_lines(page.text), page.text, page.roles
        out.append(_element(role, text, rng, dumb))
        roles.append(role)
    out.append(f"</{around.split()[0]}>")
    if rng.random() < 0.5:
        for notice in rng.sample(NOTICES, rng.randrange(1, 4)):
            out.append(f"<p>{notice}</p>" if rng.random() < 0.5 else f"<div class='comments'>{notice}</div>")
            roles.append("boilerplate")
    if side:
        _links(side, rng.choice(AROUND["teasers"]), "teaser_title", out, roles)
    _links(rng.sample(FOOT, 5), rng.choice(AROUND["rest"]), "boilerplate", out, roles)
    text, lines = html_lines(LexborHTMLParser("".join(out) + "</body></html>"))
    if len(lines) != len(roles):
        return plain_lines(page.text), page.text, page.roles
    kept = [i for i, line in enumerate(lines) if not is_menu(line)]
    return [lines[i] for i in kept], text, [roles[i] for i in kept]
