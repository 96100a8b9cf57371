"""From a performance to keys: the face map's controls, the head and the eyes of one character."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import euler
from .. import rotations as rt
from ..take import Channel, Provenance, Take
from . import fit
from .facemap import KEY, LOCATION, SCALE, TURN, FaceMap
from .facerig import FaceRig, Turner, Writing, bone_path, key_path
from .performance import INDEX, NAMES, Performance

_LOOK_OUT, _LOOK_IN, _LOOK_UP, _LOOK_DOWN = np.radians([38.0, 38.0, 28.0, 32.0])
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]
_HEAD_M = 0.2  # a head's size, which a tolerance is a share of
_LITTLE = 0.5  # share of the largest sway of a bone, below which none is followed more closely
_PROPERTIES = {LOCATION: "location", SCALE: "scale"}
_ROTATIONS = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


def at_frames(performance: Performance, writing: Writing) -> tuple[NDArray, Performance]:
    """Sample a performance on whole scene frames.

    Where the source has more samples than the scene has frames, a peak or dip between two frames
    is kept at its full height: a blink of 60 Hz would never close at 24.

    Returns
    -------
    frames : (F,) whole scene frames
    performance : of F samples
    """
    times = np.asarray(performance.times, float)
    first = writing.frame_start
    count = max(int(round((times[-1] - times[0]) * writing.fps)) + 1, 1)
    frames = first + np.arange(count, dtype=float)
    at = times[0] + (frames - first) / writing.fps

    def sample(values: NDArray) -> NDArray:
        flat = np.asarray(values, float).reshape(len(times), -1)
        return np.stack([np.interp(at, times, c) for c in flat.T], axis=1)

    coefficients = sample(performance.coefficients)
    if performance.fps > 1.2 * writing.fps:
        coefficients = _keep_peaks(times, performance.coefficients, at, coefficients)
    return frames, performance.replace(
        times=at,
        coefficients=coefficients,
        head_rotation=rt.normalize(sample(rt.continuous(performance.head_rotation))),
        head_position=sample(performance.head_position),
        gaze=sample(performance.gaze).reshape(-1, 2, 2),
        confidence=sample(performance.confidence),
    )


def _keep_peaks(times: NDArray, values: NDArray, at: NDArray, sampled: NDArray) -> NDArray:
    """Give each frame the peak or dip of the samples nearest to it, if they have one."""
    values, out = np.asarray(values, float), sampled.copy()
    step = np.diff(values, axis=0)
    turns = np.zeros(values.shape, bool)
    turns[1:-1] = step[:-1] * step[1:] < 0
    rows, columns = np.nonzero(turns)
    # Where the source jumps about by noise, the nearest sample is as good as any.
    nearest = np.abs(times[rows][:, None] - at[None, :]).argmin(axis=1) if len(rows) < 200000 else 0
    for row, column, frame in zip(rows, columns, np.atleast_1d(nearest), strict=False):
        value = values[row, column]
        around = sampled[max(frame - 1, 0) : frame + 2, column]
        if value > around.max() or value < around.min():
            out[frame, column] = value
    return out


def with_gaze(performance: Performance) -> Performance:
    """Fill in the eyes' turn from the eyeLook expressions, or those from the turn.

    A source gives one or the other; what is there is left alone.
    """
    coefficients, gaze = performance.coefficients, performance.gaze
    columns = [
        [INDEX[f"eyeLook{way}{side}"] for way in ("In", "Out", "Up", "Down")]
        for side in ("Left", "Right")
    ]
    looks, turns = np.abs(coefficients[:, sum(columns, [])]).max() > 1e-3, np.abs(gaze).max() > 1e-4
    if looks == turns:
        return performance
    coefficients, gaze = coefficients.copy(), gaze.copy()
    for eye, (inward, out, up, down) in enumerate(columns):
        outward = 1.0 if eye == 0 else -1.0  # yaw is to the actor's left
        if looks:
            c = coefficients
            gaze[:, eye, 0] = outward * (c[:, out] * _LOOK_OUT - c[:, inward] * _LOOK_IN)
            gaze[:, eye, 1] = c[:, up] * _LOOK_UP - c[:, down] * _LOOK_DOWN
        else:
            yaw, pitch = outward * gaze[:, eye, 0], gaze[:, eye, 1]
            for column, angle, most in (
                (out, yaw, _LOOK_OUT),
                (inward, -yaw, _LOOK_IN),
                (up, pitch, _LOOK_UP),
                (down, -pitch, _LOOK_DOWN),
            ):
                coefficients[:, column] = np.clip(angle / most, 0.0, 1.0)
    return performance.replace(coefficients=coefficients, gaze=gaze)


def control_values(coefficients: NDArray, face: FaceMap, rig: FaceRig) -> NDArray:
    """Return (F, C) values of the rig's controls for (F, 52) coefficients, within their ranges."""
    weights, coefficients = face.matrix(rig.controls), np.array(coefficients, float)
    if _closes_by_jaw(face):
        coefficients[:, _JAW] = np.maximum(coefficients[:, _JAW] - coefficients[:, _CLOSE], 0.0)
    return np.clip(rig.rest + coefficients @ weights.T, rig.low, rig.high)


