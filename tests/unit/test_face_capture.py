"""The capture of a face: pose, plain solver, gaze, filter, neutral, and bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from understudy.ml import progress, rotations, runtime
from understudy.ml.errors import VideoError
from understudy.ml.face import (
    changes,
    flashes,
    gaze,
    leastsquares,
    lids,
    neutral,
    patches,
    pipeline,
    sides,
    solver,
    tracker,
)
from understudy.ml.face.detector import Faces, anchors
from understudy.ml.face.mesh import NAME
from understudy.ml.face.performance import INDEX, NAMES, Performance
from understudy.ml.face.pose import Basis, Pose, align
from understudy.ml.face.steady import steady

CLIP = Path(__file__).resolve().parents[1] / "data" / "face_clip.mp4"
FRAMES = 40
FPS = 30.0
ALL = np.ones(52)


@pytest.fixture(scope="module")
def basis() -> Basis:
    return Basis.load()


def turned(yaw_deg: float, down_deg: float = 0.0, roll_deg: float = 0.0) -> np.ndarray:
    turns = zip((yaw_deg, down_deg, roll_deg), np.eye(3)[[1, 0, 2]], strict=True)
    parts = [rotations.from_rotvec(np.radians(angle) * axis) for angle, axis in turns]
    return rotations.to_matrix(rotations.multiply(rotations.multiply(parts[0], parts[1]), parts[2]))


def filmed(basis: Basis, values: np.ndarray, yaw_deg: np.ndarray) -> np.ndarray:
    """Return (F, 468, 3) pixels of a face of the basis itself."""
    count = len(values)
    pose = Pose(
        np.full(count, 20.0),
        np.array([turned(a, 3.0, -4.0) for a in yaw_deg]),
        np.tile([320.0, -240.0, 0.0], (count, 1)),
    )
    faces = basis.template + np.tensordot(values, basis.motion, 1)
    return np.concatenate([pose[[i]].to_picture(faces[i]) for i in range(count)])


def test_the_basis_is_a_face(basis):
    eyes = basis.template[[33, 133, 362, 263]]
    assert np.all(np.diff(eyes[:, 0]) > 0)  # from the actor's right to the left
    assert basis.template[152, 1] < basis.template[10, 1]  # chin below forehead
    assert basis.template[1, 2] > basis.template[[127, 356], 2].max()  # nose before the temples
    assert np.allclose(basis.template[1, 0], 0, atol=0.2)
    opening = basis.motion[INDEX["jawOpen"]]
    assert opening[152, 1] < -1.0 and abs(opening[10, 1]) < 0.2


def test_the_pose_is_found_again(basis):
    yaw = np.linspace(-40, 40, FRAMES)
    points = filmed(basis, np.zeros((FRAMES, 52)), yaw)
    pose = align(points, basis.template, basis.weight)
    assert np.allclose(pose.scale, 20.0)
    assert np.allclose(pose.rotation[:, 0, 2], np.sin(np.radians(yaw)) * np.cos(np.radians(3)))
    assert np.allclose(pose.to_head(points), basis.template, atol=1e-6)
    flat = pose.to_plane(points[:, :5], basis.template[:5, 2])
    assert np.allclose(flat, basis.template[:5, :2], atol=1e-6)


def test_left_and_right_are_the_actors_own(basis):
    value = np.zeros((1, 52))
    value[0, INDEX["mouthSmileLeft"]] = 0.8
    points = filmed(basis, value, np.zeros(1))
    still = filmed(basis, np.zeros((1, 52)), np.zeros(1))
    moved = np.linalg.norm((points - still)[0, :, :2], axis=1)
    # Who looks at the actor sees the actor's left on the right.
    assert still[0, moved.argmax(), 0] > 320


def test_least_squares_finds_what_moved(basis):
    rng = np.random.default_rng(3)
    value = np.zeros((FRAMES, 52))
    names = ("jawOpen", "mouthSmileLeft", "mouthFunnel", "eyeBlinkRight")
    for name in names:
        value[:, INDEX[name]] = rng.uniform(0, 1, FRAMES)
    shift = np.tensordot(value, basis.motion, 1)
    found = leastsquares.solve(shift, basis)
    assert found.min() >= 0.0 and found.max() <= 1.0
    for name in names[:3]:
        assert np.corrcoef(found[:, INDEX[name]], value[:, INDEX[name]])[0, 1] > 0.9, name


@pytest.mark.parametrize("fps", [15.0, 30.0, 120.0])
def test_a_flash_survives_the_filter_and_noise_does_not(fps):
    rng = np.random.default_rng(5)
    times = np.arange(int(4 * fps)) / fps
    noise = rng.normal(0, 0.01, len(times))
    pulse = 0.15 * np.exp(-(((times - 2.0) / 0.06) ** 2))
    found = steady(times, np.stack([pulse + noise, noise], axis=1))
    peak = pulse.argmax()
    assert found[peak, 0] > 0.85 * pulse.max() - 0.01
    if fps >= 30:
        assert found[:, 1].std() < 0.85 * noise.std()
    closed = np.zeros((len(times), 1))
    closed[peak - 1 : peak + 2] = 1.0  # a blink
    assert steady(times, closed).max() > 0.97


class _Mover:
    """Stands in for the comparer: it sees what moves in the patches."""

    def __init__(self, moving: np.ndarray) -> None:
        self.moving = moving

    def __call__(self, before: int, after: int) -> np.ndarray:
        return self.moving[after] - self.moving[before]


def _brow_flash() -> tuple[np.ndarray, np.ndarray]:
    """Return (80,) a flash of the left brow, and (80, changes.SEEN) what the flow sees of it."""
    session = runtime.Session(changes.NAME, runtime.Settings(device="cpu"))
    weight = session(change=np.eye(changes.COUNT, dtype=np.float32))["value"][: changes.SEEN]
    shape = np.zeros(80)
    shape[30:35] = [0.08, 0.15, 0.18, 0.15, 0.08]
    return shape, shape[:, None] * np.linalg.pinv(weight.T)[:, INDEX["browDownLeft"]]


def test_a_flash_that_the_solver_lacks_is_seen_by_the_flow():
    """From its onset to its end, at about its height, and nothing else moves."""
    shape, moving = _brow_flash()
    times = np.arange(80) / FPS
    found, _, _ = changes.refine(np.zeros((80, 52)), times, _Mover(moving), 0.0)
    brow = found[:, INDEX["browDownLeft"]]
    assert brow[:28].max() < 0.04 and brow[37:].max() < 0.04
    assert abs(int(brow.argmax()) - 32) <= 1 and brow.max() > 0.12
    still = np.delete(found, INDEX["browDownLeft"], axis=1)
    assert np.abs(still).max() < 0.02
    gap = times + (np.arange(80) >= 32) * 5.0  # the face was away in the middle of it
    assert [len(firsts) for _, firsts in changes.pairs(gap)] == [72, 64]
    assert np.isfinite(changes.refine(np.zeros((80, 52)), gap, _Mover(moving), 0.0)[0]).all()


def test_curves_agree_with_their_changes():
    """Noise that differs from frame to frame goes; where the curves lie over all stays."""
    rng = np.random.default_rng(2)
    true = np.tile(np.sin(np.arange(200) / 9.0)[:, None], (1, 52))
    value = 0.3 + true + rng.normal(0, 0.1, true.shape)
    known = [
        (lag, firsts, true[firsts + lag] - true[firsts])
        for lag, firsts in changes.pairs(np.arange(200) / FPS)
    ]
    found = changes._agree(value, known, 2.0)
    assert (found - 0.3 - true).std() < 0.05
    assert abs((found - true).mean() - 0.3) < 0.01
    assert np.allclose(changes._agree(value, [], 2.0), value)


def test_flashes_get_their_height_and_noise_and_shadows_do_not():
    rng = np.random.default_rng(4)
    value = rng.normal(0, 0.004, (150, 52))
    left, right, blink = (INDEX[n] for n in ("browDownLeft", "browDownRight", "eyeBlinkLeft"))
    bump = np.array([0.02, 0.05, 0.06, 0.05, 0.02])
    value[60:65, left] += bump
    value[60:65, right] += 0.4 * bump
    value[100:105, blink] += bump
    gain = np.full(52, 0.4)
    found = flashes._heighten(value, np.arange(150) / FPS, gain, flashes.STILL)
    assert found[62, left] == pytest.approx(2.5 * value[62, left], rel=0.2)
    assert np.allclose(found[:, [right, blink]], value[:, [right, blink]])
    assert np.abs(np.delete(found, left, axis=1) - np.delete(value, left, axis=1)).max() < 0.02
    moving = value.copy()
    moving[:, INDEX["jawOpen"]] = 0.5 * np.sin(np.arange(150) / 3.0)  # it speaks
    assert flashes._still(value, 8, 90).all() and not flashes._still(moving, 8, 90).any()


def test_a_flash_that_the_solver_lacks_is_added():
    """On a calm face it is, from its onset to its end; while the face moves nothing is added."""
    session = runtime.Session(flashes.NAME, runtime.Settings(device="cpu"))
    direction = np.linalg.pinv(session(change=np.eye(changes.SEEN, dtype=np.float32))["value"].T)[
        :, INDEX["browDownLeft"]
    ]
    shape = np.zeros(80)
    shape[30:35] = [0.08, 0.15, 0.18, 0.15, 0.08]
    moving = shape[:, None] * direction
    times = np.arange(80) / FPS
    still = np.zeros((80, 52))
    found, _ = flashes.add(still, times, _Mover(moving), ALL, 0.0)
    assert np.abs(found[30:35, INDEX["browDownLeft"]] - shape[30:35]).max() < 0.02
    others = np.delete(found, INDEX["browDownLeft"], axis=1)
    assert np.abs(others).max() < 0.02 and np.abs(found[:29]).max() < 0.02
    busy = still.copy()
    busy[:, INDEX["eyeBlinkLeft"]] = np.linspace(0, 8, 80)  # it never rests
    found, _ = flashes.add(busy, times, _Mover(moving), ALL, 0.0)
    assert np.allclose(found, busy)
    rapt, _ = flashes.add(busy, times, _Mover(moving), ALL, 1.0)
    assert np.allclose(rapt, busy)
    slow, _ = flashes.add(still[::4], times[::4], _Mover(moving[::4]), ALL, 0.0)
    assert np.allclose(slow, still[::4])  # 7.5 frames a second show no flash


def test_it_is_told_how_much_goes_on_in_a_clip():
    rng = np.random.default_rng(6)
    quiet = rng.uniform(0, 0.03, (200, 52))
    wave = np.maximum(np.sin(np.arange(200) / 9.0), 0.0)[:, None]
    acted = quiet + 0.4 * wave * (np.arange(52) % 4 == 0)
    assert changes.lively(quiet) == 0.0 and changes.lively(acted) == 1.0
    assert 0.0 < changes.lively(quiet + 0.2 * wave * (np.arange(52) % 4 == 0)) < 1.0
    blinks = quiet.copy()
    blinks[:, [INDEX["eyeBlinkLeft"], INDEX["eyeLookUpLeft"]]] += 5 * wave
    assert changes.lively(blinks) == 0.0


def test_only_what_stands_out_is_a_flash():
    """Not what flickers everywhere, nor one frame, nor the other side's shadow of it."""
    rng = np.random.default_rng(4)
    lacking = np.zeros((120, 52))
    flicker = INDEX["cheekPuff"]
    lacking[:, flicker] = np.abs(rng.normal(0, 0.05, 120))
    left, right, lone = (INDEX[n] for n in ("browDownLeft", "browDownRight", "jawOpen"))
    lacking[60:65, left] = [0.06, 0.12, 0.15, 0.12, 0.06]
    lacking[60:65, right] = 0.4 * lacking[60:65, left]
    lacking[90, lone] = 0.2
    found = flashes._likely(lacking, flashes.MOVING)
    assert np.allclose(found[60:65, left], lacking[60:65, left])
    assert np.all(np.delete(found, left, axis=1)[:, [right - 1, lone]] == 0.0)
    assert np.count_nonzero(found[:, flicker]) < 12


