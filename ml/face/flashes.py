"""Find what is too small and too short for the solver: motions of a few frames on a calm face.

Between two frames a quarter of a second apart the same skin under the same light has hardly
changed, so its movement can be measured to a tenth of a pixel, by optical flow in the patches. A
linear network says which expressions such a small movement is. What a frame has over the frames a
quarter of a second before *and* after it is a flash: slow motion has it over one of them only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .changes import Comparer
from .performance import NAMES, REGIONS

NAME = "face_flash_v1"
APART_S = (0.27, 0.4)
"""How far away the frames are that a frame is compared with: the second where the first blink."""

_ENOUGH, _HIGHEST = 20, 0.3  # frames that tell a curve's noise
_AS_MUCH = 0.6  # of the clearest of its half of the face, and of the other side's
_FOOT = 0.25
_JITTER = 0.03  # change of a curve that is no motion
_CALM, _CALMER = 0.35, 0.2  # summed change of a half of the face up to which it is so
_FLASH_S, _SLOWEST_S = 0.7, 0.085  # what is shorter; and frames are nearer than this to show it
_STILL_S, _STILL = 4.0, 0.95  # share of so much time around, in which a still face is calm


@dataclass(frozen=True)
class Sense:
    """How faint a flash may be.

    Attributes
    ----------
    significant : deviations of what a curve seems to lack
    clear : deviations of a curve's own noise, for what is in it
    least : height
    larger : times the height that is seen, at most
    """

    significant: float
    clear: float
    least: float
    larger: float


STILL, MOVING = Sense(1.5, 2.0, 0.03, 6.0), Sense(2.5, 3.0, 0.05, 3.0)
"""On a face that is still but for flashes and blinks, and on one that moves."""

_UPPER = np.array([n in REGIONS["brows"] + REGIONS["lids"] + REGIONS["nose"] for n in NAMES])
_OTHER = np.array(
    [
        NAMES.index(n.replace("Left", "#").replace("Right", "Left").replace("#", "Right"))
        for n in NAMES
    ]
)
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])
_BLINKS = np.array([n.startswith("eyeBlink") for n in NAMES])


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
    gain: NDArray,
    life: float,
    settings: Settings | None = None,
) -> tuple[NDArray[np.float64], str]:
    """Return (F, 52) curves with the flashes that they lack, and the network's sha256.

    Parameters
    ----------
    value : (F, 52) of the solver
    times : (F,) seconds
    compare : of the same frames
    gain : (52,) what share of a small motion the curves show
    life : of `changes.lively`; where it is 1 a face that moves has no faint flashes
    """
    session = Session(NAME, settings)
    step = float(np.median(np.diff(times))) if len(times) > 1 else np.inf
    apart = max(int(APART_S[0] / step + 0.5), 1)
    # With fewer frames a second a flash cannot be told from noise.
    if step > _SLOWEST_S or len(times) < 2 * apart + 3:
        return value, session.sha256
    # A flash is something that comes; what goes for a moment is mostly the flow's own mistake.
    lacking = np.where(_LOOKS, 0.0, np.maximum(_lacking(value, times, compare, session), 0.0))
    faint, plain = (
        _heighten(value + _likely(lacking, sense), times, gain, sense) for sense in (STILL, MOVING)
    )
    plain = plain + life * (value - plain)
    # In speech much of what looks like a faint flash is none.
    still = _still(value, apart, max(round(_STILL_S / step), 1))[:, None]
    still = still & _calm(value, times, apart, _CALMER)
    return np.where(still, faint, plain), session.sha256


def _still(value: NDArray, apart: int, around: int) -> NDArray[np.bool_]:
    """Return (F,), where the whole face hardly moves, blinks aside, in most frames around."""
    from scipy.ndimage import uniform_filter1d

    middle = value[apart:-apart]
    change = np.maximum(np.abs(middle - value[: -2 * apart]), np.abs(middle - value[2 * apart :]))
    change = np.maximum(change - _JITTER, 0.0)[:, ~(_LOOKS | _BLINKS)].sum(axis=1)
    calm = np.ones(len(value))
    calm[apart:-apart] = change < _CALMER
    return uniform_filter1d(calm, around | 1, mode="nearest") >= _STILL


def _heighten(value: NDArray, times: NDArray, gain: NDArray, sense: Sense) -> NDArray[np.float64]:
    """Return (F, 52) in which the flashes of a calm face have their height.

    A flash stands out of its curve's own noise, and is not the shadow of one on the other side.
    """
    from scipy.ndimage import median_filter

    reach = max(round(_FLASH_S / float(np.median(np.diff(times))) / 2), 1)
    above = value - median_filter(value, size=(2 * reach + 1, 1), mode="nearest")
    noise = 1.4826 * np.median(np.abs(above), axis=0)
    larger = np.clip(1.0 / np.maximum(gain, 1e-3), 1.0, sense.larger)
    larger[_LOOKS | _BLINKS] = 1.0
    high = above * larger
    clear = (above > np.maximum(sense.clear * noise, sense.least / larger)) & (
        high >= _AS_MUCH * high[:, _OTHER]
    )
    bumps = np.zeros_like(value)
    for i in np.flatnonzero(clear.any(axis=0) & (larger > 1.0)):
        for first, end in _runs(clear[:, i]):
            if end - first > 1:
                _copy_bump(np.maximum(above[:, i], 0.0), bumps[:, i], first, end)
    return value + np.minimum((larger - 1.0) * bumps, _HIGHEST)


def _likely(lacking: NDArray, sense: Sense) -> NDArray[np.float64]:
    """Return (F, 52), of what the curves seem to lack that which is a flash.

    The flow is never quite still, and a motion of one part of a face looks a little like others,
    and like the other side's. So a flash stands out of what else is there of its own curve, is the
    clearest of its half of the face or nearly so, and lasts more than one frame.
    """
    noise = np.zeros(len(NAMES))
    for i in np.flatnonzero(np.count_nonzero(lacking, axis=0) >= _ENOUGH):
        noise[i] = 1.4826 * np.median(lacking[lacking[:, i] > 0, i])
    clear = lacking / np.maximum(sense.significant * noise, sense.least)
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


def _calm(value: NDArray, times: NDArray, apart: int, most: float = _CALM) -> NDArray[np.bool_]:
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
        out[apart : count - apart, half] = (near & (change[:, half].sum(axis=1) < most))[:, None]
    return out
