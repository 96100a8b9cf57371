"""Few keys for a curve: its peaks and holds first, then a key wherever the spline still strays.

Every curve is fitted by itself. Peaks are keyed at their full height, so that a blink closes and
a micro-expression keeps its strength; stretches at rest get two keys and stay at rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..curves import evaluate, fit_spline, spline_keys
from ..take import LINEAR, make_keys

_HOLD = 0.25  # share of the tolerance within which a stretch counts as standing still
_FIRM = 1e4  # frames' worth of evidence that holds a key to the motion's own value there
_ROUNDS = 24


def few_keys(frames: NDArray, values: NDArray, tolerance: float) -> NDArray:
    """Return keys whose Bezier curve stays within a tolerance of the motion.

    Parameters
    ----------
    frames : (F,) whole scene frames, one after the other
    values : (F,)
    tolerance : in the values' own unit

    Returns
    -------
    (K,) array of `ml.take.KEY`
        Two keys at least, or one where nothing moves.

    Examples
    --------
    >>> import numpy as np
    >>> len(few_keys(np.arange(10.0), np.zeros(10), 0.02))
    1
    >>> few_keys(np.arange(5.0), np.array([0, 0, 1, 0, 0]), 0.02)["co"][:, 1].max()
    1.0
    """
    frames, values = np.asarray(frames, float), np.asarray(values, float)
    if len(values) < 2 or np.ptp(values) <= tolerance:
        return make_keys(frames[:1], [np.median(values)])
    keyed, still = _first_keys(values, tolerance)
    motion = values[:, None]
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(keyed)
        spline = _spline(frames, motion, rows, still)
        off = np.abs(evaluate(frames[rows], *spline, frames)[:, 0] - values)
        worst = _worst(off, rows, tolerance)
        if not len(worst):
            break
        keyed[worst] = True
    at, slopes = spline
    return spline_keys(frames[rows], at[:, 0], slopes[:, 0])


def every_frame(frames: NDArray, values: NDArray) -> NDArray:
    """Return a key for each of (F,) frames, straight from one to the next."""
    return make_keys(frames, values, interpolation=LINEAR)


def _first_keys(values: NDArray, tolerance: float) -> tuple[NDArray, NDArray]:
    """Return (F,) bool: frames to key at once, and steps (to the next frame) that stand still."""
    keyed = np.zeros(len(values), bool)
    keyed[[0, -1]] = True
    keyed[_turns(values, tolerance)] = True
    still = np.zeros(len(values), bool)
    start = 0
    for end in range(1, len(values) + 1):
        piece = values[start : end + 1] if end < len(values) else None
        if piece is not None and np.ptp(piece) <= _HOLD * tolerance:
            continue
        if end - 1 - start >= 3:
            keyed[[start, end - 1]] = True
            still[start : end - 1] = True
        start = end
    return keyed, still


def _turns(values: NDArray, tolerance: float) -> list[int]:
    """Return the rows where the motion turns back by more than the tolerance."""
    found, low, high = [], 0, 0
    rising = None
    for i, value in enumerate(values):
        if value > values[high]:
            high = i
        if value < values[low]:
            low = i
        if rising is not False and value < values[high] - tolerance:
            found.append(high)
            rising, low, high = False, i, i
        elif rising is not True and value > values[low] + tolerance:
            found.append(low)
            rising, low, high = True, i, i
    return found


def _spline(
    frames: NDArray, motion: NDArray, rows: NDArray, still: NDArray
) -> tuple[NDArray, NDArray]:
    values, slopes = fit_spline(frames, motion, rows, _FIRM)
    values = motion[rows].copy()
    # Level where a hold begins or ends, and at every peak, or the curve would overshoot it.
    level = still[rows]
    level[1:] |= still[rows[:-1]]
    before, after = (
        np.diff(values[:, 0], prepend=values[0, 0]),
        np.diff(values[:, 0], append=values[-1, 0]),
    )
    level |= before * after <= 0
    slopes[level] = 0.0
    # Steeper than thrice the chord, a cubic leaves the range of its two keys.
    gaps = np.diff(frames[rows])
    chord = np.diff(values[:, 0]) / gaps
    room = 3.0 * np.minimum(np.append(np.abs(chord), np.inf), np.insert(np.abs(chord), 0, np.inf))
    slopes[:, 0] = np.clip(slopes[:, 0], -room, room)
    return values, slopes


def _worst(off: NDArray, rows: NDArray, tolerance: float) -> NDArray:
    """Return the row that strays most in each segment that strays too far."""
    found = []
    for start, end in zip(rows[:-1], rows[1:], strict=True):
        if end - start > 1:
            row = start + 1 + int(np.argmax(off[start + 1 : end]))
            if off[row] > tolerance:
                found.append(row)
    return np.array(found, int)
