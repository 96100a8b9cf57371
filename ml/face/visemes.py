"""From phones with times to smooth curves of lips, jaw and tongue.

Each phone pulls the mouth towards its own shape with a strength that fades with the distance in
time, and the mouth is where the pulls balance: shapes overlap, lips round before a rounded vowel
begins, short unstressed sounds are never quite reached. What speech cannot do without is no
matter of balance: lips meet on p, b and m, and teeth and lower lip on f and v.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .performance import INDEX as ARKIT
from .performance import NAMES
from .phonemes import BILABIALS, INDEX, LABIODENTALS, SILENCE, VOWELS, Phone

JAW, WIDE, FUNNEL, PUCKER, LOWER, UPPER, TONGUE = range(7)
_REACH_BEFORE = np.array([0.075, 0.09, 0.12, 0.13, 0.07, 0.07, 0.045])
_REACH_AFTER = np.array([0.085, 0.09, 0.09, 0.10, 0.07, 0.07, 0.045])
"""Seconds over which a shape's pull fades before and after its phone; rounding anticipates."""

# Jaw, wide, funnel, pucker, lower lip, upper lip, tongue: how far; then how firmly jaw and lips.
_SHAPES = {
    "sil": (0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.35, 0.25),
    "p": (0.06, 0.00, 0.00, 0.05, 0.00, 0.00, 0.00, 0.80, 0.30),
    "b": (0.07, 0.00, 0.00, 0.05, 0.00, 0.00, 0.00, 0.80, 0.30),
    "m": (0.06, 0.00, 0.00, 0.03, 0.00, 0.00, 0.00, 0.80, 0.30),
    "f": (0.09, 0.05, 0.00, 0.00, 0.00, 0.28, 0.00, 1.50, 1.20),
    "v": (0.10, 0.05, 0.00, 0.00, 0.00, 0.24, 0.00, 1.40, 1.20),
    "w": (0.10, 0.00, 0.12, 0.85, 0.00, 0.00, 0.00, 1.10, 1.80),
    "θ": (0.17, 0.12, 0.00, 0.00, 0.22, 0.12, 0.42, 1.20, 0.80),
    "ð": (0.17, 0.12, 0.00, 0.00, 0.20, 0.12, 0.34, 1.00, 0.70),
    "t": (0.09, 0.15, 0.00, 0.00, 0.20, 0.12, 0.00, 1.00, 0.50),
    "d": (0.10, 0.15, 0.00, 0.00, 0.20, 0.12, 0.00, 1.00, 0.50),
    "n": (0.11, 0.14, 0.00, 0.00, 0.18, 0.12, 0.05, 0.90, 0.45),
    "s": (0.05, 0.25, 0.00, 0.00, 0.28, 0.18, 0.00, 1.80, 0.70),
    "z": (0.06, 0.25, 0.00, 0.00, 0.28, 0.18, 0.00, 1.70, 0.70),
    "l": (0.21, 0.14, 0.00, 0.00, 0.22, 0.10, 0.14, 0.80, 0.50),
    "ɹ": (0.13, 0.00, 0.34, 0.22, 0.10, 0.05, 0.00, 0.80, 1.00),
    "r": (0.15, 0.10, 0.00, 0.00, 0.15, 0.08, 0.04, 0.70, 0.40),
    "ʃ": (0.07, 0.00, 0.58, 0.20, 0.24, 0.20, 0.00, 1.60, 1.40),
    "ʒ": (0.08, 0.00, 0.55, 0.18, 0.22, 0.18, 0.00, 1.50, 1.30),
    "j": (0.11, 0.30, 0.00, 0.00, 0.15, 0.10, 0.00, 0.80, 0.60),
    "k": (0.18, 0.10, 0.00, 0.00, 0.12, 0.08, 0.00, 0.50, 0.25),
    "ɡ": (0.18, 0.10, 0.00, 0.00, 0.12, 0.08, 0.00, 0.50, 0.25),
    "ŋ": (0.16, 0.10, 0.00, 0.00, 0.12, 0.08, 0.00, 0.50, 0.25),
    "x": (0.20, 0.06, 0.00, 0.00, 0.12, 0.08, 0.00, 0.50, 0.25),
    "h": (0.22, 0.00, 0.00, 0.00, 0.10, 0.05, 0.00, 0.25, 0.12),
    "i": (0.17, 0.46, 0.00, 0.00, 0.22, 0.14, 0.00, 1.00, 1.20),
    "ɪ": (0.24, 0.30, 0.00, 0.00, 0.20, 0.12, 0.00, 0.90, 0.80),
    "e": (0.30, 0.36, 0.00, 0.00, 0.22, 0.14, 0.00, 1.00, 1.00),
    "ɛ": (0.42, 0.26, 0.00, 0.00, 0.24, 0.14, 0.00, 1.00, 0.90),
    "a": (0.58, 0.12, 0.00, 0.00, 0.24, 0.12, 0.00, 1.20, 0.80),
    "ɑ": (0.60, 0.02, 0.06, 0.00, 0.20, 0.10, 0.00, 1.20, 0.80),
    "ɔ": (0.48, 0.00, 0.34, 0.14, 0.12, 0.06, 0.00, 1.10, 1.20),
    "o": (0.36, 0.00, 0.36, 0.40, 0.08, 0.04, 0.00, 1.00, 1.40),
    "ʊ": (0.22, 0.00, 0.28, 0.42, 0.05, 0.02, 0.00, 0.90, 1.20),
    "u": (0.12, 0.00, 0.18, 0.82, 0.00, 0.00, 0.00, 1.00, 1.60),
    "ʌ": (0.40, 0.06, 0.00, 0.00, 0.18, 0.08, 0.00, 0.90, 0.60),
    "ə": (0.24, 0.06, 0.00, 0.00, 0.14, 0.06, 0.00, 0.45, 0.30),
    "ɝ": (0.22, 0.00, 0.34, 0.24, 0.12, 0.06, 0.00, 0.80, 1.00),
    "y": (0.11, 0.00, 0.16, 0.82, 0.00, 0.00, 0.00, 1.00, 1.60),
    "ø": (0.26, 0.00, 0.34, 0.48, 0.06, 0.04, 0.00, 1.00, 1.40),
}
_TABLE = np.array([_SHAPES[name] for name in INDEX])
_AIM, _FIRM_JAW, _FIRM_LIPS = _TABLE[:, :7], _TABLE[:, 7], _TABLE[:, 8]
_STOPS = frozenset(INDEX[c] for c in "pb")

