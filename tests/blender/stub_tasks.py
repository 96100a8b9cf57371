"""Tasks for the tests of jobs, operators and the command line: they open no network."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from understudy.ml import digest, tasks
from understudy.ml import take as t
from understudy.ml.errors import VideoError
from understudy.ml.progress import Progress

_ROTATION = {"QUATERNION": ("rotation_quaternion", 4), "AXIS_ANGLE": ("rotation_axis_angle", 4)}


def count(params: dict, arrays: dict):
    """Take `steps` steps of `pause_s` seconds, then return the array "x" doubled."""
    for i in range(params["steps"]):
        time.sleep(params.get("pause_s", 0.0))
        yield Progress(i / params["steps"], f"Step {i}")
    return {"pid": os.getpid()}, {"x": arrays["x"] * 2}


def chatter(_params: dict, _arrays: dict):
    """Print what a noisy library might."""
    os.write(1, b'{"progress": "nonsense"}\n' * 1000)
    yield Progress(0.5, "Grüße")
    return {}, {}


def fail(params: dict, _arrays: dict):
    """Fail in the way that `params` names."""
    yield Progress(0.1, "About to fail")
    if params["how"] == "sentence":
        raise VideoError("The film is upside down: turn it round")
    if params["how"] == "bug":
        raise ZeroDivisionError("a bug")
    os._exit(9)


def block(params: dict, _arrays: dict):
    """Key every mapped bone's rotation at the start frame and 8 frames later.

    Where the video and the folder of networks are there, it says what it made it of.
    """
    if "missing" in params["video"]:
        raise VideoError(f"There is no file {params['video']}: check its name")
    if "bug" in params["video"]:
        raise ZeroDivisionError("a bug")
    for i in range(2000 if "slow" in params["video"] else 5):
        time.sleep(0.01)
        yield Progress(i / 2000, "Looking")
    rig, channels = params["rig"], []
    first = params["frame_start"]
    for bone in params["bone_map"]["roles"].values():
        mode = rig["rotation_mode"][rig["names"].index(bone)]
        prop, size = _ROTATION.get(mode, ("rotation_euler", 3))
        for index in range(size):
            keys = t.make_keys([first, first + 8], [0.1, 0.2], key_type=t.EXTREME)
            channels.append(t.Channel(f'pose.bones["{bone}"].{prop}', index, bone, keys))
    clip = Path(params["video"])
    content = digest.of_files([clip]) if clip.is_file() else "cd" * 32
    models = {"net_v1": "ab" * 32}
    if "models_dir" in params:
        models = {n: digest.of_files([p]) for n, p in tasks.networks(params).items()}
    made = t.Take(
        channels,
        t.Provenance("blocking", models, {clip.name: content}),
        (first, first + 8),
        confidence=np.r_[np.ones(6), np.zeros(3)],
        notes=["The feet are hidden: check them"],
    )
    meta, arrays = made.pack()
    return {**meta, "provider": "CPUExecutionProvider", "error_deg": 3.5}, arrays