def _closes_by_jaw(face: FaceMap) -> bool:
    """Tell whether lips meet on this face only when its jaw closes.

    ARKit's mouthClose takes the jaw's opening back from the lips. VRM and MakeHuman have no such
    key, and would say p, b and m with an open mouth.
    """
    return NAMES[_JAW] in face.expressions() and NAMES[_CLOSE] not in face.expressions()


class _Curves:
    """Collects curves, a Take's worth for each owner."""

    def __init__(self, frames: NDArray, writing: Writing) -> None:
        self._frames, self._writing = frames, writing
        self.channels: dict[tuple[str, str], list[Channel]] = defaultdict(list)

    def put(
        self,
        owner: str,
        block: str,
        path: str,
        index: int,
        group: str,
        values: NDArray,
        unit: float,
    ) -> None:
        """Add a curve; `unit` is what the tolerance is a share of."""
        if self._writing.every_frame:
            keys = fit.every_frame(self._frames, values)
        else:
            keys = fit.few_keys(self._frames, values, self._writing.tolerance * unit)
        self.channels[owner, block].append(Channel(path, index, group, keys))

    def put_rotation(
        self, owner: str, bone: str, mode: str, turn: NDArray, skip: tuple = ()
    ) -> None:
        """Add the curves of (F, 4) rotations in a rotation mode."""
        prop = _ROTATIONS.get(mode, "rotation_euler")
        if mode in euler.ORDERS:
            columns = euler.from_quaternion(turn, mode)
        elif mode == "AXIS_ANGLE":
            columns = euler.to_axis_angle(turn)
        else:
            columns = rt.continuous(turn)
        for i, values in enumerate(columns.T):
            if i not in skip:
                unit = 0.5 if prop == "rotation_quaternion" else 1.0
                self.put(owner, "OBJECT", bone_path(bone, prop), i, bone, values, unit)


def retarget(
    performance: Performance,
    face: FaceMap,
    rig: FaceRig,
    writing: Writing,
    provenance: Provenance,
) -> dict[tuple[str, str], Take]:
    """Return the Take of each data-block that the performance moves.

    The head and the eyes are keyed wherever `writing` says so, at rest too: what an earlier run
    turned must turn back.

    Returns
    -------
    dict of (object's name, "KEY" or "OBJECT") to Take
        "KEY" is the data-block of the object's shape keys.
    """
    frames, performance = at_frames(with_gaze(performance), writing)
    curves = _Curves(frames, writing)
    _put_controls(curves, performance, face, rig)
    if writing.head and rig.head is not None:
        _put_head(curves, rig.head, performance.head_rotation, performance.head_position)
    if writing.eyes:
        _put_eyes(curves, rig, performance.gaze)
    span = float(frames[0]), float(frames[-1])
    confidence = performance.confidence.mean(axis=1).astype(np.float32)
    return {
        owner: Take(channels, provenance, span, confidence)
        for owner, channels in curves.channels.items()
    }


