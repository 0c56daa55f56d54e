"""Which language a text is in: enough to tell what the Arabic reader may read from what it must pass over."""

from __future__ import annotations

import re

from marsad.arabic.letters import arabic_share, letter_count

_FAMILY = {"fa": re.compile(r"[پچژگ]|\bاست\b|\bاین\b"), "ur": re.compile(r"[ٹڈڑںے]"), "ckb": re.compile(r"[ێۆڵڕۊ]")}
_LATIN = {
    "en": frozenset(["the", "of", "and", "to", "in", "that", "for", "is", "was", "with", "from", "by", "on"]),
    "fr": frozenset(["le", "la", "les", "des", "et", "du", "une", "dans", "que", "pour", "est", "par", "sur"]),
    "es": frozenset(["el", "los", "las", "del", "que", "una", "por", "con", "para", "es", "en", "y"]),
    "de": frozenset(["der", "die", "das", "und", "den", "von", "mit", "ist", "auf", "für", "dem", "ein"]),
    "tr": frozenset(["ve", "bir", "bu", "için", "ile", "olarak", "da", "de", "olan", "daha"]),
}


def language_of(text: str) -> str:
    """Return a BCP-47 code: "ar", "fa", "ur", "ckb", a Latin-script guess, or "und" when there is too little to tell.

    >>> language_of("قال المتحدث باسم الوزارة"), language_of("The minister said that the talks"), language_of("123")
    ('ar', 'en', 'und')
    """
    sample = text[:800]
    letters = letter_count(sample)
    if letters < 8:
        return "und"
    if arabic_share(sample) >= 0.4:
        counts = {code: len(pattern.findall(sample)) for code, pattern in _FAMILY.items()}
        code = max(counts, key=lambda c: counts[c])
        return code if counts[code] > 0.02 * letters else "ar"
    words = re.findall(r"[^\W\d_]+", sample.lower())
    hits = {code: sum(w in common for w in words) for code, common in _LATIN.items()}
    code = max(hits, key=lambda c: hits[c])
    return code if hits[code] > 0.08 * len(words) else "und"
