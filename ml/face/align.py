"""Lay the phones of a text onto a recording, or read phones off the recording alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .acoustic import FRAME_S
from .phonemes import BILABIALS, CLASSES, SILENCE, VOWELS, Phone

_FLOOR = -9.0  # one frame cannot forbid a phone
_PRIOR_SHARE = 0.4
_EDGE_WEIGHT, _EDGE_USUAL = 0.9, 0.12
_SHORTEST, _SHARE, _LONGEST_MINIMUM = 2, 0.4, 8
_PAUSE_FRAMES = 4
_ENTER_PAUSE, _ENTER_PHONE = -3.0, -3.0
_CLOSED_SOONER = 0.7  # a closure that is missed looks worse than one too many
_BAND = 4000  # states kept at a time: with more, long recordings would take gigabytes
_SPEECH = 0.5


@dataclass
class Alignment:
    """Phones with the recording's own times.

    Attributes
    ----------
    phones : list of Phone, in order, silences with them
    confidence : (phones,) 0 to 1, how well each phone fits what is heard
    match : 0 to 1, how well the whole text fits the speech
    speech : share of the loud part of the recording that is speech
    """

    phones: list[Phone]
    confidence: NDArray
    match: float
    speech: float


def priors(log_phones: NDArray) -> NDArray:
    """Return (classes,) logarithms of how often each class is heard in this recording."""
    mean = np.exp(log_phones).mean(axis=0)
    return np.log(0.5 * mean + 0.5 / len(CLASSES))


def speech_share(log_phones: NDArray, decibels: NDArray) -> float:
    """Return the share of the loud frames in which a phone is likelier than silence."""
    loud = decibels > -25
    talking = 1 - np.exp(log_phones[:, SILENCE])
    return float((talking[loud] > _SPEECH).mean()) if loud.any() else 0.0


def align(
    log_phones: NDArray, edges: NDArray, phones: Sequence[Phone], decibels: NDArray
) -> Alignment:
    """Find when each phone of a text is said.

    Silence may come before, between and after any two words.

    Parameters
    ----------
    log_phones : (F, classes) log-probabilities, a row each 10 ms
    edges : (F,) probability that a phone begins
    phones : of the text, with the times at which a synthesiser would say them
    decibels : (F,) loudness relative to the loud parts
    """
    spoken = [p for p in phones if not p.silent]
    scores = np.maximum(log_phones - _PRIOR_SHARE * priors(log_phones), _FLOOR)
    enter = _EDGE_WEIGHT * np.log((edges + 0.02) / _EDGE_USUAL)
    talking = 1 - np.exp(log_phones[:, SILENCE])
    # Half as fast again as the synthesiser is usual; half as slow is too.
    pace = (talking > _SPEECH).sum() * FRAME_S / max(sum(p.end - p.start for p in spoken), 0.05)
    states = _states(spoken, float(np.clip(pace, 0.4, 2.0)))
    path = _viterbi(scores, enter, states, talking)
    found = _segments(path, states, spoken)
    sure = _confidence(log_phones, found)
    quiet = np.array([p.silent for p in found])
    lengths = np.array([p.end - p.start for p in found])
    match = float(np.average(sure[~quiet], weights=lengths[~quiet])) if (~quiet).any() else 0.0
    return Alignment(found, sure, match, speech_share(log_phones, decibels))


def decode(log_phones: NDArray, edges: NDArray, decibels: NDArray) -> Alignment:
    """Read phones off a recording without its text: any phone may follow any other."""
    scores = np.maximum(log_phones - _PRIOR_SHARE * priors(log_phones), _FLOOR)
    scores[:, sorted(BILABIALS)] += _CLOSED_SOONER
    enter = _EDGE_WEIGHT * np.log((edges + 0.02) / _EDGE_USUAL) + _ENTER_PHONE
    count, kinds = scores.shape
    # Each class has three states in a row, so that it lasts 30 ms or more.
    best = np.full((3, kinds), -np.inf)
    best[0] = scores[0]
    came = np.zeros((count, kinds), np.int16)
    stayed = np.zeros((count, kinds), bool)
    for f in range(1, count):
        last = best[2]
        source = int(np.argmax(last))
        begin = np.full(kinds, last[source] + enter[f])
        came[f] = source
        keep = best[2] > best[1]
        stayed[f] = keep
        best = np.stack([begin, best[0], np.where(keep, best[2], best[1])]) + scores[f]
    return _traced(log_phones, came, stayed, int(np.argmax(best[2])), decibels)


def _traced(
    log_phones: NDArray, came: NDArray, stayed: NDArray, kind: int, decibels: NDArray
) -> Alignment:
    """Follow `decode`'s best path back to the beginning."""
    f, end, found = len(came) - 1, len(came), []
    while f >= 2:
        while f > 2 and stayed[f, kind]:
            f -= 1
        start = f - 2 if f > 2 else 0
        found.append((kind, start, end))
        end, kind, f = start, int(came[start, kind]), start - 1
    if end > 0 and found:
        found[-1] = (found[-1][0], 0, found[-1][2])
    phones: list[Phone] = []
    for kind, start, stop in reversed(found):
        a, b = _time(start), _time(stop)
        if phones and phones[-1].classes == (kind,):
            phones[-1] = replace(phones[-1], end=b)
        else:
            name = "" if kind == SILENCE else CLASSES[kind]
            stress = 0.5 if kind in VOWELS else 0.0
            phones.append(Phone(name, (kind,), a, b, stress))
    sure = _confidence(log_phones, phones)
    heard = [s for s, p in zip(sure, phones, strict=True) if not p.silent]
    match = float(np.mean(heard)) if heard else 0.0
    return Alignment(phones, sure, match, speech_share(log_phones, decibels))


