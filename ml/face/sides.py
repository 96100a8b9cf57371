"""Bring the two sides of a face together where they lastingly differ by little.

People's faces move nearly alike on both sides (in the recordings that were trained on, the two go
together by r = .97 or more), and what the solver reads apart is mostly the light and the turn of
the head. So a small difference that lasts is taken for such an error and drawn in; a large one is
a lopsided face and stays, and so does what comes and goes on one side within half a second or so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .performance import INDEX, NAMES

_LASTING_S = 1.0
_SMALL = 0.03
"""A half difference that is halved. On 29 films of other people .864 / .741 / .689 (strong, weak,
other expressions) where without .862 / .735 / .687."""

_DIRECTIONS = ("eyeLook", "jaw", "mouthLeft", "mouthRight")  # that have no other side
LEFT = np.array([i for i, n in enumerate(NAMES) if "Left" in n and not n.startswith(_DIRECTIONS)])
RIGHT = np.array([INDEX[NAMES[i].replace("Left", "Right")] for i in LEFT])


def draw_together(times: NDArray, value: NDArray) -> NDArray[np.float64]:
    """Return curves (F, 52) whose small lasting differences between left and right are smaller.

    Parameters
    ----------
    times : (F,) seconds
    value : (F, 52)
    """
    from scipy.ndimage import median_filter

    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    reach = max(round(_LASTING_S / step / 2), 1)
    half = (value[:, LEFT] - value[:, RIGHT]) / 2
    lasting = median_filter(half, size=(2 * reach + 1, 1), mode="nearest")
    error = lasting * _SMALL**2 / (lasting**2 + _SMALL**2)
    out = np.array(value, float)
    out[:, LEFT] -= error
    out[:, RIGHT] += error
    return out
