"""The whole stage: a video and a rig's arrays go in, a Take with key poses comes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import curves, take
from ..errors import UnderstudyError, VideoError
from ..progress import Progress, Steps, scaled
from ..rig import Rig
from ..runtime import Settings
from ..video import open_video
from . import keyposes, solver
from .body import Motion
from .bonemap import BoneMap
from .camerapath import moves
from .channels import Channels, to_channels
from .retarget import retarget
from .tracker import Landmarks, track

INTERPOLATIONS = {"CONSTANT": take.CONSTANT, "LINEAR": take.LINEAR, "BEZIER": take.BEZIER}
_SEEING = 0.92  # share of the time that the video takes, for the progress bar
_UNSURE = 0.35
_LONG_GAP_S = 0.5
# What does not change the result, or is recorded elsewhere, stays out of the ledger's settings.
_NOT_RECORDED = ("rig", "bone_map", "device", "accelerator", "models_dir", "video")


def block(params: dict, arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict]]:
    """Turn a reference video into key poses on a rig; a task of `ml.tasks`.

    Parameters
    ----------
    params : dict of JSON values
        video : path of a video or an image sequence
        start_s, end_s : seconds, optional, the part of the video to use
        sequence_fps : frames a second of an image sequence, optional
        person : "largest", "central", "surest", or a number counted from the left
        fps : the scene's frames a second
        frame_start : scene frame that the used part of the video begins on
        keys : number of key poses, or None
        tolerance : degrees; without `keys`, the fewest poses that stay within
        interpolation : "BEZIER", "LINEAR" or "CONSTANT"
        key_types : "pose" (extreme, breakdown, key) or "generated"
        root_motion : whether the character travels
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
    yield Progress(0.0, "Opening the video")
    settings = Settings.from_params(params)
    with open_video(
        params["video"], params.get("start_s"), params.get("end_s"), params.get("sequence_fps")
    ) as video:
        watching = track(video, person=params.get("person", "largest"), settings=settings)
        seen = yield from scaled(watching, 0.01, _SEEING)
        source = {Path(params["video"]).name: video.sha256()}
        start_s = video.start_s
    yield Progress(_SEEING, "Solving the body")
    frames = scene_frames(seen, params["fps"], params["frame_start"], start_s)
    times = start_s + (frames - params["frame_start"]) / params["fps"]
    motion = solver.solve(seen, times)
    yield Progress(0.95, "Choosing the key poses")
    poses = keyposes.pick(motion, params["fps"], **_how_many(params))
    yield Progress(0.97, "Setting keys")
    pose = retarget(motion, rig, bones, root_motion=params.get("root_motion", True))
    channels = to_channels(pose, rig)
    result = take.Take(
        channels=_keys(channels, frames, poses, params),
        provenance=take.Provenance(
            stage="blocking",
            models=seen.models,
            inputs=source,
            parameters={k: v for k, v in params.items() if k not in _NOT_RECORDED},
        ),
        span=(float(frames[0]), float(frames[-1])),
        confidence=motion.confidence.astype(np.float32),
        properties=dict(rig.properties),
        notes=[*seen.notes, *pose.notes, *_notes(seen, motion, frames, params)],
    )
    meta, packed = result.pack()
    meta["provider"] = seen.provider
    meta["error_deg"] = poses.error_deg
    packed |= {
        "seen_time": seen.time,
        "seen_image": seen.image[..., :2],
        "seen_visibility": seen.visibility,
        "key_frames": frames[poses.index],
        "key_times": times[poses.index],
    }
    return meta, packed


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


def _keys(
    channels: Channels, frames: NDArray, poses: keyposes.KeyPoses, params: dict
) -> list[take.Channel]:
    """Key every channel at the chosen poses, with the slopes that fit the frames between."""
    names = list(channels.values)
    motion = np.stack([channels.values[name] for name in names], axis=1)
    values, slopes = curves.fit_spline(frames, motion, poses.index, keyposes.VALUE_HOLD)
    posed = params.get("key_types", "pose") == "pose"
    return [
        take.Channel(
            path,
            index,
            channels.groups[path],
            curves.spline_keys(
                frames[poses.index],
                values[:, c],
                slopes[:, c],
                interpolation=INTERPOLATIONS[params.get("interpolation", "BEZIER")],
                key_type=poses.key_type if posed else take.GENERATED,
            ),
        )
        for c, (path, index) in enumerate(names)
    ]


def _notes(seen: Landmarks, motion: Motion, frames: NDArray, params: dict) -> list[str]:
    """Say what was left out, and where the result should not be trusted."""
    notes = []
    if seen.camera is not None and moves(seen.camera, seen.size):
        notes.append(
            "The camera turns or shakes: that was taken out of the motion, but a camera that "
            "travels along still moves the character"
        )
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
