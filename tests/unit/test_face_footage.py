"""Footage that is not as it should be: no face, two, a face that leaves, few frames a second."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from understudy.ml import progress, runtime
from understudy.ml.errors import VideoError
from understudy.ml.face import pipeline
from understudy.ml.face.mesh import NAME
from understudy.ml.face.performance import INDEX, Performance

cv2 = pytest.importorskip("cv2")

CLIP = Path(__file__).resolve().parents[1] / "data" / "face_clip.mp4"


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    if not (runtime.MODELS / f"{NAME}.onnx").is_file():
        pytest.skip("the networks are not exported: run scripts/export_perception.py")
    capture = cv2.VideoCapture(str(CLIP))
    pictures = []
    while len(pictures) < 75:
        pictures.append(capture.read()[1])
    return pictures


def film(path: Path, pictures: list[np.ndarray], fps: float = 30.0) -> dict:
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return {"video": str(path), "device": "cpu"}


def captured(params: dict) -> tuple[Performance, str]:
    meta, arrays = progress.run(pipeline.capture(params, {}))
    return Performance.unpack(meta, arrays), "\n".join(meta["notes"])


def test_no_face_is_said(frames, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    with pytest.raises(VideoError, match="No face was found in empty.mp4"):
        captured(film(tmp_path / "empty.mp4", [noise] * 8))
    with pytest.raises(VideoError, match="at most 1 can be seen"):
        captured(film(tmp_path / "one.mp4", frames[:4]) | {"person": 3})


def test_a_face_that_leaves_is_bridged_and_not_trusted(frames, tmp_path):
    gone = [f if not 25 <= i < 50 else np.full_like(f, 90) for i, f in enumerate(frames)]
    made, notes = captured(film(tmp_path / "gone.mp4", gone))
    assert (made.confidence[26:49] == 0).all() and made.confidence[5:20].min() > 0
    assert "is not seen from 0.8" in notes and "uncertain" in notes
    assert np.isfinite(made.coefficients).all() and len(made.times) == 75
    between = made.coefficients[26:49, INDEX["jawOpen"]]
    assert np.allclose(np.diff(between, 2), 0, atol=1e-6)


def test_of_two_faces_the_largest_is_followed(frames, tmp_path):
    small = [cv2.resize(f, (240, 240)) for f in frames[:30]]
    beside = [
        np.concatenate([np.pad(s, ((120, 120), (0, 0), (0, 0)), "edge"), f], axis=1)
        for s, f in zip(reversed(small), frames, strict=False)
    ]
    made, notes = captured(film(tmp_path / "two.mp4", beside))
    assert "Up to 2 faces are seen at once; the largest one is followed" in notes
    alone, _ = captured(film(tmp_path / "alone.mp4", frames[:30]))
    lids = INDEX["eyeBlinkLeft"]
    assert np.corrcoef(made.coefficients[:, lids], alone.coefficients[:, lids])[0, 1] > 0.9
    other, _ = captured({"video": str(tmp_path / "two.mp4"), "device": "cpu", "person": 0})
    assert np.corrcoef(other.coefficients[::-1, lids], alone.coefficients[:, lids])[0, 1] > 0.6


def test_few_frames_a_second_are_said_and_times_kept(frames, tmp_path):
    made, notes = captured(film(tmp_path / "slow.mp4", frames[::2], 15.0))
    assert made.fps == pytest.approx(15, abs=0.1) and "15 frames a second" in notes
    assert made.times[-1] == pytest.approx(74 / 30, abs=0.05)
    assert made.coefficients[:, INDEX["eyeBlinkLeft"]].max() > 0.5  # not smoothed away


def test_the_neutral_moment_can_be_chosen(frames, tmp_path):
    params = film(tmp_path / "clip.mp4", frames) | {"neutral": 1.2, "end_s": 2.0}
    made, notes = captured(params)
    assert "counts as neutral (as chosen)" in notes and made.times[-1] <= 2.0
    # With the open mouth as neutral the closed one is none.
    assert made.coefficients[36, INDEX["jawOpen"]] < 0.1
    with pytest.raises(VideoError, match="No face is seen at 9 s"):
        captured(params | {"neutral": 9})
