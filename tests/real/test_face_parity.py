"""Our face mesh against mediapipe's own, and its golden portrait."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from understudy.ml import progress, runtime, video
from understudy.ml.face import tracker
from understudy.ml.face.mesh import NAME
from understudy.ml.face.pose import Basis

import package

ROOT = Path(package.__file__).resolve().parent.parent
CLIP = ROOT / "tests" / "data" / "face_clip.mp4"
EXPORT_PYTHON = ROOT / "build" / "env" / "export" / "bin" / "python"
if os.name == "nt":
    EXPORT_PYTHON = ROOT / "build" / "env" / "export" / "Scripts" / "python.exe"


def test_the_mesh_is_mediapipes(tmp_path, record_property):
    if not (runtime.MODELS / f"{NAME}.onnx").is_file():
        pytest.skip("the networks are not exported: run scripts/export_perception.py")
    if not EXPORT_PYTHON.is_file():
        pytest.skip("no export environment: mediapipe itself cannot be run to compare with")
    target = tmp_path / "mediapipe.npz"
    subprocess.run(
        [EXPORT_PYTHON, ROOT / "scripts" / "mediapipe_reference.py", CLIP, target, "--face"],
        check=True,
        capture_output=True,
        timeout=300,
    )
    with np.load(target) as reference, video.open_video(CLIP) as opened:
        seen = progress.run(tracker.track(opened, Basis.load()))
        assert seen.size == tuple(reference["size"])
        assert seen.found.all() and np.isfinite(reference["image"]).all()
        apart = np.linalg.norm((seen.points - reference["image"])[..., :2], axis=-1)
        deep = np.abs((seen.points - reference["image"])[..., 2])
    record_property("median_px", float(np.median(apart)))
    assert np.median(apart) < 0.5  # of a picture 480 pixels wide
    assert np.quantile(apart, 0.99) < 2.0
    assert np.median(deep) < 1.0