def test_curves_that_go_below_the_neutral_face_are_raised_and_noise_is_not():
    value = np.random.default_rng(2).normal(0, 0.002, (200, 52))
    value[:, 3] += np.where(np.arange(200) < 30, -0.2, 0.3)
    raised = solver._lift(value)
    assert abs(raised[:30, 3].mean()) < 0.02 and abs(raised[30:, 3].mean() - 0.5) < 0.02
    others = np.delete(np.arange(52), 3)
    assert np.abs(raised - value)[:, others].max() < 0.002


def test_sides_that_lastingly_differ_a_little_are_drawn_together():
    """A lopsided face and a flash of one side stay; where a jaw goes has no other side."""
    times = np.arange(120) / FPS
    value = np.full((120, 52), 0.3)
    little, much, short, jaw = (
        INDEX[n] for n in ("browDownLeft", "mouthSmileLeft", "noseSneerLeft", "jawLeft")
    )
    value[:, little] += 0.03
    value[:, much] += 0.6
    value[60:65, short] += 0.15
    value[:, jaw] += 0.03
    found = sides.draw_together(times, value)
    other = dict(zip(sides.LEFT.tolist(), sides.RIGHT.tolist(), strict=True))
    apart = {i: found[:, i] - found[:, other[i]] for i in (little, much)}
    assert (apart[little] < 0.01).all() and (apart[much] > 0.58).all()
    assert np.allclose(found[:, [short, jaw]], value[:, [short, jaw]])
    assert np.allclose(found[:, sides.LEFT] + found[:, sides.RIGHT],
                       value[:, sides.LEFT] + value[:, sides.RIGHT])  # fmt: skip


