"""Let blinks close the eyes: how far a person's shut lids are read to be closed is calibrated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .performance import INDEX

LIDS = (INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"])

_RISE, _LEAST = 0.3, 0.7  # above what is before and after, and in all: lower ones are no blinks
_LONGEST_S = 0.45  # at half height; longer, the eye is kept shut or droops
_FULL = 0.5  # quantile of the peaks that counts as shut: some blinks are halves
_MOST = 1.4


def calibrate(times: NDArray, value: NDArray) -> NDArray[np.float64]:
    """Return curves (F, 52) in which each eye's blinks close it.

    Spontaneous blinks are short, and most of them are whole; so where a clip has some, their usual
    height is what this eye shows when it is shut. Eyes that are only half shut for longer say
    nothing, and a clip without blinks stays as it is.

    Parameters
    ----------
    times : (F,) seconds
    value : (F, 52), 0 at rest
    """
    out = np.array(value, float)
    for lid in LIDS:
        peaks = blinks(times, value[:, lid])
        if len(peaks):
            shut = float(np.quantile(value[peaks, lid], _FULL))
            out[:, lid] *= np.clip(1.0 / shut, 1.0, _MOST)
    return out


def blinks(times: NDArray, curve: NDArray) -> NDArray[np.int64]:
    """Return the frames at which a curve (F,) has the peak of a short, high bump."""
    from scipy.signal import find_peaks

    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    widest = max(_LONGEST_S / step, 1.0)
    return find_peaks(curve, height=_LEAST, prominence=_RISE, width=(None, widest))[0]
