"""Event words (`knowledge/events.tsv`): the PLOVER type and mode that a word has most often."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.arabic.words import Word, forms, parts, stem
from marsad.knowledge import rows

MODES = {
    "CONSULT": "visit third-party multilateral phone", "RETREAT": "withdraw release return disarm ceasefire access resign", "REQUEST": "assist change yield meet",
    "ACCUSE": "disapprove investigate allege", "REJECT": "assist change yield meet", "THREATEN": "restrict ban arrest relations expel territory violence rights",
    "PROTEST": "demo riot strike hunger boycott obstruct", "SANCTION": "withdraw discontinue expel convict", "MOBILIZE": "troops weapons police militia",
    "COERCE": "seize restrict ban censor curfew arrest deport withhold misinformation cyber",
    "ASSAULT": "abduct beat torture execute sexual assassinate destroy primitive firearms explosives suicide-attack aerial drone heavy-weapons crowd-control cleansing massacre unconventional",
}  # fmt: skip  # PLOVER's modes by type; a type that is not here has none


class EventWord(NamedTuple):
    """A known event word: PLOVER type, mode or "", form (past, present, noun, phrase or ""), how often it names an event where it stands (0 to 1; .4 when that is not known)."""

    type: str
    mode: str
    form: str
    share: float


@lru_cache(maxsize=200_000)
def key(word: str) -> str:
    """The stem under which a lexicon knows a word: light stem without the prefix of the present tense."""
    core = stem(word)
    return core[1:] if core[:1] in ("ي", "ت", "ن") and len(core) >= 4 else core


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, EventWord], dict[str, EventWord]]:
    whole: dict[str, EventWord] = {}
    stems: dict[str, EventWord] = {}
    for row in rows("events.tsv"):
        one = EventWord(row["type"], row["mode"], row["form"], float(row["share"] or 0.4))
        whole.setdefault(fold(row["word"]), one)
        if one.form != "phrase":
            stems.setdefault(key(row["word"]), one)
    return whole, stems


@lru_cache(maxsize=200_000)
def event_word(word: str) -> EventWord | None:
    """Return what is known of a word as written, clitics passed over; None when it names no event.

    >>> event_word("بالانسحاب")[:2], event_word("وقصفت")[:2], event_word("البرتقال")
    (('RETREAT', 'withdraw'), ('ASSAULT', 'heavy-weapons'), None)
    """
    whole, stems = _tables()
    for form in forms(word):
        if form in whole:
            return whole[form]
        if form[:1] in ("ي", "ت", "ن") and form.endswith("ه") and form[:-1] in whole:  # «تدعمه»
            return whole[form[:-1]]
    cut = parts(Word(0, len(word), word))
    return whole.get(fold(word[slice(*cut.core)])) or stems.get(key(word))
