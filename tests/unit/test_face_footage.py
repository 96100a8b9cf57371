"""Footage that is not as it should be: no face, two, one that leaves, turns away or is covered."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from understudy.ml import progress, runtime
from understudy.ml.errors import VideoError
from understudy.ml.face import pipeline
from understudy.ml.face.mesh import NAME
from understudy.ml.face.performance import INDEX, REGIONS, Performance

cv2 = pytest.importorskip("cv2")

DATA = Path(__file__).resolve().parents[1] / "data"
CLIP, TURN = DATA / "face_clip.mp4", DATA / "face_turn.mp4"


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    if not (runtime.MODELS / f"{NAME}.onnx").is_file():
        pytest.skip("the networks are not exported: run scripts/export_perception.py")
    capture = cv2.VideoCapture(str(CLIP))
    pictures = []
    while len(pictures) < 75:
        pictures.append(capture.read()[1])
    return pictures


@pytest.fixture(scope="module")
def plain(frames, tmp_path_factory) -> tuple[Performance, np.ndarray]:
    """Return the performance of the frames as they are, and the mesh's points (F, 468, 2)."""
    params = film(tmp_path_factory.mktemp("plain") / "plain.mp4", frames)
    meta, arrays = progress.run(pipeline.capture(params, {}))
    return Performance.unpack(meta, arrays), arrays["seen_points"]


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


def test_a_profile_is_bridged_and_not_trusted(frames):
    made, notes = captured({"video": str(TURN), "device": "cpu"})
    away = slice(26, 36)
    assert (made.confidence[away] == 0).all() and made.confidence[:10, -1].min() > 0.5
    assert "the head is turned away" in notes
    assert np.abs(np.diff(made.coefficients[away], 2, axis=0)).max() < 1e-6
    yaw = np.degrees(2 * np.arcsin(made.head_rotation[:, 2]))
    assert yaw[30] > 60 and abs(yaw[0]) < 15  # the head's turn goes on


def test_glasses_are_looked_through(frames, plain, tmp_path):
    base, points = plain
    worn = [f.copy() for f in frames]
    for picture, mesh in zip(worn, points, strict=True):
        for ring in ([33, 133, 159, 145], [263, 362, 386, 374]):
            middle = tuple(int(v) for v in mesh[ring].mean(axis=0))
            cv2.ellipse(picture, middle, (34, 28), 0, 0, 360, (25, 25, 30), 5, cv2.LINE_AA)
        bridge = [tuple(int(v) for v in mesh[i] + d) for i, d in ((133, [8, 0]), (362, [-8, 0]))]
        cv2.line(picture, *bridge, (25, 25, 30), 5, cv2.LINE_AA)
    made, _ = captured(film(tmp_path / "glasses.mp4", worn))
    for name in ("jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft"):
        pair = (part.coefficients[:, INDEX[name]] for part in (made, base))
        assert np.corrcoef(*pair)[0, 1] > 0.85, name
    lids = list(REGIONS).index("lids")
    assert made.confidence[:, lids].mean() < base.confidence[:, lids].mean() - 0.05


def test_a_hand_over_the_mouth_lowers_the_confidence_there(frames, plain, tmp_path):
    base, points = plain
    covered = [f.copy() for f in frames]
    inside = slice(27, 48)
    for i in range(25, 50):
        x, y = points[i][[0, 17, 61, 291]].mean(axis=0)
        for k in range(4):
            finger = (int(x - 30 + k * 20), int(y + 10))
            tilt = 8 * k - 12
            cv2.ellipse(
                covered[i], finger, (11, 52), tilt, 0, 360, (120, 150, 200), -1, cv2.LINE_AA
            )
    made, notes = captured(film(tmp_path / "hand.mp4", covered))
    assert not any(25 / 30 < float(s) < 50 / 30 for s in re.findall(r"face at (\S+) s", notes))
    mouth = list(REGIONS).index("mouth")
    bare, hidden = (p.confidence[inside, mouth].mean() for p in (base, made))
    assert hidden < 0.85 * bare and np.isfinite(made.coefficients).all()
    brow = INDEX["browOuterUpLeft"]
    assert np.corrcoef(made.coefficients[:, brow], base.coefficients[:, brow])[0, 1] > 0.8


def test_many_frames_a_second_show_the_same(frames, plain, tmp_path):
    """At 120 a second, each frame four times: the curves are those of 30, blinks included."""
    base, _ = plain
    made, _ = captured(film(tmp_path / "fast.mp4", [f for f in frames[:45] for _ in range(4)], 120))
    assert made.fps == pytest.approx(120, abs=1) and len(made.times) == 180
    lids, jaw = INDEX["eyeBlinkLeft"], INDEX["jawOpen"]
    assert made.coefficients[:, lids].max() > 0.8
    for column in (lids, jaw):
        pair = (made.coefficients[1::4, column], base.coefficients[:45, column])
        assert np.corrcoef(*pair)[0, 1] > 0.95
