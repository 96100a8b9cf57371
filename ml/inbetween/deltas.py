"""Differences from the artist's curves: nothing at the keys, and smooth between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pinned(delta: NDArray, keyed: NDArray) -> NDArray:
    """Return (F, B, 3) less its straight line between each bone's keys: nothing at the keys.

    Before the first key and after the last there is nothing either.
    """
    frames = np.arange(len(keyed))[:, None]
    before = np.maximum.accumulate(np.where(keyed, frames, -1), axis=0)
    after = np.minimum.accumulate(np.where(keyed, frames, len(keyed))[::-1], axis=0)[::-1]
    free = (before >= 0) & (after < len(keyed)) & ~keyed
    low, high = np.maximum(before, 0), np.minimum(after, len(keyed) - 1)
    t = ((frames - low) / np.maximum(high - low, 1))[..., None]
    bones = np.arange(keyed.shape[1])
    line = delta[low, bones] * (1.0 - t) + delta[high, bones] * t
    return np.where(free[..., None], delta - line, 0.0)


def smoothed(delta: NDArray, amount: float, fps: float) -> NDArray:
    """Return (F, B, 3) blurred over time: at 1, over about a fifth of a second either way."""
    width = 0.1 * fps * amount
    if width < 0.2 or len(delta) < 3:
        return delta
    reach = int(np.ceil(2.5 * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    padded = np.pad(delta, [(reach, reach), (0, 0), (0, 0)], mode="edge")
    parts = (w * padded[i : i + len(delta)] for i, w in enumerate(kernel / kernel.sum()))
    return sum(parts)
