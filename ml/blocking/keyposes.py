"""Which frames an animator would key: the fewest poses whose spline rebuilds the motion.

Candidates are rated by how much they look like a pose (the body slows down, changes
direction, a foot lands or leaves); the choice among them is exact, by dynamic programming over
the cost of every spline segment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d
from scipy.signal import find_peaks, peak_prominences

from .. import curves
from .. import rotations as rt
from ..errors import UnderstudyError
from ..take import BREAKDOWN, EXTREME, KEYFRAME
from . import shortest
from .body import PARENT, ROLES, Motion

# How much a degree at each segment shows: what moves more of the body, or more visibly.
_LEVERAGE = {
    "hips": 1.0, "spine": 0.7, "chest": 0.8, "neck": 0.4, "head": 0.6, "shoulder": 0.4,
    "upper_arm": 0.9, "forearm": 0.7, "hand": 0.25, "thigh": 1.0, "shin": 0.8, "foot": 0.3,
    "toe": 0.05,
}  # fmt: skip
VALUE_HOLD = 1.0
"""Frames' worth of evidence with which a key's pose is held to the frame it stands on: the
detector trembles, so the frames around have a say in the pose as well."""

_ROOT_WEIGHT = 1.5
# How much where the joints are counts beside how they are turned, a leg length for a radian. Set on
# 34 stretches of three seconds of people to train on, rebuilt from 5 % of their frames: from 1 to 2
# places come 2 to 4 mm nearer and turns as near as before, from there on turns get worse.
_PLACE_WEIGHT = 2.0
_MOST_CANDIDATES = 320
_MOST_SAMPLES = 32
_LONGEST_S = 4.0
# Weights tried, strongest first, for landing on poses, and the most that may cost: in
# squared error over the smallest possible, and in root mean square error.
_POSE_PULLS = (16.0, 8.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.2)
# Without the key picker, asked for about as many keys as there are poses; chosen on two blocked
# clips: F1 there is 0.67 at 0.5 degrees, 0.78 at 0.7 and 0.9, and 0.89 from 1.0 on.
_POSE_WORTH = (1.75, np.radians(1.0))
# With it: where nothing tells poses from what lies between, and where they are plain. Set, with the
# next four, on the blocked and captured clips for tuning.
_VAGUE_WORTH, _CLEAR_WORTH = (1.05, np.radians(0.2)), (3.0, np.radians(2.0))
# Mean entropy of the scores, nats a frame: of plain poses and of vague ones.
_CLEAR, _VAGUE = 0.44, 0.52
# Frames' worth of score that one pose gives; for keys asked for over poses seen, how much the poses
# count: asked for few, the curve comes first. Without the key picker many do no harm.
_SCORE_OF_A_POSE = 2.5
_AS_MANY = ((0.55, 0.75, 1.05, 1.4), (0.0, 1.0, 1.0, 0.0))
_FEW = 0.65
_POLISH_SWEEPS, _POLISH_REACH = 3, 3
_SLOPE_HOLD = 1.0
_EXTREME_FROM = 0.35


@dataclass
class KeyPoses:
    """The chosen poses.

    Attributes
    ----------
    index : (K,) int, rows of the motion, increasing
    key_type : (K,) int, EXTREME, BREAKDOWN or KEYFRAME of `ml.take`
    salience : (F,) 0 to 1, how much each frame looks like a pose
    error_deg : float
        Root mean square distance of the splined poses to the motion, degrees, weighted by how
        much each segment shows.
    """

    index: NDArray
    key_type: NDArray
    salience: NDArray
    error_deg: float


def features(motion: Motion) -> NDArray:
    """Return (F, C) numbers whose squared distance is a squared angle, in radians.

    Local rotations as quaternions (twice their distance is the angle) and the root in leg
    lengths, each weighted by how much it shows; the weights' squares add up to one.
    """
    parts, weights = [], []
    for r, role in enumerate(ROLES):
        parent = PARENT[role]
        local = motion.rot[:, r]
        if parent is not None:
            local = rt.multiply(rt.conjugate(motion.rot[:, ROLES.index(parent)]), local)
        weight = _LEVERAGE[role.partition(".")[0]]
        parts.append(2.0 * weight * rt.continuous(local))
        weights.append(weight)
    parts.append(_ROOT_WEIGHT * motion.root / motion.leg_length)
    total = np.sqrt(np.sum(np.square(weights)) + _ROOT_WEIGHT**2)
    return np.concatenate(parts, axis=1) / total


def rate_frames(values: NDArray, contact: NDArray, fps: float) -> NDArray:
    """Rate each frame 0 to 1 as a pose.

    Parameters
    ----------
    values : (F, C) whatever moves, in comparable sizes
    contact : (F, P) bool
    fps : float

    Returns
    -------
    (F,); the first and last frame are 1.
    """
    frames = len(values)
    salience = np.zeros(frames)
    if frames > 4:
        smooth = gaussian_filter1d(values, 0.04 * fps, axis=0, mode="nearest")
        step = np.gradient(smooth, axis=0) * fps
        speed = np.linalg.norm(step, axis=1)
        # In logarithms a pause within slow motion counts as much as one within fast motion.
        slow = -np.log(speed + 0.1 * speed.mean() + 1e-6)
        peaks, _ = find_peaks(slow)
        if len(peaks):
            depth = peak_prominences(slow, peaks)[0]
            salience[peaks] = np.maximum(salience[peaks], 1.0 - np.exp(-depth / 0.35))
        # Direction: the cosine between the motion before and after, where there is motion.
        reach = max(1, round(0.1 * fps))
        before, after = step[: -2 * reach], step[2 * reach :]
        turn = 1.0 - (before * after).sum(1) / np.maximum(
            np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1), 1e-9
        )
        moving = np.sqrt(np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1))
        turn = 0.5 * turn * np.clip(moving / (0.5 * speed.mean() + 1e-9), 0.0, 1.0)
        peaks, _ = find_peaks(turn, height=0.3)
        salience[peaks + reach] = np.maximum(salience[peaks + reach], 0.6 * turn[peaks])
        changes = 1 + np.flatnonzero((contact[1:] != contact[:-1]).any(axis=1))
        salience[changes] = np.maximum(salience[changes], 0.3)
    salience[[0, -1]] = 1.0
    return salience


def _candidates(salience: NDArray, count: int | None) -> NDArray:
    """Return the frames worth trying: all of a short clip, else the likely and some between."""
    frames = len(salience)
    most = max(_MOST_CANDIDATES, 3 * (count or 0))
    if frames <= most:
        return np.arange(frames)
    even = np.linspace(0, frames - 1, most // 2).round().astype(int)
    likely = np.argsort(-salience, kind="stable")[: most - len(even)]
    return np.union1d(even, likely)


def _segment_costs(
    values: NDArray, slopes: NDArray, frames: NDArray, longest: int
) -> tuple[NDArray, NDArray]:
    """Return (N, N) squared error and largest frame error of the spline between candidates.

    Entry (a, b) belongs to the segment from candidate a to candidate b; infinity where b does
    not follow a within `longest` frames.
    """
    n = len(frames)
    cost, worst = np.full((n, n), np.inf), np.full((n, n), np.inf)
    spans = frames[None, :] - frames[:, None]
    for span in np.unique(spans[(spans > 0) & (spans <= longest)]):
        a, b = np.nonzero(spans == span)
        if span == 1:
            cost[a, b] = worst[a, b] = 0.0
            continue
        inner = np.unique(np.linspace(1, span - 1, min(span - 1, _MOST_SAMPLES)).round())
        start, stop = frames[a], frames[b]
        basis, settle = _segment_basis(inner / span, span)
        ends = np.stack([values[start], values[stop], slopes[start], slopes[stop]], axis=1)
        there = values[start[:, None] + inner.astype(int)]
        miss = settle @ (there - basis @ ends)
        square = np.einsum("asc,asc->as", miss, miss)
        cost[a, b] = square.sum(axis=1) * (span - 1) / len(inner)
        worst[a, b] = np.sqrt(square.max(axis=1))
    return cost, worst


def _segment_basis(t: NDArray, span: int) -> tuple[NDArray, NDArray]:
    """Return what a segment's samples are made of, and what its slopes cannot mend.

    Parameters
    ----------
    t : (S,) places of the samples, 0 to 1
    span : int, frames

    Returns
    -------
    basis : (S, 4) weights of both values and both slopes (per frame)
    settle : (S, S)
        Applied to what is left with the values and slopes measured at the ends, it gives what
        is left once both are fitted, held to the measured ones by `VALUE_HOLD` and `_SLOPE_HOLD`
        frames' worth: they are shared with the neighbouring segment, so they are not free.
    """
    h = curves.hermite_basis(t) * [1.0, span, 1.0, span]
    lean = curves.hermite_basis(t) * np.sqrt((span - 1) / len(t))
    hold = np.diag([VALUE_HOLD, _SLOPE_HOLD, VALUE_HOLD, _SLOPE_HOLD])
    settle = np.eye(len(t)) - lean @ np.linalg.inv(lean.T @ lean + hold) @ lean.T
    return h[:, [0, 2, 1, 3]].astype(np.float32), settle.astype(np.float32)


def choose(
    values: NDArray,
    salience: NDArray,
    fps: float,
    count: int | None = None,
    tolerance_rad: float | None = None,
    learned: NDArray | None = None,
) -> NDArray:
    """Choose the frames to key.

    Parameters
    ----------
    values : (F, C) from `features`
    salience : (F,) from `rate`
    fps : float
    count : int, optional
        Exactly this many keys, first and last frame included.
    tolerance_rad : float, optional
        Without a count: the fewest keys for which no frame is further off than this, in the
        weighted root mean square over the joints that `features` measures.
    learned : (F,), optional
        The key picker's scores, if the salience comes from it: how plain they are says how much
        landing on poses may cost.

    Returns
    -------
    (K,) int, increasing
    """
    frames = len(values)
    if frames < 3 or (count is not None and count >= frames):
        return np.arange(frames)
    if count is None and tolerance_rad is None:
        raise UnderstudyError("Say how many keys to set, or how far they may be off")
    if count is None and frames > _MOST_CANDIDATES:
        return _choose_in_pieces(values, salience, fps, tolerance_rad, learned)
    likely = _candidates(salience, count)
    longest = round(_LONGEST_S * fps)
    if count is not None:
        longest = max(longest, int(np.ceil(3.0 * frames / max(count - 1, 1))))
    smooth = gaussian_filter1d(values, 0.04 * fps, axis=0, mode="nearest")
    slopes = np.gradient(smooth, axis=0)
    cost, worst = _segment_costs(
        values.astype(np.float32), slopes.astype(np.float32), likely, min(longest, frames)
    )
    if count is None:
        allowed = worst <= max(tolerance_rad, 1e-6)
        allowed |= np.eye(len(likely), k=1, dtype=bool)
        cost = np.where(allowed, cost, np.inf)
        count = shortest.fewest(allowed)
    count = max(2, min(count, len(likely)))
    asked = count / _poses_seen(salience, learned)
    worth = _worth(learned, asked)
    index = likely[_pulled_path(cost, salience[likely], count, frames, worth)]
    index = _polish(values, index, (salience >= _EXTREME_FROM) & (asked >= _FEW))
    return index if tolerance_rad is None else _within(values, index, tolerance_rad)


def _within(values: NDArray, index: NDArray, tolerance_rad: float) -> NDArray:
    """Key the frame that is furthest off until none is further than the tolerance.

    Segments were judged one by one; in the finished spline a few frames may be over by a little.
    """
    frames = np.arange(len(values))
    while len(index) < len(values):
        spline = curves.fit_spline(frames, values, index, VALUE_HOLD)
        error = np.linalg.norm(curves.evaluate(index, *spline, frames) - values, axis=1)
        error[index] = 0.0
        if error.max() <= tolerance_rad:
            break
        index = np.sort(np.append(index, error.argmax()))
    return index


def _poses_seen(salience: NDArray, learned: NDArray | None) -> float:
    """Return how many poses a motion seems to have, the first and the last frame included."""
    if learned is None:
        return 2.0 + float((salience[1:-1] >= _EXTREME_FROM).sum())
    return max(float(learned.sum()) / _SCORE_OF_A_POSE, 2.0)


def _worth(learned: NDArray | None, asked: float) -> tuple[float, float]:
    """Return what landing on poses may cost, as `_POSE_WORTH`, for `asked` keys a pose.

    A blocked clip has plain poses: asked for about so many, it is they that are wanted. Asked for
    fewer, and of a performance that flows, its curve comes first.
    """
    if learned is None:
        clear, most = float(np.interp(min(asked, 1.0), *_AS_MANY)), _POSE_WORTH
    else:
        p = np.clip(learned, 1e-6, 1.0 - 1e-6)
        entropy = float(-(p * np.log(p) + (1.0 - p) * np.log(1.0 - p)).mean())
        clear = float(np.clip((_VAGUE - entropy) / (_VAGUE - _CLEAR), 0.0, 1.0))
        clear, most = clear * float(np.interp(asked, *_AS_MANY)), _CLEAR_WORTH
    ratio, degrees = (a + clear * (b - a) for a, b in zip(_VAGUE_WORTH, most, strict=True))
    return ratio, degrees


def _choose_in_pieces(
    values: NDArray, salience: NDArray, fps: float, tolerance_rad: float, learned: NDArray | None
) -> NDArray:
    """Choose for a long motion piece by piece, cut where a key is likely anyway.

    Every frame of a piece is tried, as a tight tolerance needs.
    """
    cuts, piece = [0], _MOST_CANDIDATES
    while len(values) - 1 - cuts[-1] > piece:
        start = cuts[-1] + piece // 2
        cuts.append(start + int(salience[start : cuts[-1] + piece].argmax()))
    cuts.append(len(values) - 1)
    parts = [
        a
        + choose(
            values[a : b + 1],
            salience[a : b + 1],
            fps,
            None,
            tolerance_rad,
            None if learned is None else learned[a : b + 1],
        )
        for a, b in zip(cuts[:-1], cuts[1:], strict=True)
    ]
    return np.unique(np.concatenate(parts))


def _pulled_path(
    cost: NDArray, salience: NDArray, count: int, frames: int, worth: tuple[float, float]
) -> NDArray:
    """Return the cheapest path that lands on poses as far as the error allows.

    Landing on poses may cost `worth[0]` times the smallest possible squared error, but no more
    than `worth[1]` radians in its root mean square over the frames.
    """
    total, previous = shortest.best_path(cost, count)
    best = shortest.trace(previous, count)
    most = min(
        worth[0] * total[count],
        frames * (np.sqrt(total[count] / frames) + worth[1]) ** 2,
    )
    for pull in _POSE_PULLS:
        weight = pull * total[count] / count
        _, previous = shortest.best_path(cost + weight * (1.0 - salience)[None, :], count)
        path = shortest.trace(previous, count)
        if cost[path[:-1], path[1:]].sum() <= most:
            return path
    return best


def _polish(values: NDArray, index: NDArray, fixed: NDArray) -> NDArray:
    """Shift keys by a few frames where the smooth spline comes nearer, but those of `fixed`, (F,).

    The segment costs hold slopes to measured ones; here the slopes are those of the finished
    spline. Slopes far away do not matter, so a window of keys is tried at a time.
    """
    index = index.copy()
    frames = np.arange(len(values))

    def error(keys: NDArray) -> float:
        rows = slice(keys[0], keys[-1] + 1)
        local = keys - keys[0]
        spline = curves.fit_spline(frames[rows], values[rows], local, VALUE_HOLD)
        rebuilt = curves.evaluate(keys, *spline, frames[rows])
        return float(np.square(rebuilt - values[rows]).sum())

    for _ in range(_POLISH_SWEEPS):
        before = index.copy()
        for k in range(1, len(index) - 1):
            if fixed[index[k]]:
                continue
            window = slice(max(0, k - 3), k + 4)
            at = k - window.start
            trials = []
            for shift in range(-_POLISH_REACH, _POLISH_REACH + 1):
                keys = index[window].copy()
                keys[at] += shift
                if keys[at - 1] < keys[at] < keys[at + 1]:
                    trials.append((error(keys), abs(shift), keys[at]))
            index[k] = min(trials)[2]
        if (index == before).all():
            break
    return index


def key_types(index: NDArray, salience: NDArray, contact: NDArray) -> NDArray:
    """Name the chosen poses: extremes, breakdowns between them, plain keys.

    A pose where the body slows down or turns is an EXTREME; one on a change of contact, and
    the first and last, is a plain key; one that only shapes the way between is a BREAKDOWN.
    """
    near = np.array([salience[max(0, i - 1) : i + 2].max() for i in index])
    change = np.zeros(len(salience), bool)
    change[1:] = (contact[1:] != contact[:-1]).any(axis=1)
    touched = np.array([change[max(0, i - 1) : i + 2].any() for i in index])
    types = np.where(near >= _EXTREME_FROM, EXTREME, np.where(touched, KEYFRAME, BREAKDOWN))
    types[[0, -1]] = KEYFRAME
    return types


def rate(motion: Motion, fps: float, learned: NDArray | None = None) -> tuple[NDArray, NDArray]:
    """Return a motion's `features` and how much each frame looks like a pose.

    `learned` (F,) is what the key picker says (`keypicker.score`); without it the motion's speed,
    turns and contacts say.
    """
    values = features(motion)
    if learned is None:
        # Poses are judged by where the body is in space as well: angles of small parts are noisy.
        salience = rate_frames(
            np.concatenate([values, _places(motion)], axis=1), motion.contact, fps
        )
    else:
        salience = _peaks(np.asarray(learned, float))
    # What was hardly seen should not be keyed when something better is near.
    salience[1:-1] *= np.sqrt(motion.confidence[1:-1])
    return values, salience


def _places(motion: Motion) -> NDArray:
    """Return (F, C) where the joints are, in leg lengths, their squares adding up to a mean."""
    places = motion.joints.reshape(len(motion.joints), -1) / motion.leg_length
    return places / np.sqrt(motion.joints.shape[1])


def _judged(motion: Motion, values: NDArray) -> NDArray:
    """Return (F, C) by which a choice of keys is judged: where the joints are as well."""
    # As large together as if both counted once: what landing on poses may cost is stated in that.
    size = np.sqrt(2.0 / (1.0 + _PLACE_WEIGHT**2))
    return size * np.concatenate([values, _PLACE_WEIGHT * _places(motion)], axis=1)


def _peaks(score: NDArray) -> NDArray:
    """Return (F,) scores with what is not the highest within a frame either way lowered."""
    around = maximum_filter1d(score, 3, mode="nearest")
    out = np.sqrt(np.where(score >= around, score, 0.25 * score))
    out[[0, -1]] = 1.0
    return out


def pick(
    motion: Motion,
    fps: float,
    count: int | None = None,
    tolerance_rad: float | None = None,
    learned: NDArray | None = None,
) -> KeyPoses:
    """Pick the key poses of a motion; see `choose` for the two ways to say how many.

    `learned` (F,) is what the key picker says, optional.
    """
    values, salience = rate(motion, fps, learned)
    # A tolerance is one of angles; a count may be judged by more.
    judged = values if count is None else _judged(motion, values)
    index = choose(judged, salience, fps, count, tolerance_rad, learned)
    return _described(motion, values, salience, index)


def pick_many(
    motion: Motion, fps: float, counts: Iterable[int], learned: NDArray | None = None
) -> list[KeyPoses]:
    """Pick the key poses for several counts."""
    values, salience = rate(motion, fps, learned)
    judged = _judged(motion, values)
    return [
        _described(motion, values, salience, choose(judged, salience, fps, count, None, learned))
        for count in counts
    ]


def at(motion: Motion, fps: float, index: NDArray, learned: NDArray | None = None) -> KeyPoses:
    """Describe poses at rows (K,) that somebody else chose."""
    values, salience = rate(motion, fps, learned)
    return _described(motion, values, salience, index)


def _described(motion: Motion, values: NDArray, salience: NDArray, index: NDArray) -> KeyPoses:
    frames = np.arange(len(values))
    spline = curves.fit_spline(frames, values, index, VALUE_HOLD)
    inside = frames[index[0] : index[-1] + 1]
    rebuilt = curves.evaluate(index, *spline, inside)
    error = np.sqrt(np.square(rebuilt - values[inside]).sum(axis=1).mean())
    return KeyPoses(
        index=index,
        key_type=key_types(index, salience, motion.contact),
        salience=salience,
        error_deg=float(np.degrees(error)),
    )
