"""What full text is searched by: stems, the same list for both databases."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from marsad.arabic.letters import fold
from marsad.arabic.words import stem, tokens

APART = 8  # positions between headline and body, so that no phrase runs over
_NO_LETTERS = re.compile(r"[\W_]+")
FARTHEST, MOST = 16_000, 250  # what a tsvector holds: positions, and positions of one lexeme


def search_terms(text: str) -> list[str]:
    """Return the stems of a text in order, letters and digits alone, Latin in lower case.

    >>> search_terms("والمتظاهرون في Gaza، 1,200")
    ['متظاهر', 'في', 'gaza', '1200']
    """
    return [term for token in tokens(text) if (term := term_of(token))]


@lru_cache(maxsize=200_000)
def term_of(word: str) -> str:
    """Return the stem that one token is searched by, "" for a mark."""
    bare = "".join(c for c in fold(word).lower() if c.isalnum())
    return "".join(c for c in stem(bare) if c.isalnum()) or bare


def may_have(text: str, terms: Collection[str]) -> bool:
    """Whether a text may have one of some terms: a stem is a stretch of its word, so a text without the stretch has no such word. Spares most texts from being taken apart.

    >>> may_have("انسحبت القوات", {"قو"}), may_have("انسحبت القوات", {"طائر"})
    (True, False)
    """
    bare = _NO_LETTERS.sub("", fold(text).lower())
    return any(term in bare for term in terms)


def lexemes(head: Sequence[str], body: Sequence[str]) -> str:
    """Return the text of a tsvector: every term with its positions, those of the headline with weight A."""
    places: dict[str, list[str]] = {}
    for n, term in enumerate(head, 1):
        places.setdefault(term, []).append(f"{min(n, FARTHEST)}A")
    for n, term in enumerate(body, len(head) + APART):
        places.setdefault(term, []).append(str(min(n, FARTHEST)))
    return " ".join(f"'{term}':{','.join(dict.fromkeys(at[:MOST]))}" for term, at in sorted(places.items()))
