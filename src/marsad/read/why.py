"""Why an event was read as it was: the facts that stand behind it, and the words whose absence would have changed the network's mind."""

from __future__ import annotations

from marsad.arabic.letters import fold
from marsad.arabic.words import words
from marsad.read import sentences
from marsad.read.decode import NEAR, near_id
from marsad.read.entities import standing
from marsad.read.lexicon import event_word
from marsad.read.see import places
from marsad.records import Event, Reading

TOLD = 3  # words that are named
LEAST = 0.02  # fall of the type's probability below which a word is not named


def why(text: str, reading: Reading, event: Event, fast: bool = False) -> list[str]:
    """Return the reasons for one event of a reading of `text`, a sentence each: what the knowledge files say of its trigger, what the network gave it and which words moved it
    (by leaving out one word at a time: Li, Monroe and Jurafsky 2016, arXiv:1612.08220), and for each role the mark before the mention and where its name is known from."""
    start, end = next((a, b) for a, b in sentences(text, 0, len(text)) if a <= event.trigger.start < b)
    sentence = text[start:end]
    tokens = words(sentence)
    trigger = text[event.trigger.start : event.trigger.end]
    known = event_word(trigger)
    out = [
        f"events.tsv knows «{trigger}» as {known.type} {known.mode}".rstrip() + f"; its stem names an event in {known.share:.0%} of its occurrences"
        if known
        else f"«{trigger}» is not in events.tsv"
    ]
    at = next(i for i, w in enumerate(tokens) if w.end > event.trigger.start - start)
    if not fast:
        out += _moved(sentence, at, event)
    hits, named = places(tokens), standing(tokens)
    for role, numbers in (("actor", event.actors), ("recipient", event.recipients), ("place", event.places), ("by", event.by)):
        for n in numbers:
            mention = reading.mentions[n]
            first = next((i for i, w in enumerate(tokens) if w.end > mention.start - start), None)
            if first is None or not start <= mention.start < end:
                continue
            mark = NEAR[near_id(tokens, first)]
            side = f"{abs(first - at)} word{'s' * (abs(first - at) != 1)} {'after' if first > at else 'before'} the trigger"
            source = next((f", entities.tsv: {k.entity.name}" for k in named if k.first <= first < k.end), "")
            source = source or next((f", places.tsv: {kind} of {hits.countries[a]}" for a, b, kind in hits.spans if a <= first <= b), "")
            out.append(f"{role} «{text[mention.start : mention.end]}»: {side}" + (f", after «{mark.strip('#')}»" if mark else "") + source)
    return out


def _moved(sentence: str, at: int, event: Event) -> list[str]:
    from marsad.read.model import bundled

    likely, without = bundled().without(sentence, at, event.type)
    tokens = words(sentence)
    fallen = sorted(((likely - p, i) for i, p in enumerate(without)), reverse=True)[:TOLD]
    told = ", ".join(f"«{tokens[i].text}» {likely:.2f} to {likely - fall:.2f}" for fall, i in fallen if fall >= LEAST and fold(tokens[i].text).isalnum())
    return [f"the network gives {event.type} {likely:.2f} here" + (f"; without a word it falls: {told}" if told else "; no single word moves it")]
