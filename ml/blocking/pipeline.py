"""The whole stage: a video and a rig's arrays go in, a Take with key poses comes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import curves, take
from ..errors import UnderstudyError, VideoError
from ..progress import Progress, Steps, scaled
from ..rig import Rig
from ..runtime import MODELS, Settings, card_sha256, model_path
from ..video import open_video
from . import fingers, hands, keypicker, keyposes, shot
from . import seen as memory
from .body import Motion
from .bonemap import BoneMap, check_limbs
from .camerapath import moves
from .channels import Channels, to_channels
from .reading import read
from .retarget import Pose, retarget
from .tracker import Landmarks, track

INTERPOLATIONS = {"CONSTANT": take.CONSTANT, "LINEAR": take.LINEAR, "BEZIER": take.BEZIER}
_SEEING = 0.92  # share of the time that the video takes, for the progress bar
_UNSURE = 0.35
_LONG_GAP_S = 0.5
# What does not change the result, or is recorded elsewhere, stays out of the ledger's settings.
_NOT_RECORDED = ("rig", "bone_map", "device", "accelerator", "models_dir", "video", "cache")


@dataclass
class _Solved:
    """A clip, solved: what was seen, when, and the body that it makes."""

    seen: Landmarks
    source: dict[str, str]
    frames: NDArray
    times: NDArray
    motion: Motion
    models: dict[str, str]
    learned: NDArray | None


def block(params: dict, arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict]]:
    """Turn a reference video into key poses on a rig; a task of `ml.tasks`.

    Parameters
    ----------
    params : dict of JSON values
        video : path of a video or an image sequence
        start_s, end_s : seconds, optional, the part of the video to use
        sequence_fps : frames a second of an image sequence, optional
        person : "largest", "central", "surest", or a number counted from the left
        lifter : whether the learned lifter is asked, optional
        picker : whether, beside the lifter, the learned key picker is asked, optional
        cache : folder to keep what was seen in, optional
        fps : the scene's frames a second
        frame_start : scene frame that the used part of the video begins on
        frames : scene frames to key, optional; they rule out the next two
        keys : number of key poses, or None
        tolerance : degrees; without `keys`, the fewest poses that stay within
        interpolation : "BEZIER", "LINEAR" or "CONSTANT"
        key_types : "pose" (extreme, breakdown, key) or "generated"
        root_motion : whether the character travels
        touch : whether hands that touch the performer's body touch the character's too, optional
        camera : whether the camera that filmed is wanted too, optional
        fingers : whether the performer's fingers are watched and keyed too, optional
        ik : limbs ("leg.L") that are keyed on their IK controls, optional
        rig, bone_map : what `Rig.pack` and `BoneMap.to_json` gave
        device, accelerator, models_dir : see `ml.runtime.Settings`
    arrays : dict
        The arrays of `Rig.pack`.

    Returns
    -------
    meta, arrays
        Those of `Take.pack`, and beside them what was seen, for pictures of it: `seen_time`
        (F,), `seen_image` (F, 33, 2) pixels, `seen_visibility` (F, 33), and `key_frames` (K,).
    """
    rig = Rig.unpack(params["rig"], arrays)
    bones = BoneMap.from_json(params["bone_map"])
    bones.check(rig)
    ik = list(params.get("ik") or ())
    check_limbs(rig, bones, ik)
    solved = yield from _solve(params)
    seen, frames, motion = solved.seen, solved.frames, solved.motion
    yield Progress(0.95, "Choosing the key poses")
    poses = _poses(solved, params)
    yield Progress(0.97, "Setting keys")
    channels, still, notes = yield from _posed(solved, rig, bones, params)
    result = take.Take(
        channels=key_channels(channels, frames, poses, params, still),
        provenance=take.Provenance(
            stage="blocking",
            models=solved.models,
            inputs=solved.source,
            parameters={k: v for k, v in params.items() if k not in _NOT_RECORDED},
        ),
        span=(float(frames[0]), float(frames[-1])),
        confidence=motion.confidence.astype(np.float32),
        properties=rig.properties | _asked(rig, ik),
        notes=[*seen.notes, *notes, *_notes(seen, motion, frames, params)],
    )
    meta, packed = result.pack()
    meta["provider"] = seen.provider
    meta["error_deg"] = poses.error_deg
    if params.get("camera"):
        meta["camera"], more = _camera(solved, rig, bones, params)
        packed |= more
    meta["switches"] = {about["switch"]: limb in ik for limb, about in rig.ik.items()}
    return meta, packed | _pictured(solved, poses)


def _asked(rig: Rig, ik: list[str]) -> dict:
    """Return the properties that limbs keyed on their IK controls need, and their values."""
    out = {}
    for about in map(rig.ik.get, ik):
        out |= {**about["properties"], about["switch"]: about["value"]}
    return out


def _pictured(solved: _Solved, poses: keyposes.KeyPoses) -> dict[str, NDArray]:
    """Return what pictures of the clip need: what was seen, and which frames are keyed."""
    return {
        "seen_time": solved.seen.time,
        "seen_image": solved.seen.image[..., :2],
        "seen_visibility": solved.seen.visibility,
        "key_frames": solved.frames[poses.index],
        "key_times": solved.times[poses.index],
    }


def _posed(
    solved: _Solved, rig: Rig, bones: BoneMap, params: dict
) -> Steps[tuple[Channels, dict, list[str]]]:
    """Drive the rig: what its bones do on every frame, where limbs stay still, and notes."""
    ways = {"root_motion": params.get("root_motion", True), "touch": bool(params.get("touch"))}
    pose = retarget(solved.motion, rig, bones, ik=list(params.get("ik") or ()), **ways)
    channels, notes = to_channels(pose, rig), list(pose.notes)
    if params.get("fingers"):
        more = yield from scaled(_fingers(solved, rig, bones, params), 0.97, 0.99)
        bent = to_channels(more, rig)
        channels = Channels(channels.values | bent.values, channels.groups | bent.groups)
        notes += more.notes
    return channels, pose.still, notes


def _fingers(solved: _Solved, rig: Rig, bones: BoneMap, params: dict) -> Steps[Pose]:
    """Watch the clip again for the hands, and return the turns of the rig's finger bones."""
    if not fingers.find(rig):
        return fingers.nothing(len(solved.times), fingers.UNKNOWN)
    with open_video(
        params["video"], params.get("start_s"), params.get("end_s"), params.get("sequence_fps")
    ) as video:
        seen = yield from hands.watch(video, solved.seen, Settings.from_params(params))
    solved.models |= seen.models
    return fingers.pose(hands.fingers(seen, solved.times), rig, bones)


