"""From the network's scores to spans, and what it is told of a trigger and a mention as a pair. Shared by `read` and `training/reader.py`."""

from __future__ import annotations

import numpy as np

from marsad.arabic.letters import fold
from marsad.arabic.words import Word
from marsad.read.lexicon import event_word
from marsad.read.see import KINDS, Numbers, gazetteer

ROLES = ("actor", "recipient", "place", "by")
STATUS = ("asserted", "denied", "planned", "demanded", "possible", "historical")
TAGS = ("O", *(f"{p}-{k}" for k in KINDS for p in "BI"))
_WORDS = "في علي الي من عن مع ضد بين حول بشان خلال منذ حتي لدي عند امام بعد قبل تجاه نحو داخل خارج قرب وسط ان انه الذي التي وفق حسب بحسب قال"
NEAR = ("", *fold(_WORDS).split(), ",", ".", ":", '"', "(", ")", "#ب", "#ل", "#ك", "#و")  # what may stand before a mention, folded; # for a glued letter
SPOKEN = frozenset({"AGREE", "SUPPORT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "STATE"})  # verbs of these are hardly ever in the passive
SUBJECT = 1.0  # log odds that the noun right after such a verb speaks
EXPOSED, SURE = 12, 4.0  # words back to «تعرض»; log odds of what a frame settles
PAIR = 18  # columns of pair_features


def near_id(words: list[Word], i: int) -> int:
    """The preposition or mark glued to word i or before it."""
    word = fold(words[i].text)
    glued = NEAR.index("#" + word[0]) if len(word) > 3 and "#" + word[0] in NEAR else 0
    before = fold(words[i - 1].text) if i else ""
    return NEAR.index(before) if before in NEAR and before else glued


def pair_features(words: list[Word], trigger: int, mentions: list[tuple[int, int]]) -> Numbers:
    """For a trigger and each mention (first and last word): side, distance, rank among mentions on that side, marks between."""
    out = np.zeros((len(mentions), PAIR), np.float32)
    for j, (a, b) in enumerate(mentions):
        after = a > trigger
        low, high = (trigger + 1, a) if after else (b + 1, trigger)
        rank = sum(low <= x < high for x, _ in mentions)
        gap = max(0, high - low)
        between = {words[i].text for i in range(low, high)}
        out[j, [0 if after else 1, 2 + min(rank, 4) + (5 if after else 0)]] = 1
        out[j, 12:18] = gap == 0, min(gap, 20) / 10, "،" in between or "," in between, "." in between or "؛" in between, bool(between & {'"', "«", "»", ":"}), a <= trigger <= b
    return out


def spans_of(tags: Numbers) -> tuple[list[tuple[int, int]], list[str]]:
    """Spans and kinds by the best sequence of B, I and O, I only after B or I of its kind."""
    n, k = tags.shape
    best, back = tags[0].copy(), np.zeros((n, k), int)
    allowed = np.zeros((k, k), np.float32)
    for j in range(2, k, 2):
        allowed[:, j] = -1e9
        allowed[j, j] = allowed[j - 1, j] = 0
        best[j] = -1e9
    for i in range(1, n):
        options = best[:, None] + allowed
        back[i] = options.argmax(0)
        best = options.max(0) + tags[i]
    path = [int(best.argmax())]
    for i in range(n - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    path.reverse()
    spans, kinds = [], []
    for i, tag in enumerate(path):
        if tag % 2 == 1:
            spans.append((i, i))
            kinds.append(KINDS[tag // 2])
        elif tag:
            spans[-1] = (spans[-1][0], i)
    return spans, kinds


def framed(words: list[Word], trigger: int, mentions: list[tuple[int, int]], scores: Numbers) -> None:
    """Change the role scores (mentions x ROLES) in place where the frame leaves no doubt: an adjective of a state on the trigger acts («غارة إسرائيلية», ruling 1 of
    READING.md), the noun right after a verb of speech speaks if nobody else does, and what is «exposed to» the event («تعرضت القواعد لهجمات») is its target."""
    exposed = next((i for i in range(max(0, trigger - EXPOSED), trigger) if fold(words[i].text).lstrip("وف").startswith(("تعرض", "يتعرض"))), None)
    told = event_word(words[trigger].text)
    starts = {a for a, _ in mentions}
    says = told is not None and told.form in ("past", "present") and told.type in SPOKEN and not (scores[:, 0] > SUBJECT / 2).any()
    for j, (a, b) in enumerate(mentions):
        if says and a == trigger + 1 and b + 1 not in starts and NEAR[near_id(words, a)] in ("", "قال"):  # the subject follows its verb; of title and name the name is it
            scores[j, :2] = max(SUBJECT, scores[j, 0]), min(-SUBJECT, scores[j, 1])
        if a == b == trigger + 1 and gazetteer().get(fold(words[a].text), (0, ""))[0] == 2:
            scores[j] = SURE, -SURE, -SURE, -SURE
        elif exposed is not None and exposed < a <= exposed + 2:
            scores[j] = -SURE, SURE, -SURE, -SURE


def together(words: list[Word], mentions: list[tuple[int, int]], scores: Numbers) -> None:
    """Change the role scores in place: what «و» joins to a mention right before it is target and place where that is («الأراضي العراقية والسورية»)."""
    for j in range(1, len(mentions)):
        first = mentions[j][0]
        if mentions[j - 1][1] == first - 1 and len(words[first].text) > 3 and words[first].text.startswith("و"):
            scores[j, 1:3] = np.maximum(scores[j, 1:3], scores[j - 1, 1:3])
