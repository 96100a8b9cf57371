"""The panel's button and the command write the same, array for array, with the real networks.

In-betweens are compared in `test_farm_api.py`, with the Python interface as a third.
"""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from faces import new_head
from understudy.addon import actions, cli
from understudy.ml.errors import UnderstudyError
from understudy.ml.face import espeak, performance
from understudy.ml.face.performance import INDEX, NAMES, Performance
from understudy.ml.runtime import MODELS

CLIP = Path(__file__).resolve().parents[1] / "data" / "demo_clip.mp4"


def keys_of(owner: bpy.types.ID) -> dict[tuple[str, int], np.ndarray]:
    """Return all keys of all curves, every field."""
    return {key: actions.read_keys(curve) for key, curve in actions.curves_of(owner).items()}


def assert_same(one: dict, other: dict) -> None:
    assert one and one.keys() == other.keys()
    for key in one:
        assert np.array_equal(one[key], other[key]), key


def twice(tmp_path: Path, button: Callable[[], None], words: list, owner: Callable) -> None:
    """Press the button, load the file again, run the command, and compare what was written."""
    before = str(tmp_path / "before.blend")
    bpy.ops.wm.save_as_mainfile(filepath=before)
    button()
    panel = keys_of(owner())
    bpy.ops.wm.open_mainfile(filepath=before)
    assert cli.main([*map(str, words), "--report", str(tmp_path / "r.json")]) == 0
    assert_same(panel, keys_of(owner()))


def shape_keys() -> bpy.types.ID:
    return bpy.data.objects["Head"].data.shape_keys


def test_a_video_is_blocked_alike(human, tmp_path):
    if not (MODELS / "pose_landmark_v1.onnx").is_file():
        pytest.skip("the pose networks are exported at set-up")

    def button() -> None:
        settings = bpy.context.scene.understudy
        settings.video, settings.use_range = str(CLIP), True
        settings.range_start, settings.range_end, settings.key_count = 0.0, 1.0, 5
        assert bpy.ops.understudy.block_video() == {"FINISHED"}

    words = ["block", "--video", CLIP, "--range", 0, 1, "--keys", 5, "--rig", "Human"]
    twice(tmp_path, button, words, lambda: bpy.data.objects["Human"])


def test_a_recording_is_performed_alike(tmp_path):
    new_head()
    times = np.arange(60) / 30
    coefficients = np.zeros((60, len(NAMES)))
    coefficients[:, INDEX["jawOpen"]] = np.sin(times) ** 2
    coefficients[:, INDEX["browInnerUp"]] = np.cos(3 * times) ** 2
    path = tmp_path / "take.npz"
    performance.write(path, Performance(times, coefficients))

    def button() -> None:
        settings = bpy.context.scene.understudy.face
        settings.source, settings.recording = "file", str(path)
        assert bpy.ops.understudy.perform_face() == {"FINISHED"}

    words = ["face", "--performance", path, "--mesh", "Head"]
    twice(tmp_path, button, words, shape_keys)


def test_lips_are_synced_alike(tmp_path):
    try:
        spoken = espeak.speak("Bob may pack my map.", "en-us", sound=True)
    except UnderstudyError as exc:
        pytest.skip(str(exc))
    path = tmp_path / "line.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(spoken.rate)
        file.writeframes((32767 * np.clip(spoken.samples, -1, 1)).astype("<i2").tobytes())
    new_head()

    def button() -> None:
        line = bpy.context.scene.understudy.lipsync.lines.add()
        line.sound, line.text, line.frame = str(path), "Bob may pack my map.", 1
        assert bpy.ops.understudy.sync_lips() == {"FINISHED"}

    words = ["lipsync", "--wav", path, "--text", "Bob may pack my map.", "--mesh", "Head"]
    twice(tmp_path, button, words, shape_keys)


def laid_out() -> dict[str, list]:
    """Return every object's place and mesh size, and every key of the cameras."""
    bpy.context.view_layer.update()
    found = {}
    for obj in bpy.data.objects:
        keys = [*keys_of(obj).values(), *(keys_of(obj.data).values() if obj.data else ())]
        matrix = [round(n, 6) for row in obj.matrix_world for n in row]
        size = len(obj.data.vertices) if obj.type == "MESH" else 0
        found[obj.name] = [matrix, size, [k["co"].tolist() for k in keys]]
    return found


def test_words_are_laid_out_alike(tmp_path):
    prompt = "small bedroom with a bed and a desk"
    settings = bpy.context.scene.understudy.layout
    settings.prompt, settings.seed, settings.variants = prompt, 5, 2
    assert bpy.ops.understudy.propose_layouts() == {"FINISHED"}
    assert bpy.ops.understudy.use_layout(number=2) == {"FINISHED"}
    panel = laid_out()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    words = ["layout", "--prompt", prompt, "--seed", "5", "--variants", "2", "--pick", "2"]
    report = tmp_path / "r.json"
    assert cli.main([*words, "--report", str(report)]) == 0
    assert json.loads(report.read_text("utf-8"))["status"] == "done"
    assert len(panel) > 8 and laid_out() == panel
