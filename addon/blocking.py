"""From a video to key poses on a rig: what the panel and the command line share.

`request` reads the rig and the settings, a job of `ml.blocking` makes the Take, and `finish`
writes it.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from bpy.types import Context, Object, Scene
from numpy.typing import NDArray

from ..ml.blocking.bonemap import BoneMap, auto_map, check_limbs
from ..ml.errors import RigError, UnderstudyError, VideoError
from ..ml.take import CONSTANT, GENERATED, Channel, Take, make_keys
from . import bonemaps, fcurves, ledger, prefs, videocamera
from .checks import check_action, check_bones, check_owner
from .props import METARIG, is_metarig
from .rigs import read_rig
from .translations import say

TASK = "block"
LEFT_OUT = "; {count} left out where you have keys"
PREVIEW = "block_preview"
_DOUBTFUL = 0.5
_LAST_FRAME = 1048574  # of any scene
_MOST_PREVIEWED = 40


@dataclass
class Options:
    """How a video is to be blocked.

    Attributes
    ----------
    video : path of a video, a folder of images, or one image of a sequence
    keys : number of key poses, or None to go by `tolerance_deg`
    tolerance_deg : largest angle by which a joint may stray, or None
    interpolation : "BEZIER", "CONSTANT" or "LINEAR"
    key_types : "pose" or "generated"
    root_motion : whether the character travels
    touch : whether hands that touch the performer's body touch the character's too
    camera : whether a camera is made that moves as the video's did
    ik : limbs ("leg.L") to key on their IK controls
    frames : scene frames to key, which rule out `keys` and the tolerance; None to choose
    lifter : whether the learned lifter is asked, or geometry alone
    picker : whether the learned key picker is asked as well
    fingers : whether fingers are watched and keyed
    cache : folder that keeps what was seen of a clip; "" for none
    person : "largest", "central", "surest" or a number from 0, counted from the left
    frame_start : scene frame of the first frame that is used
    start_s, end_s : part of the video to use, seconds; None for its start, its end
    sequence_fps : frames a second of an image sequence; None for the usual 24
    device, accelerator : what runs the networks
    models : folder of the networks; "" for the extension's own
    seed : kept in the ledger; this stage draws nothing at random
    bone_map : the map to use; None for the rig's own, or the automatic one
    """

    video: str
    keys: int | None = 12
    tolerance_deg: float | None = None
    interpolation: str = "BEZIER"
    key_types: str = "pose"
    root_motion: bool = True
    touch: bool = False
    camera: bool = False
    ik: tuple[str, ...] = ()
    frames: tuple[int, ...] | None = None
    lifter: bool = True
    picker: bool = True
    fingers: bool = False
    cache: str = ""
    person: str | int = "largest"
    frame_start: int = 1
    start_s: float | None = None
    end_s: float | None = None
    sequence_fps: float | None = None
    device: str = "auto"
    accelerator: str = ""
    models: str = ""
    seed: int = 0
    bone_map: BoneMap | None = None


def options_from(context: Context) -> Options:
    """Return what the panels say."""
    settings, machine = context.scene.understudy, prefs.find(context)
    by_count = settings.key_choice == "count"
    number = settings.person == "number"
    return Options(
        video=bpy.path.abspath(settings.video) if settings.video else "",
        keys=settings.key_count if by_count else None,
        tolerance_deg=None if by_count else float(np.degrees(settings.tolerance)),
        interpolation=settings.interpolation,
        key_types=settings.key_types,
        root_motion=settings.root_motion,
        touch=settings.blocking.touch,
        camera=settings.blocking.camera,
        ik=limbs_of(settings.blocking),
        frames=tuple(settings.blocking.frames(settings.key_count)) or None if by_count else None,
        lifter=settings.blocking.use_lifter,
        picker=settings.blocking.use_picker,
        fingers=settings.blocking.fingers,
        cache=str(Path(bpy.app.tempdir or tempfile.gettempdir(), "understudy")),
        person=settings.person_number if number else settings.person,
        frame_start=settings.start_frame,
        start_s=settings.range_start if settings.use_range else None,
        end_s=settings.range_end if settings.use_range else None,
        sequence_fps=settings.sequence_rate,
        device=machine.device if machine else "auto",
        accelerator=bpy.path.abspath(machine.accelerator) if machine else "",
    )


def limbs_of(settings: object) -> tuple[str, ...]:
    """Return the limbs that the panel says to key by IK."""
    return tuple(sorted(settings.ik_limbs))


def frame_rate(scene: Scene) -> float:
    """Return the scene's frames a second."""
    return scene.render.fps / scene.render.fps_base