def _camera(solved: _Solved, rig: Rig, bones: BoneMap, params: dict) -> tuple[dict, dict]:
    """Return the camera's two Takes, packed: of the object (place, turn) and of its lens."""
    filmed = shot.shot_of(solved.motion, rig, bones)
    meta, packed = {"size": list(solved.seen.size)}, {}
    parts = shot.channels(filmed, solved.frames, params["fps"])
    for name, channels in zip(("object", "lens"), parts, strict=True):
        result = take.Take(
            channels=channels,
            provenance=take.Provenance(
                stage="blocking", models=solved.models, inputs=solved.source, parameters={}
            ),
            span=(float(solved.frames[0]), float(solved.frames[-1])),
        )
        meta[name], arrays = result.pack()
        packed |= {f"camera_{name}_{key}": value for key, value in arrays.items()}
    return meta, packed


def preview(params: dict, _arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict]]:
    """Say which frames would be keyed, for every count up to `most`; a task of `ml.tasks`.

    Parameters
    ----------
    params : as for `block`, without the rig; and `most`, the largest count

    Returns
    -------
    meta : span, [first, last] scene frame; provider
    arrays
        counts (C,), error_deg (C,), and the frames chosen for each count one after another in
        `frames`, with their `types`; `confidence` and `salience` (F,) of every frame.
    """
    solved = yield from _solve(params)
    yield Progress(0.95, "Choosing the key poses")
    most = min(int(params.get("most") or 40), len(solved.frames))
    rows = keyposes.pick_many(solved.motion, params["fps"], range(2, most + 1), solved.learned)
    meta = {
        "span": [int(solved.frames[0]), int(solved.frames[-1])],
        "provider": solved.seen.provider,
    }
    return meta, {
        "counts": np.array([len(row.index) for row in rows]),
        "error_deg": np.array([row.error_deg for row in rows]),
        "frames": np.concatenate([solved.frames[row.index] for row in rows]),
        "types": np.concatenate([row.key_type for row in rows]),
        "confidence": solved.motion.confidence.astype(np.float32),
        "salience": rows[0].salience.astype(np.float32),
    }


