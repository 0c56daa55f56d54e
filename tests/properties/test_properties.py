"""What must hold for any text."""

from datetime import date
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from marsad.arabic.calendar import times
from marsad.arabic.letters import fold
from marsad.arabic.numbers import numbers
from marsad.arabic.words import parts, words
from marsad.archive.terms import may_have, search_terms
from marsad.dissect import dissect
from marsad.records import ROLES, Article, page_of
from marsad.spans import Folded

ARABIC = st.text(st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآةىئؤًٌٍَُِّْـ ٠١٢۳45,.،؛؟!«»\n\u200f\u200cﻻﷲabـ/-:"), max_size=300)
ANY = st.one_of(ARABIC, st.text(max_size=200))
HTML = st.lists(
    st.one_of(ANY, st.sampled_from(["<p>", "</p>", "<div class='related'>", "</div>", "<a href=x>", "</a>", "<br>", "<h1>", "<table><td>", "<!--", "-->", "<script>"])), max_size=30
).map("".join)


@given(ANY)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_a_text_may_have_every_term_it_has(text):
    for term in search_terms(text):
        assert may_have(text, {term}), term


@given(ANY, st.data())
def test_every_folded_span_unfolds_to_a_slice_that_folds_to_it(text, data):
    view = Folded(text)
    start = data.draw(st.integers(0, len(view.folded)))
    end = data.draw(st.integers(start, len(view.folded)))
    span = view.span(start, end)
    assert 0 <= span.start <= span.end <= len(text)
    assert view.folded[start:end] in fold(text[span.start : span.end])


@given(ANY)
def test_words_numbers_and_times_lie_in_bounds_and_in_order(text):
    for found in (words(text), numbers(text), times(text, date(2024, 1, 7))):
        ends = [0]
        for item in found:
            assert ends[-1] <= item.start < item.end <= len(text)
            ends.append(item.end)


@given(ANY)
def test_parts_join_to_the_word(text):
    for word in words(text):
        p = parts(word)
        pieces = [*p.prefixes, p.core, *([p.suffix] if p.suffix else [])]
        assert pieces[0][0] == word.start
        assert pieces[-1][1] == word.end
        assert all(a[1] == b[0] for a, b in pairwise(pieces))


@settings(deadline=None, max_examples=60)
@given(st.one_of(HTML, ANY).map(lambda t: t.encode("utf8", "surrogatepass")), st.sampled_from(["", "text/html", "text/plain"]))
def test_dissect_is_total_deterministic_and_its_blocks_are_spans(body, media_type):
    page = page_of(body, "p", media_type=media_type)
    first, second = dissect(page), dissect(page)
    assert first == second
    article, problems = first
    assert article is not None or problems
    if article:
        at = 0
        for block in article.blocks:
            assert at <= block.start < block.end <= len(article.text)
            assert "\n" not in article.text[block.start : block.end]
            assert block.role in ROLES
            assert 0 <= block.score <= 1
            at = block.end
        assert msgspec.json.decode(msgspec.json.encode(article), type=Article) == article


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_give_an_article_or_a_problem(body):
    article, problems = dissect(page_of(body, "p"))
    assert article is not None or problems
