"""Take the noise out of curves and leave what is motion, however small and short.

A running parabola follows a motion of a few frames; what departs from it by no more than the
curve's own noise is noise. The noise is measured on the curve itself, so that a clean clip is left
as it is, and what stands out of the noise is never smoothed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 0.3
"""How much of the curve each parabola sees: nine frames at 30 a second."""

_KEEP_FROM = 4.0  # departures of so many standard deviations are kept whole
_TO_DEVIATION = 1.4826  # median absolute deviation to standard deviation


def steady(times: NDArray, values: NDArray, window_s: float = WINDOW_S) -> NDArray[np.float64]:
    """Return (F, C) values with their noise reduced.

    Parameters
    ----------
    times : (F,) seconds, rising; they may be uneven
    values : (F, C)
    """
    values = np.asarray(values, float)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    reach = int(round(window_s / step)) // 2
    if reach < 1 or len(times) < 2 * reach + 3:
        return values.copy()
    reach = max(reach, 2)
    smooth = _parabola(times, values, reach)
    rest = values - smooth
    noise = _TO_DEVIATION * np.median(np.abs(rest), axis=0)
    kept = np.clip(np.abs(rest) / np.maximum(_KEEP_FROM * noise, 1e-9), 0.0, 1.0) ** 2
    return smooth + kept * rest


def _parabola(times: NDArray, values: NDArray, reach: int) -> NDArray[np.float64]:
    """Return the value at each time of the parabola fitted to `reach` samples to both sides."""
    count = len(times)
    first = np.clip(np.arange(count) - reach, 0, count - 2 * reach - 1)
    index = first[:, None] + np.arange(2 * reach + 1)
    span = np.maximum(times[index[:, -1]] - times[index[:, 0]], 1e-9)
    t = (times[index] - times[:, None]) / span[:, None]
    terms = np.stack([np.ones_like(t), t, t**2], axis=2)
    # The constant term of the fit is a fixed weighting of the samples.
    inverse = np.linalg.pinv(terms)[:, 0]
    return np.einsum("fk,fkc->fc", inverse, values[index])