def test_blinks_close_the_eyes_and_drooping_lids_do_not():
    times = np.arange(150) / FPS
    value = np.zeros((150, 52))
    left, right = lids.LIDS
    bump = np.array([0.3, 0.75, 1.0, 0.9, 0.6, 0.3, 0.1])
    for start in (20, 70, 120):
        value[start : start + 7, left] = 0.84 * bump
    value[40:100, right] = 0.7  # kept half shut for two seconds
    found = lids.calibrate(times, value)
    assert len(lids.blinks(times, value[:, left])) == 3
    assert found[:, left].max() == pytest.approx(1.0)
    assert np.allclose(found[:, left] / 0.84 * 0.84, value[:, left] / 0.84)
    assert np.array_equal(found[:, right], value[:, right])
    full = value / 0.84
    assert np.allclose(lids.calibrate(times, full)[:, left], full[:, left])


def test_gaze_and_looks_undo_each_other():
    rng = np.random.default_rng(2)
    looking = rng.uniform(-0.4, 0.4, (20, 2, 2))
    value = gaze.to_looks(looking, np.zeros((20, 52)))
    assert np.allclose(gaze.from_looks(value), looking)
    left = gaze.to_looks(np.full((1, 2, 2), [0.3, 0.0]), np.zeros((1, 52)))[0]
    assert left[INDEX["eyeLookOutLeft"]] > 0.4 and left[INDEX["eyeLookInRight"]] > 0.4


