"""Forecasts against baselines, on real conflict counts and on simulated pairs whose truth is known; and a dossier over 28,000 articles.

    python bench/outlook.py                 all
    python bench/outlook.py --forecasts --every 3
    python bench/outlook.py --dossier

Counts: ../shared/data/series (UCDP GED 25.1, fatalities by country and month 1989-2024; events by actor pair and week, Syria 2016-2019): a test; how often it was looked at is told in docs/decisions/0009. Rolling origins, horizons 1 to 12; at each origin the forecaster knows
the past alone, of all series of the file, learns from it a period at a time and chooses between the mixture and the baselines by it. Bands by the mean count of the year before the origin. Gaza and the West Bank count under ISR in that file; in readings they are PSE.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does

import numpy as np

from marsad.outlook.forecast import BASELINES, LEAST, LEAST_SOME, Backtest, Pool, crps, made, pit, quantiles
from marsad.outlook.together import together

SHARED = Path(__file__).parents[2] / "shared"
HORIZON = 12
BANDS = ((0.0, 1.0, "below 1"), (1.0, 10.0, "1-10"), (10.0, 100.0, "10-100"), (100.0, float("inf"), "more"))


def series(name: str, kind: str) -> dict[str, list[float]]:
    """The series of a file, by unit."""
    out: dict[str, list[float]] = defaultdict(list)
    with (SHARED / "data/series" / name).open(encoding="utf8") as source:
        for row in csv.DictReader(source):
            if row["kind"] == kind:
                out[row["unit"]].append(float(row["count"]))
    return dict(out)


def simulated(count: int = 60, length: int = 240, seed: int = 5) -> list[tuple[list[float], list[Pool]]]:
    """Pairs of three kinds, with the distribution one period ahead of who knows how they are made: calm or at war (two states, negative binomial counts); contagious (the mean follows what came before, as in
    an integer GARCH); drifting (the logarithm of the mean walks with heavy-tailed steps, and rests at nothing now and then)."""
    rng = np.random.default_rng(seed)
    out = []
    for n in range(count):
        counts: list[float] = []
        truth: list[Pool] = []
        size = float(rng.uniform(0.5, 3.0))  # of the negative binomial: the smaller, the heavier its tail
        scale = float(np.exp(rng.uniform(-1.5, 6.5)))
        quiet = rng.random() < 0.6  # most pairs have nothing to tell most of the time

        def drawn(mean: float, size: float = size, many: int = 600) -> np.ndarray:
            return rng.negative_binomial(size, size / (size + mean), many).astype(float)

        if n % 4 == 0:
            means, stay, state = (0.02 if quiet else scale / 30, scale), (rng.uniform(0.9, 0.99), rng.uniform(0.7, 0.99)), 0
            draws = [drawn(m, many=3000) for m in means]
            for _ in range(length):
                ahead = stay[1] if state else 1 - stay[0]
                truth.append(made(np.concatenate(draws), np.repeat([(1 - ahead) / 3000, ahead / 3000], 3000)))
                state = int(rng.random() < ahead)
                counts.append(float(rng.choice(draws[state])))
        elif n % 4 == 1:
            alpha, beta = rng.uniform(0.2, 0.6), rng.uniform(0.1, 0.35)
            base, mean = scale * (1 - alpha - beta) / 3, scale / 3
            for _ in range(length):
                some = drawn(mean)
                truth.append(made(some, np.ones(len(some))))
                counts.append(float(rng.choice(some)))
                mean = base + alpha * counts[-1] + beta * mean
        else:
            walk, home, resting = 0.0, rng.uniform(0.0, 0.03), False
            for _ in range(length):
                steps = rng.standard_t(3, 400) * 0.35
                awake = rng.random(400) < ((0.06 if quiet else 0.3) if resting else (0.85 if quiet else 0.98))
                some = rng.negative_binomial(size, size / (size + scale / 4 * np.exp(np.clip(walk * (1 - home) + steps, -8, 4)))).astype(float) * awake
                truth.append(made(some, np.ones(len(some))))
                at = int(rng.integers(400))
                counts.append(float(some[at]))
                walk, resting = float(np.clip(walk * (1 - home) + steps[at], -8, 4)), not awake[at]
        out.append((counts, truth[1:] + truth[-1:]))
    return out


Row = tuple[int, float, float, tuple[float, ...], float, int, int]


def tested(job: tuple[list[list[float]], int]) -> list[Row]:
    """Series that are told together: for every origin and horizon the mean of the year before, score of what spoke, scores of the baselines, PIT, whether the 90 % and the 50 % interval held."""
    series_, every = job
    rng, out = np.random.default_rng(1), []
    for going in together(series_, HORIZON):
        for test in going:
            known, said = test.counts[: test.now + 1], test.said[test.now]
            if test.now < 36 or test.now % every or len(known) < LEAST or (known > 0).sum() < LEAST_SOME:
                continue
            use, based = test.speaks(), said.baselines()
            for h in range(1, min(HORIZON, len(test.counts) - 1 - test.now) + 1):
                seen = test.counts[test.now + h : test.now + h + 1]
                pool = said.mixture(h) if use else based[BASELINES.index(test.best()[0])]
                low, q1, q3, high = quantiles(pool, (0.05, 0.25, 0.75, 0.95))
                scores = tuple(float(crps(b, seen)[0]) for b in based)
                out.append((h, said.level, float(crps(pool, seen)[0]), scores, pit(pool, float(seen[0]), rng.random()), int(low <= seen[0] <= high), int(q1 <= seen[0] <= q3)))
    return out


class Band(NamedTuple):
    """Forecasts of a band of mean counts. ratio: CRPS of what spoke relative to the best baseline; within: the 90 % and the 50 % interval held in so much of them; ranks: histogram of the PIT."""

    name: str
    number: int
    ours: float
    based: dict[str, float]
    best: str
    ratio: float
    within: tuple[float, float]
    ranks: list[float]


def bands(rows: list[Row], least: int = 50) -> list[Band]:
    """Return the bands with enough forecasts."""
    out = []
    for low, high, name in BANDS:
        some = [r for r in rows if low <= r[1] < high]
        if len(some) < least:
            continue
        ours, based = float(np.mean([r[2] for r in some])), dict(zip(BASELINES, np.mean([r[3] for r in some], axis=0).tolist(), strict=True))
        best = min(based, key=lambda n: based[n])
        ranks = np.histogram([r[4] for r in some], bins=10, range=(0, 1))[0] / len(some)
        out.append(Band(name, len(some), ours, based, best, ours / based[best], (float(np.mean([r[5] for r in some])), float(np.mean([r[6] for r in some]))), ranks.tolist()))
    return out


def told(name: str, rows: list[Row]) -> None:
    """Print a table by band."""
    print(f"\n{name}: {len(rows)} forecasts")
    found = bands(rows)
    for b in found:
        print(
            f"  {b.name:8} {b.number:7}  CRPS {b.ours:9.3f}  {'  '.join(f'{n} {v:.3f}' for n, v in b.based.items())}  ratio {b.ratio:.3f} to {b.best}  "
            f"90% held {b.within[0]:.3f}  50% held {b.within[1]:.3f}  PIT {' '.join(f'{x:.2f}' for x in b.ranks)}"
        )
    print(f"  mean of the bands' ratios {np.mean([b.ratio for b in found]):.3f}", flush=True)


def forecasts(every: int) -> None:
    known = simulated()
    jobs = {
        "fatalities by country and month": list(series("ucdp_ged251_country_month.csv", "fatalities_best").values()),
        "events by pair and week, Syria": list(series("ucdp_syria_dyad_week.csv", "events").values()),
        "simulated pairs": [counts for counts, _ in known],
    }
    begun = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool() as pool:
        for name, rows in zip(jobs, pool.imap(tested, [(some, every) for some in jobs.values()]), strict=True):
            told(name, rows)
    ours, true = [], []
    for counts, truth in known:
        test = Backtest(counts, 1)
        while test.now < len(test.counts) - 1:
            said = test.say()
            if test.now >= 36:
                seen = test.counts[test.now + 1 : test.now + 2]
                ours.append(crps(said.mixture(1), seen)[0])
                true.append(crps(truth[test.now], seen)[0])
            test.step()
    print(f"  one period ahead, each pair by itself: CRPS of the mixture {np.mean(ours):.3f}, of who knows the state {np.mean(true):.3f}")
    print(f"{time.perf_counter() - begun:.0f} s in all")


def dossiers() -> None:
    """Seconds for a dossier over the 28,000 articles of bench/serve.py, each question asked once in a process that has asked another one before."""
    import tempfile

    from marsad import paper
    from marsad.archive import Archive
    from serve import made as archived
    from stories import kept, news

    where = Path(tempfile.gettempdir()) / "marsad-bench-serve.db"
    if not where.exists():
        archived(where, kept(news(), Path(tempfile.gettempdir())))
    with Archive(where) as store:
        paper.made(store, "الانتخابات في تركيا", "ar")
        for question in ("ما مستقبل الحوثيين في اليمن؟", "المفاوضات النووية مع إيران", "ماذا بعد الثورة في تونس", "SAU:YEM", "What is the future of the war in Syria?"):
            begun = time.perf_counter()
            told = paper.made(store, question, "ar")
            print(f"{time.perf_counter() - begun:5.2f} s  {sum(len(s.sentences) for s in told.sections):4} sentences in {len(told.sections)} sections  {question}", flush=True)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--forecasts", action="store_true")
    ask.add_argument("--dossier", action="store_true")
    ask.add_argument("--every", type=int, default=3, help="origins: every so many periods")
    args = ask.parse_args()
    if not SHARED.is_dir():
        sys.exit("../shared is not here: there are no counts to run on")
    if args.dossier or not args.forecasts:
        dossiers()
    if args.forecasts or not args.dossier:
        forecasts(args.every)


if __name__ == "__main__":
    main()
