"""Reading keyed poses for in-betweening: which bones, which keys, what stands in the way.

Nothing here changes anything. A bone that cannot be filled is left out with a sentence that says
why; where no bone is left, that is the error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import bpy
import numpy as np
from bpy.types import Constraint, FCurve, Object, PoseBone, Scene
from numpy.typing import NDArray

from ..ml.errors import UnderstudyError
from ..ml.take import CONSTANT
from .actions import action_of, curves_of, read_keys, slot_of
from .checks import check_action, check_owner
from .curvecopy import Scratch, evaluate, scratch
from .ledger import Ledger, replaced_by

STAGE = "inbetween"
_PATH = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(location|rotation_\w+)$')
_ROTATIONS = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
_SIZES = {"rotation_quaternion": 4, "rotation_axis_angle": 4}
_CONTEXT = 12  # frames beside the range that are looked at
_MOST = 100_000
_COPIES = {"COPY_TRANSFORMS": ("location", "rotation"), "COPY_ROTATION": ("rotation",)}
_COPIES |= {"COPY_LOCATION": ("location",), "IK": ("location", "rotation")}


@dataclass
class Reading:
    """The artist's curves.

    Attributes
    ----------
    tracks : list of dict
        Those of `ml.inbetween.tracks.Track`, JSON values.
    kept : dict
        (data path, index) to the (N,) keys that are the artist's own.
    params, arrays : what a job is given
    notes : list of str
        What was left out, and why.
    """

    tracks: list[dict] = field(default_factory=list)
    kept: dict[tuple[str, int], NDArray] = field(default_factory=dict)
    params: dict = field(default_factory=dict)
    arrays: dict[str, NDArray] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(scene: Scene, obj: Object, bones: list[str] | None, span: tuple[int, int]) -> Reading:
    """Read the keyed bones of a rig.

    Parameters
    ----------
    bones : names, optional
        Which may be filled. Default: all that are keyed. Every other animated bone is context.
    span : (first, last) scene frames
    """
    check_owner(obj)
    check_action(obj)
    _check_span(span)
    groups = _groups(obj, bones)
    frames = np.arange(span[0] - _CONTEXT, span[1] + _CONTEXT + 1)
    reading = Reading()
    columns, marks, steps = [], [], []
    with scratch() as copy:
        for (bone, name), curves in groups.items():
            posed = obj.pose.bones[bone]
            wanted = bones is None or bone in bones
            own = _own_keys(obj, curves, reading)
            keyed, stepped = _marks(own, frames)
            why = _hindrance(obj, posed, name, curves) if wanted else ""
            why = why or (_too_few(posed.name, own, span) if wanted else "")
            if why:
                reading.notes.append(why)
            track = _track(obj, posed, name, curves, sum(c.shape[1] for c in columns))
            track["driven"] = bool(wanted and not why)
            reading.tracks.append(track)
            columns.append(_values(posed, name, curves, own, frames, copy))
            marks.append(keyed)
            steps.append(stepped)
    _check_filled(obj, reading)
    _drop_sole_notes(reading)
    reading.arrays = {
        "values": np.concatenate(columns, axis=1),
        "keyed": np.stack(marks, axis=1),
        "stepped": np.stack(steps, axis=1),
        **_rest(obj),
    }
    reading.params = {
        "tracks": reading.tracks,
        "first": int(frames[0]),
        "span": [int(span[0]), int(span[1])],
        "fps": scene.render.fps / scene.render.fps_base,
    }
    return reading


def _check_span(span: tuple[int, int]) -> None:
    if span[1] - span[0] < 2:
        raise UnderstudyError(
            f"There is no frame between {span[0]} and {span[1]}: choose a longer range"
        )
    if span[1] - span[0] > _MOST:
        raise UnderstudyError(f"The range is longer than {_MOST} frames: choose a shorter one")


def _groups(obj: Object, bones: list[str] | None) -> dict[tuple[str, str], dict[int, FCurve]]:
    """Return the curves of each bone's location and of its rotation in its own mode."""
    missing = [b for b in bones or () if b not in obj.pose.bones]
    if missing:
        raise UnderstudyError(f"{obj.name} has no bone {missing[0]}: check the name")
    found: dict[tuple[str, str], dict[int, FCurve]] = {}
    for (path, index), curve in curves_of(obj).items():
        match = _PATH.match(path)
        posed = match and obj.pose.bones.get(bpy.utils.unescape_identifier(match[1]))
        if not posed or not (len(curve.keyframe_points) or len(curve.sampled_points)):
            continue
        rotation = _ROTATIONS.get(posed.rotation_mode, "rotation_euler")
        if match[2] in ("location", rotation):
            found.setdefault((posed.name, match[2]), {})[index] = curve
    if not any(bones is None or bone in bones for bone, _ in found):
        who = obj.name if bones is None else f"the selected bones of {obj.name}"
        have = "have" if bones else "has"
        raise UnderstudyError(f"{who} {have} no keys: key at least two poses first")
    return found


def _own_keys(obj: Object, curves: dict[int, FCurve], reading: Reading) -> dict[int, NDArray]:
    """Return the artist's keys of each curve: all but those of an earlier run."""
    record, slot = Ledger.load(action_of(obj)), slot_of(obj)
    own = {}
    for index, curve in curves.items():
        keys = read_keys(curve)
        if not all(np.isfinite(keys[n]).all() for n in ("co", "handle_left", "handle_right")):
            raise UnderstudyError(
                f"The curve {curve.data_path}[{index}] holds a value that is not a number: delete "
                "that key first"
            )
        ours = record.ours((slot, curve.data_path, index), keys, replaced_by(STAGE))
        own[index] = keys[~ours]
        reading.kept[(curve.data_path, index)] = own[index]
    return own