def test_neutral_is_where_all_rests(basis):
    value = np.full((FRAMES, 52), 0.0)
    value[:, INDEX["jawOpen"]] = np.linspace(0.3, 1.0, FRAMES)
    value[:, INDEX["browInnerUp"]] = 0.6
    value[14:22] = 0.0
    points = filmed(basis, value, np.zeros(FRAMES))
    times = np.arange(FRAMES) / FPS
    found = np.ones(FRAMES, bool)
    assert 14 <= neutral.find(points, times, found, basis).frames[0] <= 21
    chosen = neutral.find(points, times, found, basis, 0.5)
    assert chosen.time_s == pytest.approx(0.5) and not chosen.automatic
    with pytest.raises(VideoError, match="No face is seen at 30 s"):
        neutral.find(points, times, found, basis, 30.0)


def test_patches_stay_on_the_skin_when_the_head_turns(basis):
    gray = np.tile(np.arange(640, dtype=np.uint8)[None], (480, 1))
    pose = Pose(np.array([60.0]), turned(0)[None], np.array([[320.0, -240.0, 0.0]]))
    eyes, lower = patches.cut(gray, pose)
    assert eyes.shape == (2, patches.EYE_SIZE, patches.EYE_SIZE)
    assert lower.shape == (patches.LOWER_HEIGHT, patches.LOWER_WIDTH)
    # The right eye's patch reads from the temple to the nose, the left one's too, being mirrored.
    ramp = np.abs(np.arange(640) - 320.0)
    far = np.tile((255 - ramp / 2.6).astype(np.uint8)[None], (480, 1))
    eyes, _ = patches.cut(far, pose)
    assert np.all(np.diff(eyes.astype(float).mean(axis=1)[:, 2:-2], axis=1) >= 0)


