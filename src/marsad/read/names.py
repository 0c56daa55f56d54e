"""Which mentions of an article mean one thing: the same name, a short name after the full one, a place with its country."""

from __future__ import annotations

import msgspec

from marsad.arabic.letters import fold
from marsad.arabic.words import forms, parts, words
from marsad.read.see import PLACES, gazetteer
from marsad.records import Mention

_TITLES = frozenset(fold("السيد الدكتور الشيخ الأمير الملك الرئيس الوزير النائب العميد اللواء الفريق الجنرال").split())


def resolve(text: str, mentions: list[Mention]) -> tuple[Mention, ...]:
    """Return the mentions with an entity_id where it is known: the registry's name where one comes in, else of a named person or organisation its fullest name
    told so far, of a country its ISO code.

    A person's short name («السوداني») takes the id of the one full name before it that ends or begins with it; when two could be meant it keeps its own.
    """
    full: dict[str, str] = {}
    lands: dict[str, str] = {}  # a short name is of the country of the full one
    out = []
    whole = {_name(text, m) for m in mentions if m.kind == "PER"}
    surnames = {name.split()[-1]: name for name in sorted(whole) if " " in name}  # of persons told in full anywhere: headlines give the surname first
    for mention in mentions:
        name = _name(text, mention)
        if mention.kind in ("LOC", "NOM") and not mention.entity_id and name.startswith("ال") and name in surnames and not _is_place(name):
            mention = _person(text, mention, surnames[name], mentions)
        if mention.entity_id:
            known_id = f"{mention.kind.lower()}:{fold(mention.entity_id)}"
            full[f"{mention.kind.lower()}:{name}"] = full[known_id] = known_id
            lands.setdefault(known_id, mention.country)
            out.append(msgspec.structs.replace(mention, entity_id=known_id))
            continue
        if mention.kind == "NOM" and name.startswith("ال") and " " not in name:  # «السوداني» after «محمد شياع السوداني» is no description
            ids = {i for k, i in full.items() if k.startswith("per:") and _short_of(name, k[4:])}
            if len(ids) == 1:
                known_id = ids.pop()
                out.append(msgspec.structs.replace(mention, kind="PER", entity_id=known_id, country=lands[known_id] or mention.country))
                continue
        if mention.kind == "NOM" or not name:
            out.append(mention)
            continue
        found = gazetteer().get(name)
        if mention.kind == "LOC" and found and found[0] == 0:
            out.append(msgspec.structs.replace(mention, entity_id=f"place:{found[1]}", country=found[1]))
            continue
        kind = mention.kind.lower()
        known = full.get(f"{kind}:{name}")
        if known is None:
            ends = {i for k, i in full.items() if kind == "per" and k.startswith("per:") and _short_of(name, k[4:])}
            known = ends.pop() if len(ends) == 1 else f"{kind}:{name}"
            full[f"{kind}:{name}"] = known
        lands.setdefault(known, mention.country)
        out.append(msgspec.structs.replace(mention, entity_id=known, country=lands[known] or mention.country))
    return tuple(out)


def _is_place(name: str) -> bool:
    return name in gazetteer() and PLACES[gazetteer()[name][0]] != "demonym"


def _person(text: str, mention: Mention, full: str, mentions: list[Mention]) -> Mention:
    """A demonym that is the surname of a person told in full elsewhere («السوداني» of «محمد شياع السوداني») as that person."""
    who = next(m for m in mentions if m.kind == "PER" and _name(text, m) == full)
    return msgspec.structs.replace(mention, kind="PER", country=who.country, sector=who.sector, entity_id=who.entity_id or full)


def _short_of(short: str, name: str) -> bool:
    a, b = short.split(), name.split()
    return len(a) < len(b) and (b[-len(a) :] == a or b[: len(a)] == a)


def _name(text: str, mention: Mention) -> str:
    """The folded name without glued conjunction or preposition and without titles."""
    tokens = words(text[mention.start : mention.end])
    if not tokens:
        return ""
    first = fold(tokens[0].text)
    cut = [tokens[0].text[a - tokens[0].start : b - tokens[0].start] for a, b in parts(tokens[0]).prefixes]
    if mention.start and len(tokens) == 1 and cut and cut[0] in ("و", "ف") and len(first) > 5:
        first = first[1:]
    rest = [fold(t.text) for t in tokens[1:]]
    if mention.kind == "LOC":  # «وفرنسا», «بإسرائيل»: whatever is glued to a known place is no part of its name
        known = next((whole for form in forms(tokens[0].text) if (whole := " ".join([form, *rest])) in gazetteer()), None)
        if known:
            return known
    return " ".join(w for w in [first, *rest] if w not in _TITLES)
