"""When motions happen: quicker or slower, held, softer, later, each around its own peak."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_EASE_S = 0.12  # blur of a full ease
_MOVES = 0.05  # a region's motion turns back by more than this between two of its motions


def timed(
    times: NDArray,
    values: NDArray,
    *,
    speed: float = 1.0,
    hold_s: float = 0.0,
    ease: float = 0.0,
    offset_s: float = 0.0,
) -> NDArray:
    """Change the timing of a region.

    Parameters
    ----------
    times : (F,) seconds, rising
    values : (F, C) of one region, none below 0
    speed, hold_s, ease, offset_s : as in `ml.face.edit.Region`
    """
    if len(times) < 3:
        return values
    step = float(np.median(np.diff(times)))
    if speed != 1.0:
        values = quickened(times, values, speed)
    if hold_s > 0:
        from scipy.ndimage import maximum_filter1d

        width = int(round(hold_s / step)) + 1
        # From the peak on: the window reaches back, never ahead.
        values = maximum_filter1d(values, width, axis=0, origin=(width - 1) // 2, mode="nearest")
    if ease > 0:
        values = _eased(values, ease * _EASE_S / step)
    if offset_s:
        at = times - offset_s
        values = np.stack([np.interp(at, times, c) for c in values.T], axis=1)
    return values


def _eased(values: NDArray, sigma: float) -> NDArray:
    """Soften starts and stops, with every peak at its old height."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    out = gaussian_filter1d(values, sigma, axis=0, mode="nearest")
    for column, (track, soft) in enumerate(zip(values.T, out.T, strict=True)):
        peaks, _ = find_peaks(track, prominence=_MOVES)
        if len(peaks):
            gain = track[peaks] / np.maximum(soft[peaks], 1e-3)
            gain = np.interp(np.arange(len(track)), peaks, np.minimum(gain, 3.0))
            out[:, column] = soft * gain
    return out


def quickened(times: NDArray, values: NDArray, speed: ArrayLike) -> NDArray:
    """Let every motion of a region rise and fall quicker, or slower, around its own peak.

    The region's motions are told apart at the lows of their sum, which stay where they are, as
    the peaks do; so the timing of the performance is kept.

    Parameters
    ----------
    values : (F, C) of one region
    speed : 1 as it is; (F,) where it differs: a rise and a fall each take their own mean
    """
    from scipy.signal import find_peaks

    total = np.abs(values).sum(axis=1)
    peaks, _ = find_peaks(np.pad(total, 1), prominence=_MOVES)
    peaks = np.clip(peaks - 1, 0, len(total) - 1)
    if not len(peaks):
        return values
    lows = [
        a + int(np.argmin(total[a : b + 1])) for a, b in zip(peaks[:-1], peaks[1:], strict=True)
    ]
    edges = [0, *lows, len(total) - 1]
    speeds = np.log(np.broadcast_to(np.asarray(speed, float), len(total)))
    at = times.copy()
    for peak, start, end in zip(peaks, edges[:-1], edges[1:], strict=True):
        for edge in (start, end):
            rows = slice(min(peak, edge), max(peak, edge) + 1)
            length = times[edge] - times[peak]
            mean = _mean_where_it_moves(speeds[rows], total[rows])
            if length and mean:
                share = (times[rows] - times[peak]) / length
                at[rows] = times[peak] + length * _warp(share, np.exp(mean))
    return np.stack([np.interp(at, times, c) for c in values.T], axis=1)


def _mean_where_it_moves(values: NDArray, total: NDArray) -> float:
    """Return the mean over a rise or a fall: a face at rest before it says nothing of its speed."""
    weight = np.abs(np.gradient(total)) if len(total) > 1 else np.ones(1)
    return float(np.average(values, weights=weight)) if weight.any() else 0.0


def _warp(share: NDArray, speed: float) -> NDArray:
    """Map 0..1 onto itself, with the slope `speed` at 0.

    >>> _warp(np.array([0.0, 0.5, 1.0]), 2.0).tolist()
    [0.0, 0.75, 1.0]
    """
    if speed >= 1.0:
        return 1.0 - (1.0 - share) ** speed
    return speed * share + (1.0 - speed) * share**3