def _put_controls(curves: _Curves, performance: Performance, face: FaceMap, rig: FaceRig) -> None:
    values = control_values(performance.coefficients, face, rig)
    used = set(face.controls())
    # What hardly moves may stray by what is little for the bones that do.
    sway = {
        kind: max(
            (np.ptp(v) for c, v in zip(rig.controls, values.T, strict=True) if c.kind == kind),
            default=0.0,
        )
        for kind in (LOCATION, SCALE)
    }
    turns: dict[tuple[str, str], NDArray] = {}
    for control, column, low, high in zip(rig.controls, values.T, rig.low, rig.high, strict=True):
        if control not in used:
            continue
        if control.kind == KEY:
            unit = min(high - low, 1.0)
            path = key_path(control.name)
            curves.put(control.owner, "KEY", path, 0, control.name, column, unit)
        elif control.kind == TURN:
            bone = control.owner, control.name
            turns.setdefault(bone, np.zeros((len(values), 3)))[:, control.axis] = column
        else:
            unit = max(np.ptp(column), _LITTLE * sway[control.kind], 1e-6)
            path = bone_path(control.name, _PROPERTIES[control.kind])
            curves.put(control.owner, "OBJECT", path, control.axis, control.name, column, unit)
    for (owner, bone), vector in turns.items():
        mode = rig.modes.get(f"{owner}/{bone}", "QUATERNION")
        curves.put_rotation(owner, bone, mode, rt.from_rotvec(vector))


def _put_head(curves: _Curves, head: Turner, turn: NDArray, position: NDArray) -> None:
    """Turn the head, and move it where it may.

    Parameters
    ----------
    turn, position : (F, 4) and (F, 3), in the face's own axes; metres
    """
    _put_turn(curves, head, turn)
    frame, pivot = np.asarray(head.frame, float), np.asarray(head.pivot, float)
    turned = rt.rotate(_in_axes(frame, turn), np.broadcast_to(pivot, (len(turn), 3)))
    if not head.unit and not pivot.any():
        return
    moved = pivot - turned + head.unit * position @ frame.T
    size = max(_HEAD_M * head.unit, float(np.linalg.norm(pivot)))
    for i, values in enumerate((head.place + moved).T):
        path = bone_path(head.bone, "location")
        curves.put(head.owner, "OBJECT", path, i, head.bone, values, size)


def _in_axes(frame: NDArray, turn: NDArray) -> NDArray:
    """Return (F, 4) turns counted in other axes, whose columns are the face's."""
    axes = rt.from_matrix(frame)
    return rt.multiply(rt.multiply(axes, turn), rt.conjugate(axes))


def _put_turn(curves: _Curves, turner: Turner, turn: NDArray) -> None:
    """Turn a bone or an object; `turn` (F, 4) is counted in the face's own axes."""
    local = _in_axes(np.asarray(turner.frame, float), turn)
    if not turner.bone:
        local = rt.multiply(local, np.asarray(turner.rest, float))
    curves.put_rotation(turner.owner, turner.bone, turner.mode, local)


def gaze_turn(gaze: ArrayLike) -> NDArray:
    """Return (F, 4) turns of (F, 2) yaw to the left and pitch up, in the face's own axes."""
    gaze = np.asarray(gaze, float)
    yaw, pitch = rt.from_rotvec(gaze[:, :1] * [0, 1, 0]), rt.from_rotvec(-gaze[:, 1:] * [1, 0, 0])
    return rt.multiply(yaw, pitch)


def _put_eyes(curves: _Curves, rig: FaceRig, gaze: NDArray) -> None:
    for eye, turner in enumerate(rig.eyes):
        if turner is not None and turner.reach:
            _put_target(curves, turner, gaze[:, eye])
        elif turner is not None:
            _put_turn(curves, turner, gaze_turn(gaze[:, eye]))
    if rig.both_eyes is not None:
        _put_target(curves, rig.both_eyes, gaze.mean(axis=1))


def _put_target(curves: _Curves, turner: Turner, gaze: NDArray) -> None:
    """Move what is looked at across the face's left and up."""
    frame = np.asarray(turner.frame, float)
    across = turner.reach * np.tan(np.clip(gaze, -1.2, 1.2))
    location = np.asarray(turner.rest, float) + across @ frame[:, :2].T
    for i, values in enumerate(location.T):
        path = bone_path(turner.bone, "location")
        curves.put(turner.owner, "OBJECT", path, i, turner.bone, values, turner.reach)


def unmapped(face: FaceMap, performance: Performance, least: float = 0.1) -> list[str]:
    """Return the expressions that the performance shows and the face has no control for."""
    most = np.abs(performance.coefficients).max(axis=0)
    shown = {name for name in NAMES if most[INDEX[name]] >= least}
    shown -= {NAMES[_CLOSE]} if _closes_by_jaw(face) else set()
    return sorted(shown - face.expressions())