def _solve(params: dict) -> Steps[_Solved]:
    """Watch the clip, or remember what was seen of it, and solve the body."""
    yield Progress(0.0, "Opening the video")
    settings = Settings.from_params(params)
    with open_video(
        params["video"], params.get("start_s"), params.get("end_s"), params.get("sequence_fps")
    ) as video:
        start_s, digest = video.start_s, video.sha256()
        kept = None
        if params.get("cache"):
            kept = memory.place(params["cache"], digest, params, _cards(settings))
        seen = memory.recall(kept) if kept else None
        if seen is None:
            watching = track(video, person=params.get("person", "largest"), settings=settings)
            seen = yield from scaled(watching, 0.01, _SEEING)
            if kept:
                memory.keep(kept, seen)
    yield Progress(_SEEING, "Solving the body")
    frames = scene_frames(seen, params["fps"], params["frame_start"], start_s)
    times = start_s + (frames - params["frame_start"]) / params["fps"]
    got = read(seen, times, bool(params.get("lifter")), settings)
    models, learned = dict(seen.models) | got.models, None
    # What geometry alone makes trembles more than anything that the picker has learned from.
    if params.get("picker") and got.lifted is not None:
        rated = keypicker.score(got.motion, settings)
        learned = rated.score
        models |= rated.model
    source = {Path(params["video"]).name: digest}
    return _Solved(seen, source, frames, times, got.motion, models, learned)


def _cards(settings: Settings) -> dict[str, str]:
    """Return the hashes of the networks that watch, as their cards state them."""
    folder = settings.models or MODELS
    names = ("pose_detection_v1", "pose_landmark_v1")
    return {name: card_sha256(model_path(name, folder)) for name in names}


def _poses(solved: _Solved, params: dict) -> keyposes.KeyPoses:
    """Return the frames that were asked for, or the best ones."""
    given, motion, frames = params.get("frames"), solved.motion, solved.frames
    if not given:
        return keyposes.pick(motion, params["fps"], **_how_many(params), learned=solved.learned)
    index = np.unique(np.asarray(given, int)) - int(frames[0])
    index = index[(index >= 0) & (index < len(frames))]
    if len(index) < 2:
        raise UnderstudyError(
            "Fewer than two of the frames to key lie where the person is seen: choose others"
        )
    return keyposes.at(motion, params["fps"], index, solved.learned)


def _how_many(params: dict) -> dict:
    """Return the arguments of `keyposes.pick` that say how many keys."""
    if params.get("keys") is not None:
        if int(params["keys"]) < 2:
            raise UnderstudyError("Ask for at least 2 key poses: the first and the last frame")
        return {"count": int(params["keys"])}
    return {"tolerance_rad": float(np.radians(params.get("tolerance") or 8.0))}


def scene_frames(seen: Landmarks, fps: float, frame_start: int, start_s: float) -> NDArray:
    """Return the whole scene frames between the first and the last sight of the person.

    Raises
    ------
    VideoError
        The person is seen for less than two frames.
    """
    there = seen.time[seen.found] - start_s
    if len(seen.time) == 1:
        raise VideoError(
            "The video, or the part of it that is used, holds a single frame, which makes no "
            "motion: choose a longer one"
        )
    if not len(there):
        raise VideoError("Nobody was found in the video: choose a part in which a person is seen")
    first = int(np.ceil(there[0] * fps - 1e-3))
    last = int(np.floor(there[-1] * fps + 1e-3))
    if len(there) < 2 or last <= first:
        raise VideoError(
            "The person is seen in a single frame only, which makes no motion: "
            "choose a longer part of the video"
        )
    return frame_start + np.arange(first, last + 1)


