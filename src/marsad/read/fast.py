"""The fast gear: events by the lexicon, names by the registry and the gazetteer, roles by prepositions and order. No network; far quicker, and coarser."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np

from marsad.arabic.letters import fold
from marsad.arabic.words import Word, forms, words
from marsad.read.decode import NEAR, PAIR, ROLES, framed, near_id, pair_features
from marsad.read.entities import Entity, land_of, lands, standing
from marsad.read.lexicon import event_word
from marsad.read.mend import Spans, actors
from marsad.read.see import KINDS, TYPES, Numbers, places
from marsad.read.told import Found, Told, drop_idle

VERBAL = frozenset({"AGREE", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "STATE"})
LIKELY = 0.35  # least share of its occurrences in which a word must name an event
_NOT, _IF = frozenset(fold("لم لن لا ما ليس ليست عدم دون").split()), frozenset(fold("قد ربما إذا لو يمكن احتمال محتمل محتملة").split())
_WILL = frozenset(fold("سوف يعتزم تعتزم ينوي تنوي المقرر المزمع").split())
_SAYS = frozenset(fold("أن إن بأن أنه إنه أنها إنها بأنه بأنها").split())
_DONE_TO = frozenset(fold("مقتل قتل استشهاد إصابة اغتيال اعتقال إعدام خطف مصرع").split())  # nouns whose possessor is the one it is done to


@lru_cache(maxsize=1)
def _weights() -> tuple[Numbers, ...]:
    with as_file(files("marsad.models").joinpath("fast.npz")) as path, np.load(path, allow_pickle=False) as data:
        return tuple(data[k].astype(np.float32) for k in "abcd")


def named(tokens: list[Word]) -> tuple[Spans, list[str], dict[tuple[int, int], Entity]]:
    """Return the mentions that knowledge alone finds, the country of each word, and the known entities among the mentions."""
    folded = [fold(w.text) for w in tokens]
    hits, known = places(tokens), standing(tokens)
    names = {(k.first, k.end - 1): k.entity for k in known}
    spans: Spans = [(a, b, e.kind) for (a, b), e in names.items()]
    taken = {i for a, b, _ in spans for i in range(a, b + 1)}
    for a, b, kind in hits.spans:
        if kind == "country" and not taken & set(range(a, b + 1)):
            spans.append((a, b, "LOC"))
            taken |= set(range(a, b + 1))
    for a, b in _described(tokens, folded, hits.countries):
        if not taken & set(range(a, b + 1)):
            spans.append((a, b, "NOM"))
            taken |= set(range(a, b + 1))
    for a, b, kind in hits.spans:  # «غارة أميركية»
        if kind == "demonym" and a and a not in taken and (told := event_word(tokens[a - 1].text)) and told.form in ("noun", ""):
            spans.append((a, b, "NOM"))
    return sorted(spans), lands(hits.countries, known), names


def pair_numbers(tokens: list[Word], trigger: int, kind: str, spans: Spans) -> Numbers:
    """Return what the fast gear knows of a trigger and each mention (mentions x features)."""
    out = np.zeros((len(spans), PAIR + len(NEAR) + len(KINDS) + len(TYPES) + 6), np.float32)
    if not spans:
        return out
    out[:, :PAIR] = pair_features(tokens, trigger, [(a, b) for a, b, _ in spans])
    known = event_word(tokens[trigger].text)
    form = ("past", "present", "noun").index(known.form) if known and known.form in ("past", "present", "noun") else 3
    word = fold(tokens[trigger].text)
    for n, (a, _, name) in enumerate(spans):
        at = PAIR
        for size, one in ((len(NEAR), near_id(tokens, a)), (len(KINDS), KINDS.index(name)), (len(TYPES), TYPES.index(kind))):
            out[n, at + one] = 1
            at += size
        out[n, at + form] = 1
        out[n, at + 4 :] = word.lstrip("وبل") in _DONE_TO, word.endswith("ت")
    return out


def read_fast(sentence: str, home: str = "") -> tuple[list[Found], list[Told]]:
    """Return the mentions and events of one sentence by knowledge alone, offsets into it; home as in `Reader.read`. The score of an event is how often its word names one."""
    tokens = words(sentence)
    folded = [fold(w.text) for w in tokens]
    spans, spoken, names = named(tokens)
    found = []
    for a, b, kind in spans:
        entity = names.get((a, b))
        inside, near = land_of(a, b, spoken)
        country = entity.country if entity else inside or (near if kind == "NOM" else "") or ("" if kind == "LOC" else home)
        sector = entity.sector if entity else "" if kind == "LOC" else next((actors()[f] for f in forms(tokens[a].text) if f in actors()), "UNK")
        found.append(Found(tokens[a].start, tokens[b].end, kind, country, sector, 1.0, entity.name if entity else None))
    inside_names = {i for a, b, kind in spans for i in range(a, b + 1)}
    events = [e for i in range(len(tokens)) if i not in inside_names and (e := _event(tokens, folded, i, spans))]
    return drop_idle(found, events, [False] * len(found))


def _described(tokens: list[Word], folded: list[str], countries: list[str]) -> list[tuple[int, int]]:
    """A head noun of unnamed actors with the adjectives after it, a number before it."""
    out, at = [], 0
    while at < len(tokens):
        if any(f in actors() for f in forms(tokens[at].text)):
            end = at
            while (
                end + 1 < len(tokens)
                and end - at < 3
                and (countries[end + 1] or (folded[end + 1].startswith("ال") and folded[at].startswith(("ال", "وال", "بال", "لل"))))
                and not event_word(tokens[end + 1].text)
            ):
                end += 1
            out.append((at - 1 if at and folded[at - 1].isdigit() else at, end))
            at = end
        at += 1
    return out


def _event(tokens: list[Word], folded: list[str], at: int, spans: Spans) -> Told | None:
    known = event_word(tokens[at].text)
    if known is None or known.form == "phrase" or known.share < LIKELY or len(folded[at]) < 3:
        return None
    one, two, three, four = _weights()
    scores = np.maximum(pair_numbers(tokens, at, known.type, spans) @ one.T + two, 0) @ three.T + four
    framed(tokens, at, [(a, b) for a, b, _ in spans], scores)
    for n, (a, _, _) in enumerate(spans):  # the subject follows its verb
        if a == at + 1 and known.form in ("past", "present") and NEAR[near_id(tokens, a)] in ("", "قال"):
            scores[n, 0] = max(scores[n, 0], 1)
    roles = {role: [int(n) for n in np.flatnonzero(scores[:, k] > 0)] for k, role in enumerate(ROLES)}
    back = set(folded[max(0, at - 2) : at])
    status = "denied" if back & _NOT else "planned" if back & _WILL or folded[at].startswith("سي") else "possible" if back & _IF else "asserted"
    return Told(tokens[at].start, tokens[at].end, known.type, known.mode, roles, _content(tokens, folded, at) if known.type in VERBAL else None, status, known.share)


def _content(tokens: list[Word], folded: list[str], at: int) -> tuple[int, int] | None:
    """What follows «أن» or a colon, to the end of the clause."""
    start = next((i for i in range(at + 1, min(at + 12, len(tokens))) if folded[i] in _SAYS or tokens[i].text == ":"), None)
    if start is None:
        start = at + 1 if at + 1 < len(tokens) and folded[at + 1][:1] in ("ب", "ا") else None
    if start is None:
        return None
    end = next((i for i in range(start + 3, len(tokens)) if tokens[i].text in ("،", ",", "؛", ".")), len(tokens))
    return (tokens[start].start, tokens[end - 1].end) if end > start else None