_RAMP_S, _QUICK_S = 0.07, 0.02  # lips take so long to meet and to part, at most and at least
_PARTS = 0.35  # share of a short vowel between closed lips in which they part, or meet again
_SURE_S = 0.015  # kept closed this much longer on either side
_BURST_SHARE = 0.7  # of a stop the lips are closed, then the breath bursts out


@dataclass(frozen=True)
class Style:
    """How a character speaks; 1 is usual.

    Attributes
    ----------
    jaw : how far the jaw opens, 0 to 2
    lips : how far the lips go, 0 to 2
    precision : 0 mumbles, 1 is everyday speech, 2 is spoken on a stage
    """

    jaw: float = 1.0
    lips: float = 1.0
    precision: float = 1.0


@dataclass(frozen=True)
class _Pull:
    """One shape that the mouth is drawn to, for a time."""

    aim: NDArray
    firm: NDArray
    start: float
    end: float


def curves(
    phones: Sequence[Phone], times: NDArray, style: Style, loud: NDArray | None = None
) -> NDArray:
    """Return (F, 52) coefficients at `times` of a mouth that says the phones.

    Parameters
    ----------
    phones : in order, silences with them
    times : (F,) seconds, rising
    loud : (phones,) decibels of each, relative to the loud parts
    """
    pulls = _pulls(phones, style, np.zeros(len(phones)) if loud is None else loud)
    shapes = _balance(pulls, times, style)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.04
    closed, pressed = _contact(phones, times, BILABIALS, step)
    dented, tucked = (c * (1 - closed) for c in _contact(phones, times, LABIODENTALS, step))
    return _arkit(shapes, (closed, pressed), (dented, tucked), style)


def _pulls(phones: Sequence[Phone], style: Style, loud: NDArray) -> list[_Pull]:
    found = []
    for phone, level in zip(phones, loud, strict=True):
        bounds = np.linspace(phone.start, phone.end, len(phone.classes) + 1)
        for part, kind in enumerate(phone.classes):
            aim, firm = _AIM[kind].copy(), np.full(7, _FIRM_LIPS[kind])
            firm[JAW] = _FIRM_JAW[kind]
            if kind in VOWELS:
                # A stressed, loud vowel opens wide; a murmured one hardly.
                strength = 0.78 + 0.34 * phone.stress
                strength *= np.interp(level, [-30, -12, -3, 3], [0.55, 0.85, 1.0, 1.12])
                aim[JAW] *= strength
                aim[[WIDE, LOWER, UPPER]] *= 0.6 + 0.4 * strength
                firm *= 0.8 + 0.4 * phone.stress
                firm *= 1.0 if part == 0 else 0.8  # a diphthong's end is only leant towards
            if kind == SILENCE:
                # In a long silence the mouth comes to rest; a short one is spoken across.
                firm *= np.interp(phone.end - phone.start, [0.05, 0.3], [0.15, 1.6])
            found.append(_Pull(aim, firm, bounds[part], bounds[part + 1]))
    return found