def preview_request(scene: Scene, options: Options) -> dict:
    """Return the params of the preview's task."""
    _check_options(options)
    return {**_watching(scene, options), "most": _MOST_PREVIEWED}


def keep_preview(scene: Scene, result: tuple[dict, dict[str, NDArray]]) -> dict:
    """Keep on the scene which frames would be keyed, and return what to say."""
    meta, arrays = result
    ends = np.cumsum(arrays["counts"])[:-1]
    parts = (np.split(arrays[name], ends) for name in ("frames", "types"))
    rows = [
        {"frames": frames.tolist(), "types": types.tolist(), "error_deg": round(float(error), 2)}
        for frames, types, error in zip(*parts, arrays["error_deg"], strict=True)
    ]
    sure = arrays["confidence"].round(2).astype(float).round(2).tolist()
    settings = scene.understudy.blocking
    settings.forget()
    settings.table = json.dumps({"span": meta["span"], "rows": rows, "sure": sure})
    first, last = meta["span"]
    return {"notes": [], "provider": meta["provider"], "span": [first, last]}


def _watching(scene: Scene, options: Options) -> dict:
    """Return the params that say what is watched, and how."""
    return {
        "video": str(Path(options.video).absolute()),
        "start_s": options.start_s,
        "end_s": options.end_s,
        "sequence_fps": options.sequence_fps,
        "person": options.person,
        "lifter": options.lifter,
        "picker": options.picker,
        "cache": options.cache,
        "fps": frame_rate(scene),
        "frame_start": options.frame_start,
        "device": options.device,
        "accelerator": options.accelerator,
        **({"models_dir": options.models} if options.models else {}),
    }


def request(scene: Scene, obj: Object, options: Options) -> tuple[dict, dict[str, NDArray]]:
    """Return the (params, arrays) of the blocking task; refuse early what would fail late."""
    if obj.type != "ARMATURE":
        raise RigError(f"{obj.name} is not an armature: choose a rig")
    check_owner(obj)
    check_action(obj)
    _check_options(options)
    kept = options.bone_map or bonemaps.stored(obj)
    rig = read_rig(obj, kept.names() if kept else None)
    if kept is not None:
        kept.check(rig)
    bones = kept or auto_map(rig)
    check_bones(obj, bones.names())
    check_limbs(rig, bones, list(options.ik))
    meta, arrays = rig.pack()
    params = {
        **_watching(scene, options),
        "frames": None if options.frames is None else list(options.frames),
        "keys": options.keys,
        "tolerance": options.tolerance_deg,
        "interpolation": options.interpolation,
        "key_types": options.key_types,
        "root_motion": options.root_motion,
        "touch": options.touch,
        "camera": options.camera,
        "fingers": options.fingers,
        "ik": list(options.ik),
        "rig": meta,
        "bone_map": bones.to_json(),
        "seed": options.seed,
    }
    return params, arrays


def _check_options(options: Options) -> None:
    if not options.video:
        raise VideoError("No video is chosen: choose one first")
    if abs(options.frame_start) > _LAST_FRAME:
        raise UnderstudyError(
            f"Frame {options.frame_start} lies beyond what Blender can play: start between "
            f"-{_LAST_FRAME} and {_LAST_FRAME}"
        )
    if options.keys is not None and options.keys < 2:
        raise UnderstudyError("At least 2 key poses are needed: ask for more")
    if options.keys is None and not (options.tolerance_deg or 0) > 0:
        raise UnderstudyError("The tolerance must be more than 0 degrees: give a larger one")
    start, end = options.start_s or 0.0, options.end_s
    if start < 0 or (end is not None and end <= start):
        raise VideoError("The part of the video is empty: its end must come after its start")


