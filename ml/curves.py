"""Cubic curves through keys: the Hermite form that Blender's Bezier keys can hold exactly.

With its handles at a third of the span, a Bezier segment of an F-curve is a cubic Hermite
segment in time, so slopes fitted here are what Blender evaluates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solveh_banded

from .take import ALIGNED, BEZIER, GENERATED, make_keys


def hermite_basis(t: ArrayLike) -> NDArray:
    """Return (..., 4) weights of start value, start slope, end value, end slope at `t` in 0..1.

    Slopes are per unit of `t`, that is the slope a frame times the span in frames.

    >>> hermite_basis(0.5).tolist()
    [0.5, 0.125, 0.5, -0.125]
    """
    t = np.asarray(t, float)
    a, b = t * t, t * t * t
    return np.stack([2 * b - 3 * a + 1, b - 2 * a + t, 3 * a - 2 * b, b - a], axis=-1)


def evaluate(frames: ArrayLike, values: ArrayLike, slopes: ArrayLike, at: ArrayLike) -> NDArray:
    """Evaluate Hermite curves.

    Parameters
    ----------
    frames : (K,) increasing
    values, slopes : (K, C)
        Slopes are per frame.
    at : (F,) frames; before the first and after the last key the curve is constant.

    Returns
    -------
    (F, C)
    """
    frames = np.asarray(frames, float)
    values, slopes = np.asarray(values, float), np.asarray(slopes, float)
    at = np.clip(np.asarray(at, float), frames[0], frames[-1])
    if len(frames) == 1:
        return np.repeat(values, len(at), axis=0)
    i = np.clip(np.searchsorted(frames, at, side="right") - 1, 0, len(frames) - 2)
    span = (frames[i + 1] - frames[i])[:, None]
    h = hermite_basis((at - frames[i]) / span[:, 0])
    return (
        h[:, :1] * values[i]
        + h[:, 1:2] * span * slopes[i]
        + h[:, 2:3] * values[i + 1]
        + h[:, 3:] * span * slopes[i + 1]
    )


def fit_spline(
    frames: ArrayLike, motion: ArrayLike, keyed: ArrayLike, hold: float
) -> tuple[NDArray, NDArray]:
    """Find the smooth spline with the given key frames that comes nearest to all frames.

    Linear least squares in the values and slopes at the keys, one C1 curve a channel, in time
    linear in the frames (the normal matrix is banded).

    Parameters
    ----------
    frames : (F,) increasing
    motion : (F, C)
    keyed : (K,) int, increasing
        Rows of `motion` that are keyed; everything before the first and after the last is
        ignored.
    hold : float
        How many frames' worth of evidence holds each key's value to the motion's value there;
        a very large number makes the spline go through it.

    Returns
    -------
    values, slopes : (K, C), slopes per frame
        A slight pull to the chord's slope keeps gaps with few frames in them from swinging.
    """
    frames, motion, keyed = np.asarray(frames, float), np.asarray(motion, float), np.asarray(keyed)
    count = len(keyed)
    given = motion[keyed]
    if count < 2:
        return given.copy(), np.zeros_like(given)
    at = frames[keyed]
    band = np.zeros((4, 2 * count))  # upper form: row 3 is the diagonal
    right = np.zeros((2 * count, motion.shape[1]))
    for k, (start, stop) in enumerate(zip(keyed[:-1], keyed[1:], strict=True)):
        rows = slice(start, stop + 1 if k == count - 2 else stop)
        span = at[k + 1] - at[k]
        h = hermite_basis((frames[rows] - at[k]) / span) * [1.0, span, 1.0, span]
        square = h.T @ h
        for i in range(4):
            for j in range(i, 4):
                band[3 - (j - i), 2 * k + j] += square[i, j]
        right[2 * k : 2 * k + 4] += h.T @ motion[rows]
    chord = np.gradient(given, at, axis=0)
    pull = 1e-3 * np.gradient(at) ** 2
    band[3, 0::2] += hold
    band[3, 1::2] += pull
    right[0::2] += hold * given
    right[1::2] += pull[:, None] * chord
    solved = solveh_banded(band, right)
    return solved[0::2], solved[1::2]


def spline_keys(
    frames: ArrayLike,
    values: ArrayLike,
    slopes: ArrayLike,
    *,
    interpolation: int = BEZIER,
    key_type: ArrayLike = GENERATED,
) -> NDArray:
    """Return (K,) keys whose aligned handles hold one channel's Hermite curve exactly.

    Parameters
    ----------
    frames, values, slopes : (K,)
        Slopes are per frame.
    interpolation, key_type : numbers of `ml.take`
    """
    frames, values = np.asarray(frames, float), np.asarray(values, float)
    slopes = np.asarray(slopes, float)
    keys = make_keys(frames, values, interpolation=interpolation, handle=ALIGNED, key_type=key_type)
    gap = np.diff(frames)
    # The outer handles of the first and last key shape nothing: mirror the inner ones.
    before = np.concatenate([gap[:1], gap]) if len(gap) else np.ones(1)
    after = np.concatenate([gap, gap[-1:]]) if len(gap) else np.ones(1)
    for name, reach in (("handle_left", -before / 3.0), ("handle_right", after / 3.0)):
        keys[name] = np.stack([frames + reach, values + reach * slopes], axis=-1)
    return keys