@dataclass
class _States:
    """A line as a row of states, each heard as one class; it can stay, go on, or skip a pause.

    Attributes
    ----------
    kinds : (S,) class of each state
    token : (S,) number of the phone, -1 for an optional pause
    first : (S,) bool, whether a phone or a pause begins here
    skip : (S,) state that this one may follow instead of the one before it, -1 where none
    """

    kinds: NDArray
    token: NDArray
    first: NDArray
    skip: NDArray


def _states(spoken: Sequence[Phone], pace: float) -> _States:
    kinds, token, first, skip = [], [], [], []

    def add(classes: list[int], number: int, leap: int) -> None:
        for i, kind in enumerate(classes):
            kinds.append(kind)
            token.append(number)
            first.append(i == 0)
            skip.append(leap if i == 0 else -1)

    leap = -1
    for number, phone in enumerate(spoken):
        new_word = number == 0 or phone.word != spoken[number - 1].word
        if new_word:
            before = len(kinds) - 1
            add([SILENCE] * _PAUSE_FRAMES, -1, -1)
            leap = before if number else -2  # -2: the line may begin here
        frames = (phone.end - phone.start) * pace / FRAME_S
        least = int(np.clip(round(_SHARE * frames), _SHORTEST, _LONGEST_MINIMUM))
        parts = np.array_split(np.arange(max(least, len(phone.classes))), len(phone.classes))
        each = [c for c, part in zip(phone.classes, parts, strict=True) for _ in part]
        add(each, number, leap if new_word else -1)
    add([SILENCE] * _PAUSE_FRAMES, -1, -1)
    return _States(np.array(kinds), np.array(token), np.array(first), np.array(skip))


def _viterbi(scores: NDArray, enter: NDArray, states: _States, talking: NDArray) -> NDArray:
    """Return (F,) the best state of each frame.

    Only states near where the line should be, by the amount of speech so far, are followed.
    """
    frames, size = len(scores), len(states.kinds)
    width = min(size, _BAND)
    done = np.cumsum(talking + 0.02)
    low = ((done / done[-1]) * size - width / 2).astype(int).clip(0, size - width)
    best = np.full(size, -np.inf)
    best[0] = scores[0, states.kinds[0]]
    starts = np.flatnonzero(states.skip == -2)
    best[starts] = scores[0, states.kinds[starts]]
    leaps = np.flatnonzero(states.skip >= 0)
    first = states.first.astype(float)
    pause = np.where(states.first & (states.token < 0), _ENTER_PAUSE, 0.0)
    moves = np.zeros((frames, width), np.uint8)
    for f in range(1, frames):
        a, b = low[f], low[f] + width
        stay, cost = best[a:b], first[a:b] * enter[f] + pause[a:b]
        ahead = cost + (best[a - 1 : b - 1] if a else np.concatenate([[-np.inf], best[: b - 1]]))
        new = np.maximum(stay, ahead)
        moves[f] = ahead > stay
        near = leaps[np.searchsorted(leaps, a) : np.searchsorted(leaps, b)]
        leap = best[states.skip[near]] + cost[near - a]
        wins = leap > new[near - a]
        new[near[wins] - a], moves[f, near[wins] - a] = leap[wins], 2
        best = np.full(size, -np.inf)
        best[a:b] = new + scores[f, states.kinds[a:b]]
    last_word = int(np.flatnonzero(states.token >= 0)[-1])
    state = size - 1 if best[size - 1] >= best[last_word] else last_word
    path = np.empty(frames, int)
    for f in range(frames - 1, -1, -1):
        path[f] = state
        move = moves[f, np.clip(state - low[f], 0, width - 1)]
        state = states.skip[state] if move == 2 else max(state - int(move), 0)
    return path


def _time(frame: int) -> float:
    """Return seconds at which a frame takes over from the one before it."""
    return max(frame - 0.5, 0.0) * FRAME_S


def _segments(path: NDArray, states: _States, spoken: Sequence[Phone]) -> list[Phone]:
    """Turn a path into phones and silences with times."""
    token = states.token[path]
    # Two pauses in a row are one; the same phone twice in a row is told apart by its number.
    begins = np.flatnonzero(np.diff(token, prepend=-2) != 0)
    found = []
    for a, b in zip(begins, [*begins[1:], len(path)], strict=True):
        start, end = _time(a), _time(b)
        if token[a] < 0:
            found.append(Phone("", (SILENCE,), start, end))
        else:
            found.append(replace(spoken[token[a]], start=start, end=end))
    return found


def _confidence(log_phones: NDArray, phones: Sequence[Phone]) -> NDArray:
    """Return (phones,) how likely what is said is, beside the likeliest that could be."""
    best = log_phones.max(axis=1)
    sure = np.zeros(len(phones))
    for i, phone in enumerate(phones):
        a = round(phone.start / FRAME_S + 0.5)
        b = max(round(phone.end / FRAME_S + 0.5), a + 1)
        part = log_phones[a:b]
        if len(part):
            heard = np.logaddexp.reduce(part[:, list(phone.classes)], axis=1)
            sure[i] = np.exp(np.maximum(heard - best[a:b], -4.0)).clip(0, 1).mean()
    return sure
