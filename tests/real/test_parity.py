"""Our landmarks against mediapipe's own, on every sample clip."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from understudy.ml import progress, runtime, video
from understudy.ml.blocking import tracker

import package

ROOT = Path(package.__file__).resolve().parent.parent
EXPORT_PYTHON = ROOT / "build" / "env" / "export" / "bin" / "python"
if os.name == "nt":
    EXPORT_PYTHON = ROOT / "build" / "env" / "export" / "Scripts" / "python.exe"
MEDIAPIPE_STEP_S = 0.033333
CLIPS = (
    "rendered/blocking1",
    "rendered/jump",
    "rendered/keyed",
    "rendered/walk_movcam",
    "rendered/walk_side",
    "real/bodypose3d_cam0",
    "real/pose2sim_single_cam01",
    "real/sam2_juggle",
    "real/sports2d_demo",
)
MEDIAN_BAR_PX = 1.5  # of a picture 640 pixels wide, or high


class MediapipeClock:
    """The clip with the times that mediapipe's solution makes up: it takes all clips for 30 fps."""

    def __init__(self, opened: video.Video) -> None:
        self._opened = opened

    def __getattr__(self, name: str):
        return getattr(self._opened, name)

    def bgr(self) -> Iterator[tuple[float, np.ndarray]]:
        for index, (_time, image) in enumerate(self._opened.bgr(), start=1):
            yield index * MEDIAPIPE_STEP_S, image


@pytest.fixture(scope="module")
def models() -> None:
    if not (runtime.MODELS / f"{tracker.NAME}.onnx").is_file():
        pytest.skip("the networks are not exported: run scripts/export_perception.py")


@pytest.fixture(scope="module")
def export_python() -> Path:
    if not EXPORT_PYTHON.is_file():
        pytest.skip("no export environment: mediapipe itself cannot be run to compare with")
    return EXPORT_PYTHON


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("name", CLIPS)
def test_parity(name, data, export_python, tmp_path, record_property):
    clip = data / "video" / f"{name}.mp4"
    if not clip.is_file():
        pytest.skip(f"{clip.name} is not in the data folder")
    target = tmp_path / "mediapipe.npz"
    subprocess.run(
        [export_python, ROOT / "scripts" / "mediapipe_reference.py", clip, target],
        check=True,
        capture_output=True,
        timeout=300,
    )
    with np.load(target) as reference, video.open_video(clip) as opened:
        # mediapipe takes the surest person, and after a loss whoever is surest then.
        steps = tracker.track(MediapipeClock(opened), person="surest", keep=False, plain=True)
        marks = progress.run(steps)
        assert marks.size == tuple(reference["size"])
        theirs = np.isfinite(reference["visibility"][:, 0])
        both = theirs & marks.found
        pixels = max(marks.size) / 640
        gap = (marks.image - reference["image"])[both]
        apart = np.linalg.norm(gap[..., :2], axis=-1) / pixels
        world = np.linalg.norm((marks.world - reference["world"])[both], axis=-1)
        seen = np.abs(marks.visibility - reference["visibility"])[both]
    record_property("median_px", float(np.median(apart)))
    # Rounding alone can bring a loss forward or back by a frame; no more than that.
    differ = np.flatnonzero(theirs != marks.found)
    assert abs(int(theirs.sum()) - int(marks.found.sum())) <= 1
    assert len(differ) <= 0.01 * len(theirs), f"found on other frames: {differ}"
    assert np.median(apart) <= MEDIAN_BAR_PX
    assert np.median(np.abs(gap[..., 2])) / pixels <= 3 * MEDIAN_BAR_PX
    assert np.median(world) <= 0.01  # metres
    assert np.median(seen) <= 0.01


@pytest.mark.usefixtures("models")
def test_true_times_change_little(data):
    """With the clip's own times, the landmarks stay near those of mediapipe's clock."""
    clip = data / "video" / "rendered" / "keyed.mp4"
    if not clip.is_file():
        pytest.skip(f"{clip.name} is not in the data folder")
    with video.open_video(clip) as opened:
        ours = progress.run(tracker.track(opened))
        clocked = progress.run(tracker.track(MediapipeClock(opened)))
    assert ours.found.all() and not ours.notes
    apart = np.linalg.norm((ours.image - clocked.image)[..., :2], axis=-1)
    assert np.median(apart) < 0.5
    assert np.isfinite(ours.image_raw).all() and ours.presence.min() > 0.5


@pytest.mark.usefixtures("models")
def test_the_same_person_is_found_again(data):
    """A man on a roof leaps off it and is followed again where he lands, nobody else."""
    clip = data / "video" / "real" / "sports2d_demo.mp4"
    if not clip.is_file():
        pytest.skip(f"{clip.name} is not in the data folder")
    with video.open_video(clip) as opened:
        marks = progress.run(tracker.track(opened))
    on_roof = marks.time < 4.5
    # He is small, and the whole picture's detector does not measure him.
    assert marks.found[on_roof].all()
    # His head is in the upper third; that of the woman who walks by is below the middle.
    assert np.nanmax(marks.image[on_roof, 0, 1]) < 0.35 * marks.size[1]
    hips = marks.image_raw[:, [23, 24], :2].mean(axis=1) / marks.size
    # She walks below on the left, he lands on the right.
    low = marks.found & (hips[:, 1] > 0.65)
    landed = marks.time > 6.2
    assert low[landed].any() and (hips[low, 0] > 0.5).all()
    assert marks.found[landed].mean() > 0.8