def _balance(pulls: Sequence[_Pull], times: NDArray, style: Style) -> NDArray:
    """Return (F, 7) shapes: at each time the mean of all aims, weighted by their pulls."""
    sharp = 0.55 + 0.45 * style.precision
    before, after = _REACH_BEFORE / sharp, _REACH_AFTER / sharp
    total = np.full((len(times), 7), 1e-4)
    sums = np.zeros((len(times), 7))
    far = 4 * max(before.max(), after.max())
    for pull in pulls:
        a, b = np.searchsorted(times, [pull.start - far, pull.end + far])
        if a == b:
            continue
        centre, half = (pull.start + pull.end) / 2, (pull.end - pull.start) / 2
        away = times[a:b, None] - centre
        reach = np.where(away < 0, before, after) + half
        weight = pull.firm * np.exp(-2.0 * np.abs(away / reach) ** 2.2)
        total[a:b] += weight
        sums[a:b] += weight * pull.aim
    return sums / total


def _contact(
    phones: Sequence[Phone], times: NDArray, classes: frozenset[int], step: float
) -> tuple[NDArray, NDArray]:
    """Return how far the lips touch on the phones of `classes`.

    Returns
    -------
    (F,) 0 to 1, whole all through each phone
    (F,) 0 to 1, how hard, which rises and falls: flesh is never held still
    """
    closed, hard = np.zeros(len(times)), np.zeros(len(times))
    spans = [_touch(phone, step) for phone in phones if phone.over(classes)]
    for i, (start, end) in enumerate(spans):
        ramp = np.maximum(
            (start - times) / _ramp(start - spans[i - 1][1] if i else np.inf),
            (times - end) / _ramp(spans[i + 1][0] - end if i + 1 < len(spans) else np.inf),
        )
        closed = np.maximum(closed, 0.5 + 0.5 * np.cos(np.pi * ramp.clip(0, 1)))
        half = (end - start) / 2 + _RAMP_S
        away = np.abs(times - (start + end) / 2) / half
        hard = np.maximum(hard, 0.5 + 0.5 * np.cos(np.pi * away.clip(0, 1)))
    return closed, hard


def _touch(phone: Phone, step: float) -> tuple[float, float]:
    """Return from when to when the lips touch."""
    length = phone.end - phone.start
    start, end = phone.start - _SURE_S, phone.end + _SURE_S
    if phone.over(_STOPS):
        end = phone.start + max(_BURST_SHARE * length, min(length, 0.04)) + _SURE_S
    # However few frames a second there are, one of them has to show it.
    short = max(1.02 * step - (end - start), 0) / 2
    return start - short, end + short


def _ramp(gap_s: float) -> float:
    """Return how long lips take to part or to meet: less where they part for a short vowel only."""
    return float(np.clip(_PARTS * gap_s, _QUICK_S, _RAMP_S))


def _arkit(
    shapes: NDArray,
    lips_meet: tuple[NDArray, NDArray],
    teeth_meet: tuple[NDArray, NDArray],
    style: Style,
) -> NDArray:
    """Return (F, 52): what the shapes and the contacts are in ARKit's expressions."""
    (closed, pressed), (dented, tucked) = lips_meet, teeth_meet
    out = np.zeros((len(shapes), len(NAMES)))
    lips = shapes * style.lips
    # Lips that meet draw the jaw up with them, though never quite shut.
    jaw = shapes[:, JAW] * style.jaw * (1 - 0.55 * closed) * (1 - 0.3 * dented)
    apart = 1 - closed
    free = apart * (1 - dented)

    def put(name: str, values: NDArray) -> None:
        sides = [n for n in (name, f"{name}Left", f"{name}Right") if n in ARKIT]
        for side in sides:
            out[:, ARKIT[side]] = values

    put("jawOpen", jaw)
    put("mouthClose", jaw * closed)
    put("mouthStretch", 0.55 * lips[:, WIDE] * (1 - 0.3 * closed))
    put("mouthSmile", 0.35 * lips[:, WIDE] * (1 - 0.3 * closed))
    put("mouthFunnel", lips[:, FUNNEL] * (1 - 0.8 * closed) * (1 - 0.6 * dented))
    put("mouthPucker", lips[:, PUCKER] * (1 - 0.35 * closed) * (1 - 0.6 * dented))
    put("mouthLowerDown", lips[:, LOWER] * free)
    put("mouthUpperUp", lips[:, UPPER] * apart)
    put("mouthPress", 0.22 * pressed)
    put("mouthRollLower", 0.07 * pressed + 0.25 * dented + 0.20 * tucked)
    put("mouthRollUpper", 0.06 * pressed)
    put("tongueOut", shapes[:, TONGUE] * apart)
    return out.clip(0.0, 1.0)