def test_which_face_is_meant():
    box = np.array([[0, 0, 40, 40], [100, 0, 200, 100], [300, 0, 360, 60]], np.float32)
    faces = Faces(np.array([0.9, 0.8, 0.7]), box, np.zeros((3, 6, 2)))
    assert tracker.choose(faces, "largest", (640, 480)) == 1
    assert tracker.choose(faces, "surest", (640, 480)) == 0
    assert tracker.choose(faces, "central", (640, 100)) == 2
    assert tracker.choose(faces, 2, (640, 480)) == 2
    assert tracker.choose(faces, 3, (640, 480)) is None
    assert anchors().shape == (896, 2)


@pytest.mark.parametrize("method", ["network", "least_squares"])
def test_the_clip_that_ships(method):
    """From mp4 to curves: the smile, the blinks, left and right, and what did not happen."""
    if not (runtime.MODELS / f"{NAME}.onnx").is_file():
        pytest.skip("the networks are not exported: run scripts/export_perception.py")
    params = {"video": str(CLIP), "method": method, "device": "cpu"}
    meta, arrays = progress.run(pipeline.capture(params, {}))
    made = Performance.unpack(meta, arrays)
    assert len(made.times) == 140 and made.fps == pytest.approx(30, abs=0.5)
    assert meta["provenance"]["stage"] == "face" and "face_landmark_v1" in str(meta)
    curve = {n: made.coefficients[:, i] for i, n in enumerate(NAMES)}
    at = made.times
    smiling, still = (at > 2.2) & (at < 2.5), at < 0.4
    assert curve["mouthSmileLeft"][smiling].min() > curve["mouthSmileLeft"][still].max() + 0.25
    assert curve["jawOpen"][(at > 1.1) & (at < 1.2)].min() > curve["jawOpen"][still].max() + 0.15
    turned = np.degrees(2 * np.arcsin(made.head_rotation[:, 2]))
    assert turned[(at > 1.5) & (at < 1.7)].mean() > 5  # to the actor's left
    assert turned[(at > 2.9) & (at < 3.1)].mean() < -4
    looking = made.gaze[..., 0].mean(axis=1)
    apart = looking[(at > 1.2) & (at < 1.5)].mean() - looking[(at > 2.7) & (at < 3.0)].mean()
    assert apart > (0.25 if method == "network" else 0.05)  # true is 0.6
    assert made.confidence.min() >= 0 and made.confidence[:, -1].mean() > 0.5
    if method == "network":
        for start in (0.65, 1.85, 3.4):
            shut = (at > start - 0.07) & (at < start + 0.1)
            assert curve["eyeBlinkLeft"][shut].max() > 0.7, start
            assert curve["eyeBlinkRight"][shut].max() > 0.7, start
        up = (at > 1.05) & (at < 1.3)
        assert curve["browOuterUpLeft"][up].mean() > curve["browOuterUpLeft"][still].mean() + 0.25


def test_bad_input_is_named(tmp_path):
    with pytest.raises(VideoError, match="does not exist"):
        progress.run(pipeline.capture({"video": str(tmp_path / "none.mp4")}, {}))
    with pytest.raises(VideoError, match="is unknown: use one of"):
        progress.run(pipeline.capture({"video": "x.mp4", "method": "magic"}, {}))
    with pytest.raises(VideoError, match="no neutral moment"):
        pipeline._moment("soon")
    assert pipeline._moment("1.5") == 1.5 and pipeline._moment(None) == "auto"
    assert len(NAMES) == 52