def _marks(own: dict[int, NDArray], frames: NDArray) -> tuple[NDArray, NDArray]:
    """Return (F,) bool: frames with a key on any component, and with a key that is stepped."""
    keyed, stepped = np.zeros(len(frames), bool), np.zeros(len(frames), bool)
    for keys in own.values():
        at = np.round(keys["co"][:, 0]).astype(int) - frames[0]
        inside = (at >= 0) & (at < len(frames))
        keyed[at[inside]] = True
        stepped[at[inside & (keys["interpolation"] == CONSTANT)]] = True
    return keyed, stepped


def _hindrance(obj: Object, posed: PoseBone, name: str, curves: dict[int, FCurve]) -> str:
    """Return why a bone's location or rotation cannot be filled, or nothing."""
    what = f"{posed.name}: its {'location' if name == 'location' else 'rotation'}"
    for curve in curves.values():
        group = curve.group
        if curve.lock or (group is not None and group.lock):
            return f"{what} was left out, for its curves are locked; unlock them to fill it"
        if curve.mute or (group is not None and group.mute):
            return f"{what} was left out, for its curves are muted; unmute them to fill it"
        if len(curve.sampled_points):
            return f"{what} was left out, for its curves are baked to samples"
        active = [m for m in curve.modifiers if not m.mute]
        if active:
            kind = "repeats (Cycles)" if active[0].type == "CYCLES" else "has a modifier"
            return f"{what} was left out, for its curve {kind}; remove or mute the modifier"
    data = obj.animation_data
    for index in range(_SIZES.get(name, 3)):
        if data.drivers.find(posed.path_from_id(name), index=index):
            return f"{what} was left out, for a driver rules it; remove the driver"
    for constraint in posed.constraints:
        if _rules(constraint, "location" if name == "location" else "rotation"):
            return (
                f"{what} was left out, for the constraint {constraint.name} rules the bone; fill "
                "the control that it follows, or mute the constraint"
            )
    return ""


def _rules(constraint: Constraint, what: str) -> bool:
    """Tell whether nothing is left of what a bone's own keys say.

    What adds to the keys, or gives the bone another parent (Child Of, Armature), leaves them.
    """
    if constraint.mute or constraint.influence < 1.0:
        return False
    axes = (getattr(constraint, f"use_{axis}", True) for axis in "xyz")
    adds = getattr(constraint, "mix_mode", "REPLACE") != "REPLACE"
    adds |= constraint.type == "COPY_LOCATION" and constraint.use_offset
    return what in _COPIES.get(constraint.type, ()) and all(axes) and not adds


def _too_few(bone: str, own: dict[int, NDArray], span: tuple[int, int]) -> str:
    times = np.unique(np.concatenate([np.round(k["co"][:, 0]) for k in own.values()]))
    inside = times[(times >= span[0]) & (times <= span[1])]
    if len(inside) > 1:
        return ""
    count = "only one key" if len(inside) else "no key"
    more = f", and {len(times) - len(inside)} outside it" if len(times) > len(inside) else ""
    return f"{bone} has {count} from frame {span[0]} to {span[1]}{more}; at least two are needed"


def _track(obj: Object, posed: PoseBone, name: str, curves: dict[int, FCurve], column: int) -> dict:
    return {
        "bone": obj.data.bones.find(posed.name),
        "path": posed.path_from_id(name),
        "group": posed.name,
        "mode": "LOCATION" if name == "location" else posed.rotation_mode,
        "column": column,
        "indices": sorted(curves),
    }


def _values(
    posed: PoseBone,
    name: str,
    curves: dict[int, FCurve],
    own: dict[int, NDArray],
    frames: NDArray,
    copy: Scratch,
) -> NDArray:
    """Return (F, 3 or 4) channels of the artist's own curves, as Blender evaluates them."""
    values = np.tile(np.array(getattr(posed, name), float), (len(frames), 1))
    for index, curve in curves.items():
        if len(own[index]) == len(curve.keyframe_points):
            values[:, index] = evaluate(curve, frames)
        elif len(own[index]):
            values[:, index] = copy.evaluate(own[index], frames, curve)
    return values


def _check_filled(obj: Object, reading: Reading) -> None:
    if any(t["driven"] for t in reading.tracks):
        return
    reasons = reading.notes[:3]
    if len(reading.notes) > 3:
        reasons.append(f"and {len(reading.notes) - 3} more like these")
    raise UnderstudyError(f"No bone of {obj.name} can be filled. " + ". ".join(reasons))


def _drop_sole_notes(reading: Reading) -> None:
    """Many bones may stand in one pose only: say so once, not for each."""
    few = [n for n in reading.notes if n.endswith("at least two are needed")]
    if len(few) > 3:
        rest = [n for n in reading.notes if n not in few]
        reading.notes = [*rest, f"{len(few)} channels were left out: they have fewer than two keys"]


def _rest(obj: Object) -> dict[str, NDArray]:
    """Return the armature's rest pose and how bones without curves stand."""
    bones = list(obj.data.bones)
    place = {b.name: i for i, b in enumerate(bones)}
    parents = np.array([place[b.parent.name] if b.parent else -1 for b in bones], np.int32)
    basis = [obj.pose.bones[b.name].matrix_basis.to_quaternion() for b in bones]
    return {
        "parents": parents,
        "rest": np.array([b.matrix_local for b in bones], float),
        "lengths": np.array([b.length for b in bones], float),
        "basis": np.array(basis, float),
        "location": np.array([obj.pose.bones[b.name].location for b in bones], float),
    }
