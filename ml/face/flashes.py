"""Find what is too small and too short for the solver: motions of a few frames on a calm face.

Between two frames a quarter of a second apart the same skin under the same light has hardly
changed, so its movement can be measured to a tenth of a pixel, by optical flow in the patches. A
linear network says which expressions such a small movement is. What a frame has over the frames a
quarter of a second before *and* after it is a flash: slow motion has it over one of them only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .changes import Comparer
from .performance import NAMES, REGIONS

NAME = "face_flash_v1"
APART_S = (0.27, 0.4)
"""How far away the frames are that a frame is compared with: the second where the first blink."""

_SIGNIFICANT, _ENOUGH = 2.0, 20  # deviations of what a curve seems to lack; from so many frames
_LEAST, _HIGHEST = 0.05, 0.3
_AS_MUCH = 0.6  # of the clearest of its half of the face, and of the other side's
_FOOT = 0.25
_JITTER = 0.03  # change of a curve that is no motion
_CALM = 0.35  # summed change of a half of the face up to which it is calm
_UPPER = np.array([n in REGIONS["brows"] + REGIONS["lids"] + REGIONS["nose"] for n in NAMES])
_OTHER = np.array(
    [
        NAMES.index(n.replace("Left", "#").replace("Right", "Left").replace("#", "Right"))
        for n in NAMES
    ]
)
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])


def both_ways(first: NDArray, second: NDArray) -> NDArray[np.float64]:
    """Return the smaller of two changes where they have one sign, else 0.

    >>> both_ways(np.array([0.2, 0.2, -0.1]), np.array([0.1, -0.3, -0.4])).tolist()
    [0.1, 0.0, -0.1]
    """
    same = np.sign(first) == np.sign(second)
    return np.where(same, np.sign(first) * np.minimum(np.abs(first), np.abs(second)), 0.0)


def add(
    value: NDArray,
    times: NDArray,
    compare: Comparer,
    settings: Settings | None = None,
) -> tuple[NDArray[np.float64], str]:
    """Return (F, 52) curves with the flashes that they lack, and the network's sha256.

    Parameters
    ----------
    value : (F, 52) of the solver
    times : (F,) seconds
    compare : of the same frames
    """
    session = Session(NAME, settings)
    # A flash is something that comes; what goes for a moment is mostly the flow's own mistake.
    lacking = np.where(_LOOKS, 0.0, np.maximum(_lacking(value, times, compare, session), 0.0))
    return value + _likely(lacking), session.sha256


def _likely(lacking: NDArray) -> NDArray[np.float64]:
    """Return (F, 52), of what the curves seem to lack that which is a flash.

    The flow is never quite still, and a motion of one part of a face looks a little like others,
    and like the other side's. So a flash stands out of what else is there of its own curve, is the
    clearest of its half of the face or nearly so, and lasts more than one frame.
    """
    noise = np.zeros(len(NAMES))
    for i in np.flatnonzero(np.count_nonzero(lacking, axis=0) >= _ENOUGH):
        noise[i] = 1.4826 * np.median(lacking[lacking[:, i] > 0, i])
    clear = lacking / np.maximum(_SIGNIFICANT * noise, _LEAST)
    chosen = (clear > 1.0) & (lacking >= _AS_MUCH * lacking[:, _OTHER])
    for half in (_UPPER, ~_UPPER):
        most = clear[:, half].max(axis=1, keepdims=True)
        chosen[:, half] &= clear[:, half] >= _AS_MUCH * most
    out = np.zeros_like(lacking)
    for i in np.flatnonzero(chosen.any(axis=0)):
        for low, high in _runs(chosen[:, i]):
            if high - low > 1:
                _copy_bump(lacking[:, i], out[:, i], low, high)
    return np.minimum(out, _HIGHEST)


def _runs(chosen: NDArray) -> list[tuple[int, int]]:
    """Return (first, one past the last) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _copy_bump(curve: NDArray, out: NDArray, low: int, high: int) -> None:
    """Copy a part of a curve, and the slopes beside it down to a share of its height."""
    foot = _FOOT * curve[low:high].max()
    while low > 0 and curve[low - 1] > foot:
        low -= 1
    while high < len(curve) and curve[high] > foot:
        high += 1
    out[low:high] = curve[low:high]


def _lacking(
    value: NDArray, times: NDArray, compare: Comparer, session: Session
) -> NDArray[np.float64]:
    """Return (F, 52), what the flow has over both neighbours and the curves do not."""
    step = float(np.median(np.diff(times))) if len(times) > 1 else np.inf
    lacking = np.zeros_like(value)
    settled = np.zeros(value.shape, bool)
    for apart in (int(round(seconds / step)) for seconds in APART_S):
        # With fewer frames a second a flash cannot be told from noise.
        if apart < 3 or len(times) < 2 * apart + 3:
            break
        new = _calm(value, times, apart) & ~settled
        frames = np.flatnonzero(new[:, ~_LOOKS].any(axis=1))
        if len(frames):
            flash = _flashes(value, frames, compare, session, apart)
            lacking[frames] = np.where(new[frames], flash, lacking[frames])
        settled |= new
    return lacking


def _flashes(
    value: NDArray, frames: NDArray, compare: Comparer, session: Session, apart: int
) -> NDArray[np.float64]:
    """Return (N, 52), what the curves lack at N frames."""
    firsts = np.unique(np.concatenate([frames - apart, frames]))
    out = session(change=np.stack([compare(i, i + apart) for i in firsts]))
    moved = out["value"] * (out["trusted"] > 0)
    came, goes = (moved[np.searchsorted(firsts, f)] for f in (frames - apart, frames))
    flash = both_ways(came, -goes)
    middle = value[frames]
    known = both_ways(middle - value[frames - apart], middle - value[frames + apart])
    opposed = np.sign(known) == -np.sign(flash)
    short = np.where(opposed, flash, flash - known)
    return np.where(np.abs(known) < np.abs(flash), short, 0.0)


def _calm(value: NDArray, times: NDArray, apart: int) -> NDArray[np.bool_]:
    """Return (F, 52), where the half of the face around an expression hardly moves."""
    count = len(value)
    middle = value[apart : count - apart]
    change = np.maximum(
        np.abs(middle - value[: count - 2 * apart]), np.abs(middle - value[2 * apart :])
    )
    change = np.maximum(change - _JITTER, 0.0)
    # Across a gap in the clip the frames are further apart than they count.
    span = times[2 * apart :] - times[: count - 2 * apart]
    near = span < 3.0 * apart * np.median(np.diff(times))
    out = np.zeros(value.shape, bool)
    for half in (_UPPER, ~_UPPER & ~_LOOKS):
        out[apart : count - apart, half] = (near & (change[:, half].sum(axis=1) < _CALM))[:, None]
    return out
