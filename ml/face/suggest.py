"""From a spoken line to the expressions that go with it: what, when, how strongly.

Each clause of the line is compared with things that people say with each expression of the
library on their face. With a sentence embedding that is done by meaning; without one, by the
words themselves.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError, UnderstudyError
from ..progress import Progress, Steps
from ..runtime import Settings
from . import library, tone

Embed = Callable[[Sequence[str]], NDArray]
"""Sentences to (N, D) rows of length 1."""

_FILE = Path(__file__).with_name("cues.json")
_CLAUSE = re.compile(r"[^,;:.!?…—\n。、！？；：，]+[,;:.!?…—\n。、！？；：，]*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LEAST_WORDS = 3
_LEAD_S, _GAP_S = 0.15, 0.25
_NO_SPACES = 0x2E80  # the first character of the scripts of East Asia
_SECONDS_A_LETTER = 0.065
_SAME_AGAIN, _WHOLE_LINE, _LEXICON = 0.03, 0.35, 0.12
_SPREAD = 0.05
_NAMED = 0.4  # share of what an expression is called, beside what is said with it
_STRONG = 0.8  # weight of a word that tells of an expression by itself
_WEAK = 0.3  # likeness to the nearest cue, below which a line says little
_USED = {"shouted": 1.2, "asked": 0.85}


@dataclass(frozen=True)
class Suggested:
    """One expression of a sequence.

    Attributes
    ----------
    name : of the library
    start_s : when it begins, in seconds from the beginning of the line; a little before
    seconds : how long it lasts
    amplitude, speed : as `library.curve` takes them
    score : 0 to 1, its share among all expressions for this clause
    clause : the words it goes with
    """

    name: str
    start_s: float
    seconds: float
    amplitude: float
    speed: float
    score: float
    clause: str


@dataclass(frozen=True)
class Proposal:
    """A proposal for a whole line, the likeliest first among several."""

    expressions: tuple[Suggested, ...]
    score: float


@cache
def _cues() -> dict[str, dict]:
    stored = json.loads(_FILE.read_text("utf-8"))
    return {name: cue for name, cue in stored.items() if name in library.load()}


@cache
def _stems(name: str) -> dict[str, float]:
    """Return word stems that speak for an expression, with their weights."""
    entry, cue = library.load()[name], _cues()[name]
    found: dict[str, float] = {}
    for weight, text in (
        (0.35, entry.description),
        (0.5, " ".join(cue["lines"])),
        (0.8, " ".join(entry.tags)),
        (1.0, f"{cue['words']} {entry.title}"),
    ):
        for word in _words(text):
            found[word] = max(found.get(word, 0.0), weight)
    return found


def _called(name: str) -> set[str]:
    """Return word stems that name an expression itself."""
    entry = library.load()[name]
    return set(_words(f"{entry.title} {' '.join(entry.tags)}"))


def _told(name: str) -> set[str]:
    """Return word stems that tell of an expression."""
    return {word for word, weight in _stems(name).items() if weight >= _STRONG}


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower())
    return [stem(w) for w in _WORD.findall(plain) if w not in _COMMON]


def stem(word: str) -> str:
    """Cut common English endings, roughly."""
    word = word.replace("’", "'").split("'")[0]
    for ending in ("ing", "ed", "ly", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_COMMON = frozenset(
    "a an the is are was were be been am i you he she it we they me him her us them my your his "
    "its our their to of in on at for and or but with that this these those do does did have has "
    "had so as by from not".split()
)


def clauses(line: str) -> list[str]:
    """Split a line where a speaker would take breath; very short parts join their neighbour.

    >>> clauses("You lied to me. How could you, of all people?")
    ['You lied to me.', 'How could you, of all people?']
    """
    parts = [p.strip() for p in _CLAUSE.findall(line) if _WORD.search(p)]
    found: list[str] = []
    for part in parts:
        ended = bool(found) and found[-1][-1] in ".!?…。！？"
        short = min(_count(part), _count(found[-1]) if found else 99) < _LEAST_WORDS
        if found and short and not ended:
            # Chinese and Japanese write no spaces.
            found[-1] += part if ord(found[-1][-1]) > _NO_SPACES else f" {part}"
        else:
            found.append(part)
    return found


def _count(part: str) -> int:
    words = _WORD.findall(part)
    # Two signs of Chinese or Japanese are about a word.
    return max(len(words), sum(1 for c in part if ord(c) > _NO_SPACES) // 2)


def timed(parts: Sequence[str], seconds: float | None = None) -> list[tuple[float, float]]:
    """Return (start, end) in seconds of each clause, by its length.

    Parameters
    ----------
    seconds : of the whole line; guessed where it is not known
    """
    letters = [sum(3 if ord(c) > _NO_SPACES else 1 for c in part) for part in parts]
    lengths = np.array(letters, float) * _SECONDS_A_LETTER
    if seconds is not None:
        lengths *= max(seconds - _GAP_S * (len(parts) - 1), 0.3 * seconds) / lengths.sum()
    starts = np.concatenate([[0], np.cumsum(lengths + _GAP_S)[:-1]])
    return [(float(a), float(a + n)) for a, n in zip(starts, lengths, strict=True)]


def by_words(parts: Sequence[str]) -> NDArray:
    """Return (clauses, cues) how many words of each clause speak for each expression."""
    names, out = list(_cues()), []
    # A word that speaks for many expressions says little of any.
    spread = {}
    for name in names:
        for stem in _stems(name):
            spread[stem] = spread.get(stem, 0) + 1
    for part in parts:
        words = set(_words(part))
        hits = [sum(_stems(n).get(w, 0.0) / spread.get(w, 1) for w in words) for n in names]
        out.append(np.array(hits) / max(len(words), 3) ** 0.5)
    return np.array(out)


def by_meaning(parts: Sequence[str], embed: Embed) -> NDArray:
    """Return (clauses, cues) how near each clause is to what is said with each expression."""
    names = list(_cues())
    lines = [line for n in names for line in _cues()[n]["lines"]]
    owner = np.array([i for i, n in enumerate(names) for _ in _cues()[n]["lines"]])
    described = [text for n in names for text in _described(n)]
    rows = np.asarray(embed([*lines, *described, *parts]))
    # What all the lines have in common says nothing of any expression.
    rows = rows - rows[: len(lines)].mean(axis=0)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    said, about, asked = np.split(rows, [len(lines), len(lines) + len(described)])
    near = asked @ said.T
    best = np.stack([_two_best(near[:, owner == i]) for i in range(len(names))], axis=1)
    named = (asked @ about.T).reshape(len(asked), len(names), -1).mean(axis=2)
    return (1 - _NAMED) * best + _NAMED * named


def nearest(line: str, embed: Embed) -> float:
    """Return how near a line is to the nearest of what is said with any expression, -1 to 1."""
    rows = np.asarray(embed([*(said for cue in _cues().values() for said in cue["lines"]), line]))
    return float((rows[:-1] @ rows[-1]).max())


def _once(embed: Embed) -> Embed:
    """Return an embedding that works out each text once."""
    known: dict[str, NDArray] = {}

    def rows(texts: Sequence[str]) -> NDArray:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, embed(new) if new else [], strict=True))
        return np.array([known[text] for text in texts])

    return rows


def _described(name: str) -> list[str]:
    entry = library.load()[name]
    title, tags = entry.title.lower(), ", ".join(entry.tags)
    shows = f"The speaker shows {title}, {tags}."
    return [f"{entry.title}: {tags}", f"I feel {title}.", shows]


def _two_best(near: NDArray) -> NDArray:
    top = np.sort(near, axis=1)[:, -2:]
    return top @ (np.array([0.35, 0.65]) if top.shape[1] == 2 else np.ones(1))


def suggest(
    line: str,
    *,
    seconds: float | None = None,
    times: Sequence[tuple[float, float]] | None = None,
    embed: Embed | None = None,
    count: int = 3,
) -> list[Proposal]:
    """Propose expressions for a line.

    Parameters
    ----------
    line : what is said
    seconds : how long the line lasts, where known
    times : (start, end) of each of `clauses(line)`, where they are known better
    embed : sentence embedding; without it the words alone are compared
    count : how many sequences

    Returns
    -------
    list of sequences, the likeliest first; empty for a line that holds no words
    """
    parts = clauses(line)
    if not parts:
        return []
    found = _LEXICON * by_words(parts)
    if embed is not None:
        meant = by_meaning([*parts, _decisive(line, parts)], embed)
        found = found + (1 - _WHOLE_LINE) * meant[:-1] + _WHOLE_LINE * meant[-1]
    names = list(_cues())
    called, told = [_called(n) for n in names], [_told(n) for n in names]
    found = found + tone.shifts(parts, found, names, called, told, _words)
    share = np.exp((found - found.max(axis=1, keepdims=True)) / _SPREAD)
    share /= share.sum(axis=1, keepdims=True)
    when = list(times) if times is not None else timed(parts, seconds)
    sequences = []
    for score, path in _best_paths(found, count):
        made, k = [], 0
        for i, run in groupby(path):  # one face through several clauses is held, not made anew
            last = k + len(list(run)) - 1
            clause, span = " ".join(parts[k : last + 1]), (when[k][0], when[last][1])
            made.append(_placed(names[i], clause, span, float(share[k : last + 1, i].mean())))
            k = last + 1
        sequences.append(Proposal(tuple(made), score))
    return sequences


def _decisive(line: str, parts: Sequence[str]) -> str:
    """Return what of the line says how it is meant: what comes after its last "but"."""
    last = max((k for k, part in enumerate(parts) if tone.turns(part)), default=0)
    return " ".join(parts[last:]) if last else line


def _best_paths(found: NDArray, count: int) -> list[tuple[float, tuple[int, ...]]]:
    """Return the best ways through the clauses; the same face twice running costs a little."""
    beams: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for row in found:
        best = np.argsort(-row)[: count + 3]
        beams = [
            (total + row[i] - (_SAME_AGAIN if path and path[-1] == i else 0.0), (*path, int(i)))
            for total, path in beams
            for i in best
        ]
        beams = sorted(beams, key=lambda item: -item[0])[: 4 * count]
    return [(total / len(found), path) for total, path in beams[:count]]


def _placed(name: str, clause: str, when: tuple[float, float], score: float) -> Suggested:
    """Time an expression so that it comes just before its words and is held through them."""
    entry = library.load()[name]
    start = max(when[0] - _LEAD_S - 0.3 * entry.onset_s, 0.0)
    wanted = when[1] - start + 0.5 * entry.offset_s
    speed = float(np.clip(entry.seconds / max(wanted, 0.2), 0.5, 2.0))
    amplitude = 0.85
    if "!" in clause or "！" in clause or clause.isupper():
        amplitude *= _USED["shouted"]
    elif "?" in clause or "？" in clause:
        amplitude *= _USED["asked"]
    return Suggested(
        name=name,
        start_s=start,
        seconds=entry.seconds / speed,
        amplitude=round(amplitude, 2),
        speed=round(speed, 2),
        score=score,
        clause=clause,
    )


def suggested(params: dict, _arrays: dict) -> Steps[tuple[dict, dict]]:
    """Propose expressions for a line as a task of `ml.tasks`.

    Parameters
    ----------
    params : "line", "language", "sound" (a wave file or ""), "start_frame", "fps", and what
        `runtime.Settings` reads

    Returns
    -------
    meta : "proposals", each with "score" and "expressions" (fields of `Suggested`, with "frame"
        for "start_s"); "notes", "provider"
    """
    line, notes = params["line"], []
    yield Progress(0.05, "Reading the line")
    times = None
    if params.get("sound"):
        times = yield from _heard(params, notes)
    embed, provider = None, ""
    yield Progress(0.4, "Comparing with what people say")
    try:
        from ..layout.words import Sentences

        sentences = Sentences(Settings.from_params(params))
        embed, provider = _once(sentences), sentences.session.provider
    except ModelError as exc:
        notes.append(f"Compared by words only, not by meaning: {exc}")
    if not params["language"].startswith("en"):
        notes.append("Proposals are made for English: check those for another language")
    proposals = suggest(line, times=times, embed=embed)
    if embed is not None and proposals and nearest(line, embed) < _WEAK:
        notes.append("The line says little about a feeling: take these as guesses")
    fps, start = params["fps"], params["start_frame"]
    told = [
        {
            "score": round(p.score, 3),
            "expressions": [
                {
                    "name": e.name,
                    "frame": round(start + e.start_s * fps, 2),
                    "seconds": round(e.seconds, 3),
                    "amplitude": e.amplitude,
                    "speed": e.speed,
                    "score": round(e.score, 3),
                    "clause": e.clause,
                }
                for e in p.expressions
            ],
        }
        for p in proposals
    ]
    return {"proposals": told, "notes": notes, "provider": provider}, {}


def _heard(params: dict, notes: list[str]) -> Steps[list[tuple[float, float]] | None]:
    """Return (start, end) of each clause in the recording, or None where that is not known."""
    from . import audio, espeak, lipsync

    line, language = params["line"], params["language"]
    try:
        samples, rate = audio.read_wav(Path(params["sound"]))
        spoken = yield from lipsync.hear(
            samples,
            rate,
            text=line,
            language=language,
            name=Path(params["sound"]).name,
            machine=Settings.from_params(params),
        )
        words = espeak.speak(line, language).words
    except UnderstudyError as exc:
        notes.append(f"Timed by the length of the words, not by the sound: {exc}")
        return None
    found, at, parts = [], 0, clauses(line)
    begins = []
    for part in parts:
        at = max(line.find(part.split()[0], at), at)
        begins.append(at)
        at += 1
    for k, begin in enumerate(begins):
        end = begins[k + 1] if k + 1 < len(begins) else len(line) + 1
        mine = {i for i, (a, _) in enumerate(words) if begin <= a < end}
        said = [p for p in spoken.alignment.phones if p.word in mine]
        if not said:
            return None
        found.append((said[0].start, said[-1].end))
    return found