def finish(obj: Object, options: Options, result: tuple[dict, dict[str, NDArray]]) -> dict:
    """Write what the task made onto the rig, whole or not at all, and return the report."""
    meta, arrays = result
    take = Take.unpack(meta, arrays)
    if not any(len(channel.keys) for channel in take.channels):
        raise UnderstudyError("The video gave no key poses: try another part of it")
    _key_switches(obj, take, meta.get("switches", {}))
    written = fcurves.write_take(obj, take)
    action = obj.animation_data.action
    notes = [*take.notes, *_film(obj, options, meta, arrays)]
    if is_metarig(obj):
        notes.append(METARIG)
    # Where feet begin and end to stand is keyed as well: those frames are no poses.
    frames = arrays.get("key_frames")
    if frames is None:
        frames = np.unique(np.concatenate([c.keys["co"][:, 0] for c in take.channels]))
    return {
        "stage": "blocking",
        "status": "done",
        "rig": obj.name,
        "action": action.name,
        "video": options.video,
        "span": list(take.span),
        "key_poses": [round(float(frame), 3) for frame in frames],
        "curves": written.curves,
        "keys": written.keys,
        "keys_replaced": written.replaced,
        "keys_left_to_artist": written.yielded,
        "interpolation": options.interpolation,
        "properties": take.properties,
        "confidence": _confidence(take, frames),
        "notes": notes,
        "provenance": {
            "models": take.provenance.models,
            "inputs": take.provenance.inputs,
            "parameters": take.provenance.parameters,
            "seed": take.provenance.seed,
        },
        "ledger": ledger.report(action)["keys"],
        "provider": meta.get("provider", ""),
        "error_deg": meta.get("error_deg"),
    }


def _film(obj: Object, options: Options, meta: dict, arrays: dict[str, NDArray]) -> list[str]:
    """Make the camera that filmed, where it is wanted; return sentences for the person."""
    if "camera" not in meta:
        return []
    if not options.root_motion:
        return ["Without root motion the rig does not lie over the video: no camera was made"]
    if not Path(options.video).is_file():
        return ["A camera can be given a video file only, not an image sequence: none was made"]
    scene = next(iter(obj.users_scene))
    where = (options.start_s or 0.0, options.frame_start)
    video = str(Path(options.video).absolute())
    return videocamera.write(scene, obj, video, meta["camera"], arrays, *where)[1]


def _key_switches(obj: Object, take: Take, switches: dict[str, bool]) -> None:
    """Turn the limbs' IK/FK switches into keys that hold over the take's span.

    Beside other animation of the rig they go back to what they were before and after it.
    """
    first, last = take.span
    others = [
        float(frame)
        for curve in fcurves.curves_of(obj).values()
        for frame in fcurves.read_keys(curve)["co"][:, 0]
        if not first - 1.5 < frame < last + 1.5
    ]
    for path in switches:
        value = take.properties.pop(path)
        _check_switch(obj, path, value, take.span)
        before = float(obj.path_resolve(path))
        frames, values = [first], [value]
        if before != value and any(frame < first for frame in others):
            frames, values = [first - 1.0, *frames], [before, *values]
        if before != value and any(frame > last for frame in others):
            frames, values = [*frames, last + 1.0], [*values, before]
        keys = make_keys(frames, values, interpolation=CONSTANT)
        take.channels.append(Channel(path, 0, _bone_of(path), keys))


def _check_switch(obj: Object, path: str, value: float, span: tuple[float, float]) -> None:
    """Refuse to key a switch that the artist holds the other way inside the span."""
    curve = fcurves.curves_of(obj).get((path, 0))
    if curve is None:
        return
    keys = fcurves.read_keys(curve)
    inside = (keys["co"][:, 0] > span[0] - 0.5) & (keys["co"][:, 0] < span[1] + 0.5)
    theirs = inside & (keys["type"] != GENERATED)
    if (np.abs(keys["co"][theirs, 1] - value) > 1e-3).any():
        raise UnderstudyError(
            f"{path} of {obj.name} is animated, and is not {value:g} throughout frames "
            f"{span[0]:g} to {span[1]:g}, so the keys would not be seen: change those keys first"
        )


def _bone_of(path: str) -> str:
    """Return the bone's name in the RNA path of one of its properties."""
    return bpy.utils.unescape_identifier(path.split('"')[1])


def _confidence(take: Take, key_frames: NDArray) -> dict:
    """Sum up how far each frame and key pose can be trusted, naming the doubtful stretches."""
    values = np.asarray(take.confidence, float)
    if not len(values):
        return {}
    edges = np.flatnonzero(np.diff(np.r_[0, values < _DOUBTFUL, 0]))
    first = take.span[0]
    return {
        "mean": round(float(values.mean()), 3),
        "lowest": round(float(values.min()), 3),
        "key_poses": np.interp(key_frames, first + np.arange(len(values)), values)
        .round(3)
        .tolist(),
        "doubtful_frames": [
            [float(first + a), float(first + b - 1)]
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ],
    }


def summary(report: dict) -> str:
    """Say in one sentence what was done."""
    poses, keys = len(report["key_poses"]), report["keys"]
    text = say("{poses} key poses on {rig}, {keys} keys", poses=poses, rig=report["rig"], keys=keys)
    if report["keys_left_to_artist"]:
        text += say(LEFT_OUT, count=report["keys_left_to_artist"])
    return text
