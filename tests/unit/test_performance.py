"""A performance: its names, its files, and Live Link Face's csv."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml.errors import UnderstudyError
from understudy.ml.face import performance
from understudy.ml.face.performance import INDEX, NAMES, REGIONS, Performance
from understudy.ml.rotations import rotate


def test_every_expression_is_in_exactly_one_region():
    assert len(set(NAMES)) == 52
    assert sorted(n for names in REGIONS.values() for n in names) == sorted(NAMES)


def made(count: int = 3) -> Performance:
    rng = np.random.default_rng(4)
    return Performance(np.arange(count) / 30, rng.random((count, 52)), notes=["a", "b"])


def test_saved_and_read_again_it_is_the_same(tmp_path):
    before = made()
    performance.write(tmp_path / "p.npz", before)
    after = performance.read(tmp_path / "p.npz")
    assert np.array_equal(after.coefficients, before.coefficients)
    assert after.notes == ["a", "b"] and after.source == "p.npz"
    assert after.fps == pytest.approx(30)


def test_packed_and_unpacked_it_is_the_same():
    before = made()
    after = Performance.unpack(*before.pack())
    assert np.array_equal(after.gaze, before.gaze) and after.notes == before.notes


def test_a_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="coefficients"):
        Performance(np.arange(2.0), np.zeros((2, 51)))


def live_link(path, rows, names=NAMES):
    """Write a csv as Live Link Face does: a value by name, all others 0."""
    angles = [f"{who}{what}" for who in ("Head", "LeftEye", "RightEye") for what in TURNS]
    header = ["Timecode", "BlendShapeCount", *(n[0].upper() + n[1:] for n in names), *angles]
    lines = [",".join(header)]
    for code, values in rows:
        cells = [str(values.get(n, 0.0)) for n in [*names, *angles]]
        lines.append(",".join([code, "61", *cells]))
    path.write_text("\n".join([*lines, "12:00:01:00.000,61,0.0"]), "utf-8")
    return path


TURNS = ("Yaw", "Pitch", "Roll")


def test_live_link_face_is_read(tmp_path):
    rows = [
        ("23:59:59:58.500", {"jawOpen": 0.5}),
        ("00:00:00:00.500", {"LeftEyeYaw": 0.2, "RightEyePitch": 0.1}),
        ("00:00:00:02.500", {"HeadYaw": 0.3}),
        ("00:00:00:04.500", {"HeadPitch": 0.3}),
    ]
    read = performance.read(live_link(tmp_path / "take.csv", rows))
    assert read.times == pytest.approx([0, 2 / 60, 4 / 60, 6 / 60])  # midnight is passed
    assert read.coefficients[0, INDEX["jawOpen"]] == 0.5
    assert read.gaze[1] == pytest.approx(np.array([[-0.2, 0], [0, -0.1]]))
    forward = rotate(read.head_rotation, np.array([0.0, 0.0, 1.0]))
    assert forward[2] == pytest.approx([-np.sin(0.3), 0, np.cos(0.3)])  # to the actor's right
    assert forward[3] == pytest.approx([0, -np.sin(0.3), np.cos(0.3)])  # down


def test_live_link_face_without_some_columns_says_so(tmp_path):
    path = live_link(tmp_path / "t.csv", [("1:0:0:0", {}), ("1:0:0:2", {})], NAMES[:-1])
    assert performance.read(path).notes == ["It lacks tongueOut: they stay 0"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.txt", "", "no performance"),
        ("a.csv", "", "cannot be read"),
        ("a.csv", "x,y\n1,2\n", "columns of Live Link Face"),
        ("a.npz", "no zip", "cannot be read"),
    ],
)
def test_other_files_are_refused(tmp_path, name, text, says):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(UnderstudyError, match=says):
        performance.read(tmp_path / name)


def test_times_that_stand_still_are_refused(tmp_path):
    path = live_link(tmp_path / "t.csv", [("1:0:0:2", {}), ("1:0:0:2", {})])
    with pytest.raises(UnderstudyError, match="do not rise"):
        performance.read(path)