def key_channels(
    channels: Channels,
    frames: NDArray,
    poses: keyposes.KeyPoses,
    params: dict,
    still: dict[str, list[tuple[int, int]]],
) -> list[take.Channel]:
    """Key every channel at the chosen poses, with the slopes that fit the frames between.

    A control that stands somewhere gets keys where that begins and ends too, and does not move
    between them.
    """
    groups: dict[str, list[tuple[str, int]]] = {}
    for name in channels.values:
        bone = channels.groups[name[0]]
        groups.setdefault(bone if still.get(bone) else "", []).append(name)
    interpolation = INTERPOLATIONS[params.get("interpolation", "BEZIER")]
    posed = params.get("key_types", "pose") == "pose"
    out = {}
    for bone, names in groups.items():
        motion = np.stack([channels.values[name] for name in names], axis=1)
        stands = still.get(bone, [])
        index, types = poses.index, poses.key_type
        if stands and interpolation != take.CONSTANT:
            index, types = _with_holds(poses, stands)
        for a, b in stands:
            motion[a:b] = motion[a:b].mean(axis=0)
        values, slopes = curves.fit_spline(frames, motion, index, keyposes.VALUE_HOLD)
        for a, b in stands:
            held = (index >= a) & (index < b)
            values[held], slopes[held] = motion[a], 0.0
        for c, (path, k) in enumerate(names):
            keys = curves.spline_keys(
                frames[index],
                values[:, c],
                slopes[:, c],
                interpolation=interpolation,
                key_type=types if posed else take.GENERATED,
            )
            out[path, k] = take.Channel(path, k, channels.groups[path], keys)
    return [out[name] for name in channels.values]


def _with_holds(poses: keyposes.KeyPoses, stands: list[tuple[int, int]]) -> tuple[NDArray, NDArray]:
    """Return the poses' rows and types with the first and last row of each stand among them."""
    ends = np.array([row for a, b in stands for row in (a, b - 1)])
    ends = ends[(ends > poses.index[0]) & (ends < poses.index[-1])]
    index = np.union1d(poses.index, ends)
    types = np.full(len(index), take.MOVING_HOLD)
    types[np.searchsorted(index, poses.index)] = poses.key_type
    return index, types


def _notes(seen: Landmarks, motion: Motion, frames: NDArray, params: dict) -> list[str]:
    """Say what was left out, and where the result should not be trusted."""
    notes = []
    if seen.travel is not None:
        notes.append(
            "The camera travels: that was taken out of the motion, its way sized by the "
            "performer's steps"
        )
    elif seen.camera is not None and moves(seen.camera, seen.size):
        notes.append("The camera turns, zooms or shakes: that was taken out of the motion")
    there = seen.time[seen.found]
    if there[0] - seen.time[0] > _LONG_GAP_S:
        notes.append(f"The person is first seen at {there[0]:.1f} s of the video: keys begin there")
    if seen.time[-1] - there[-1] > _LONG_GAP_S:
        notes.append(f"The person is last seen at {there[-1]:.1f} s of the video: keys end there")
    gaps = np.flatnonzero(np.diff(there) > _LONG_GAP_S)
    for g in gaps[:5]:
        notes.append(
            f"The person is not seen from {there[g]:.1f} s to {there[g + 1]:.1f} s of the video: "
            "the poses between are guesses"
        )
    if (params.get("keys") or 0) > len(frames):
        notes.append(
            f"{params['keys']} key poses were asked for, but the motion has {len(frames)} frames: "
            "each of them is a key"
        )
    unsure = frames[motion.confidence < _UNSURE]
    if len(unsure):
        share = len(unsure) / len(frames)
        notes.append(
            f"{share:.0%} of the frames are uncertain, the first is {unsure[0]}: check them"
        )
    return notes
