"""Cubic curves through keys: the Hermite form that Blender's Bezier keys can hold exactly.

With its handles at a third of the span, a Bezier segment of an F-curve is a cubic Hermite
segment in time, so slopes fitted here are what Blender evaluates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def evaluate(
    frames: ArrayLike, values: ArrayLike, slopes: ArrayLike, at: ArrayLike
) -> NDArray:
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


def fit_slopes(frames: ArrayLike, motion: ArrayLike, keyed: ArrayLike) -> NDArray:
    """Find the slopes with which a spline through some frames comes nearest to all frames.

    Parameters
    ----------
    frames : (F,) increasing
    motion : (F, C)
    keyed : (K,) int, increasing
        Which rows of `motion` the spline goes through exactly; everything outside the first
        and last is ignored.

    Returns
    -------
    (K, C) slopes per frame, least squares, one smooth (C1) curve a channel. A slight pull to
    the chord's slope keeps gaps with few frames in them from swinging.
    """
    frames, motion, keyed = np.asarray(frames, float), np.asarray(motion, float), np.asarray(keyed)
    count = len(keyed)
    if count < 2:
        return np.zeros((count, motion.shape[1]))
    key_frames, values = frames[keyed], motion[keyed]
    rows = np.arange(keyed[0], keyed[-1] + 1)
    i = np.clip(np.searchsorted(keyed, rows, side="right") - 1, 0, count - 2)
    span = key_frames[i + 1] - key_frames[i]
    h = hermite_basis((frames[rows] - key_frames[i]) / span)
    a = np.zeros((len(rows), count))
    every = np.arange(len(rows))
    a[every, i] = h[:, 1] * span
    a[every, i + 1] = h[:, 3] * span
    rest = motion[rows] - h[:, :1] * values[i] - h[:, 2:3] * values[i + 1]
    chord = np.gradient(values, key_frames, axis=0)
    pull = 1e-2 * np.gradient(key_frames) ** 2
    return np.linalg.solve(a.T @ a + np.diag(pull), a.T @ rest + pull[:, None] * chord)


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
    keys = make_keys(
        frames, values, interpolation=interpolation, handle=ALIGNED, key_type=key_type
    )
    gap = np.diff(frames)
    # The outer handles of the first and last key shape nothing: mirror the inner ones.
    before = np.concatenate([gap[:1], gap]) if len(gap) else np.ones(1)
    after = np.concatenate([gap, gap[-1:]]) if len(gap) else np.ones(1)
    for name, reach in (("handle_left", -before / 3.0), ("handle_right", after / 3.0)):
        keys[name] = np.stack([frames + reach, values + reach * slopes], axis=-1)
    return keys
