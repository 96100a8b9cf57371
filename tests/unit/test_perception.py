"""The arithmetic around the pose networks, without the networks."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from understudy.ml import progress
from understudy.ml.blocking import crop, detector, smoothing, tracker
from understudy.ml.errors import VideoError

cv2 = pytest.importorskip("cv2")


def test_anchors():
    places = detector.anchors()
    assert places.shape == (2254, 2)
    assert places[0] == pytest.approx((4 / 224, 4 / 224))
    assert places[2] == pytest.approx((12 / 224, 4 / 224))  # two at each place, along x first
    assert places[1568] == pytest.approx((8 / 224, 8 / 224))
    assert places[-1] == pytest.approx((208 / 224, 208 / 224))


def test_merging_weighs_by_score():
    score = np.array([0.5, 1.0, 0.8])
    values = np.array([[1, 0, 11, 10, 6], [0, 0, 10, 10, 3], [50, 50, 60, 60, 9.0]])
    scores, means = detector.merge_overlapping(score, values)
    assert scores.tolist() == [1.0, 0.8]
    assert means[0] == pytest.approx([1 / 3, 0, 31 / 3, 10, 4])
    assert means[1].tolist() == values[2].tolist()


def test_merging_nothing_and_empty_boxes():
    scores, means = detector.merge_overlapping(np.zeros(0), np.zeros((0, 12)))
    assert scores.shape == (0,) and means.shape == (0, 12)
    scores, _ = detector.merge_overlapping(np.ones(2), np.zeros((2, 12)))
    assert len(scores) == 2


@pytest.mark.parametrize(
    ("rim", "angle"),
    [((5, 1), 0), ((9, 5), math.pi / 2), ((5, 9), -math.pi), ((1, 5), -math.pi / 2)],
)
def test_region_turns_with_the_body(rim, angle):
    region = crop.Region.around((5, 5), rim)
    assert region.side == pytest.approx(8 * crop.MARGIN)
    assert math.remainder(region.angle - angle, math.tau) == pytest.approx(0)
    assert -math.pi <= region.angle < math.pi
    # Whichever way the body points, its rim lies straight above the middle of the crop.
    back = np.linalg.solve(region.matrix[:, :2], np.array(rim) - region.matrix[:, 2])
    assert back == pytest.approx((0.5, 0.5 - 0.5 / crop.MARGIN))


def test_warp_and_back():
    """A dot that is seen at some place of the crop is brought back to where it is."""
    picture = np.zeros((300, 400, 3), np.uint8)
    cv2.circle(picture, (220, 110), 3, (255, 0, 0), -1)
    region = crop.Region(200.0, 130.0, 160.0, 0.6)
    seen = crop.warp(picture, region, 256)
    assert seen[..., 2].max() > 200 > 10 > seen[..., 0].max()  # RGB
    weight = seen[..., 2].astype(float)
    y, x = (np.indices(weight.shape) * weight).sum(axis=(1, 2)) / weight.sum()
    placed = crop.to_picture(np.array([[x / 256, y / 256, 0.25]]), region)[0]
    assert placed[:2] == pytest.approx((220, 110), abs=0.6)
    assert placed[2] == 40.0


def test_borders():
    picture = np.full((20, 20, 3), 200, np.uint8)
    region = crop.Region(10.0, 10.0, 60.0, 0.0)
    assert crop.warp(picture, region, 30).min() == 200
    assert crop.warp(picture, region, 30, black=True)[0, 0].tolist() == [0, 0, 0]


def test_world_turns_with_the_region():
    region = crop.Region(0.0, 0.0, 1.0, math.pi / 2)
    turned = crop.turn_upright(np.array([[1.0, 0.0, 3.0]]), region)
    assert turned[0] == pytest.approx((0, 1, 3))


def test_refine_goes_to_the_mass():
    heat = np.full((64, 64, 3), -20.0, np.float32)
    heat[30, 22, 0] = heat[30, 23, 0] = 5.0
    heat[30, 22, 1] = -1.0  # unsure
    points = np.array([[20 / 64, 31 / 64, 0.5], [20 / 64, 31 / 64, 0.5], [1.5, -0.2, 0.1]])
    out = crop.refine(points, heat)
    assert out[0] == pytest.approx((22.5 / 64, 30 / 64, 0.5), abs=1e-4)
    assert out[1:].tolist() == points[1:].tolist()


def test_one_euro_rests_and_follows():
    still, moving = smoothing.OneEuro(0.05, 80.0), smoothing.OneEuro(0.05, 80.0)
    noise = np.random.default_rng(0).normal(0, 1e-4, 200)
    rest = [float(still(i / 30, np.array(noise[i]))) for i in range(200)]
    assert np.std(rest[50:]) < 0.3 * np.std(noise[50:])
    path = [float(moving(i / 30, np.array(i * 0.1))) for i in range(60)]
    assert path[-1] == pytest.approx(5.9, abs=0.03)


def test_one_euro_minds_the_time_step():
    """The same motion, sampled twice as densely, is followed alike."""
    values = []
    for rate in (30, 60):
        steady = smoothing.OneEuro(1.0, 0.0)
        for i in range(rate + 1):
            out = steady(i / rate, np.array(1.0 if i else 0.0))
        values.append(float(out))
    assert values[0] == pytest.approx(values[1], abs=0.01)
    assert float(steady(1.0, np.array(7.0))) == 7.0  # no time passed: nothing to go by


def people(*hips: tuple[float, float, float], score: float = 0.95) -> detector.Detections:
    """People at x, y with a body circle of radius r, the first the surest."""
    points = np.array([[(x, y), (x, y - r), (x, y), (x, y)] for x, y, r in hips], np.float32)
    boxes = np.tile(np.float32([0, 0, 1, 1]), (len(hips), 1))
    return detector.Detections(score - 0.01 * np.arange(len(hips)), boxes, points)


@pytest.mark.parametrize(
    ("person", "index"),
    [("surest", 0), ("largest", 1), ("central", 2), (0, 1), (1, 2), (2, 0), (3, None)],
)
def test_choice_of_person(person, index):
    found = people((90, 50, 10), (5, 50, 30), (45, 50, 5))
    assert tracker.choose(found, person, (100, 100)) == index


def test_those_surely_seen_go_first():
    found = people((90, 50, 10), (5, 50, 30))
    found.score[1] = tracker.SURE - 0.1
    assert tracker.choose(found, "largest", (100, 100)) == 0


class Clip:
    """A video whose pictures hold nothing but their number."""

    width, height, scale = 200, 100, 0.5
    path = Path("clip.mp4")

    def __init__(self, frame_count: int, step_s: float) -> None:
        self.frame_count = frame_count
        self.warnings: list[str] = []
        self.step_s = step_s

    def bgr(self):
        for i in range(self.frame_count):
            yield i * self.step_s, np.full((50, 100, 3), i, np.uint8)


class Stage:
    """Stands in for both networks.

    `seen` tells who is there in each frame, by x; `lost`, where the landmark network sees
    nobody, `lost_once`, where it does so until detected anew; `scores`, how sure the detector is,
    by frame; `far`, who is found only when looked for part by part.
    """

    name, sha256, provider, reason = "net", "0" * 64, "CPU", "because"

    def __init__(
        self,
        seen: list[list[float]],
        lost: tuple[int, ...] = (),
        scores: dict[int, float] | None = None,
        far: dict[int, list[float]] | None = None,
        lost_once: tuple[int, ...] = (),
    ) -> None:
        self.seen, self.lost, self.scores, self.detected = seen, lost, scores or {}, []
        self.far, self.closer, self.lost_once = far or {}, [], lost_once

    def detect(self, image) -> detector.Detections:
        number = int(image[0, 0, 0])
        self.detected.append(number)
        found = [(x, 25.0, 10.0) for x in self.seen[number]]
        return people(*found, score=self.scores.get(number, 0.95))

    def detect_closer(self, image) -> detector.Detections:
        number = int(image[0, 0, 0])
        self.closer.append(number)
        return people(*((x, 25.0, 10.0) for x in self.far.get(number, [])))

    def look(self, image, region) -> tracker._Look:
        number = int(image[0, 0, 0])
        # The network places a body on whatever it is shown.
        x = min(self.seen[number], key=lambda x: abs(x - region.x), default=region.x)
        x = x if abs(x - region.x) < 20 else region.x
        marks, auxiliary = np.full((33, 3), x), np.array([[x, 25.0], [x, 15.0]])
        stale = number in self.lost_once and number not in self.detected
        presence = 0.1 if stale or number in self.lost else 0.9
        return tracker._Look(presence, marks, auxiliary, np.ones(33), np.zeros((33, 3)))


def follow(monkeypatch, stage: Stage, step_s: float = 0.1, **options) -> tracker.Landmarks:
    class Detector:
        session = stage

        def __init__(self, *_settings) -> None:
            pass

        def __call__(self, image):
            return stage.detect(image)

        def closer(self, image):
            return stage.detect_closer(image)

        def nearer(self, _image, found):
            return found

    class Network(Detector):
        def __call__(self, image, region, _mirrored):
            return stage.look(image, region)

    monkeypatch.setattr(tracker, "Detector", Detector)
    monkeypatch.setattr(tracker, "LandmarkNetwork", Network)
    return progress.run(tracker.track(Clip(len(stage.seen), step_s), **options))


def test_who_is_far_is_searched_part_by_part_now_and_then(monkeypatch):
    stage = Stage([[]] * 12, far={5: [30.0]})
    marks = follow(monkeypatch, stage)
    assert stage.closer == [0, 5]
    assert marks.found.tolist() == [False] * 5 + [True] * 7


def test_mediapipe_does_not_look_closer(monkeypatch):
    stage = Stage([[]] * 5 + [[30.0]] * 2, far={0: [30.0]})
    assert follow(monkeypatch, stage, plain=True).found.tolist() == [False] * 5 + [True] * 2
    assert not stage.closer


@pytest.mark.parametrize("size", [(1920, 1080), (512, 384), (400, 400), (480, 1000), (900, 100)])
def test_parts_cover_the_picture(size):
    covered = np.zeros(size, bool)
    for part in detector.parts(*size):
        assert part.side == max(size) / 2
        x, y = (slice(max(0, round(c - part.side / 2)), round(c + part.side / 2))
                for c in (part.x, part.y))  # fmt: skip
        covered[x, y] = True
    assert covered.all()


def test_a_mirror_image_is_read_as_the_picture_is():
    """What the network says of a mirrored picture lands where it says of the picture itself."""
    rng = np.random.default_rng(1)
    values, world = rng.uniform(40.0, 216.0, (39, 5)), rng.normal(0.0, 0.4, (39, 3))
    region = crop.Region(120.0, 90.0, 200.0, 0.3)
    blank = np.full((64, 64, 39), -9.0)
    turned = values.copy()
    turned[:, 0] = tracker.SIZE - turned[:, 0]
    turned[:33] = turned[tracker._MIRRORED]
    flat = world.copy()
    flat[:33] = (flat[:33] * [-1.0, 1.0, 1.0])[tracker._MIRRORED]
    one, other = (
        tracker._look({"landmarks": v, "world": w, "heatmap": blank, "presence": [0.9]}, region, m)
        for v, w, m in ((values, world, False), (turned, flat, True))
    )
    assert np.allclose(one.image, other.image) and np.allclose(one.world, other.world)
    assert np.allclose(one.visibility, other.visibility)


def test_detects_once_then_follows(monkeypatch):
    stage = Stage([[30.0]] * 6)
    marks = follow(monkeypatch, stage)
    assert stage.detected == [0] and marks.found.all()
    assert marks.size == (200, 100)
    assert marks.image[:, 0, 0] == pytest.approx(60.0)  # pixels of the original picture
    assert marks.time.tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert marks.models == {"net": "0" * 64} and marks.provider == "CPU (because)"
    assert marks.box.shape == (6, 4)


def test_person_leaves_and_comes_back(monkeypatch):
    marks = follow(monkeypatch, Stage([[], [30.0], [30.0], [], [30.0], [30.0]], lost=(3,)))
    assert marks.found.tolist() == [False, True, True, False, True, True]
    assert np.isnan(marks.image[[0, 3]]).all() and np.isfinite(marks.image[[1, 2, 4, 5]]).all()
    assert marks.presence[[0, 3]] == pytest.approx([0, 0.1])


def test_who_is_lost_is_detected_anew_in_the_same_frame(monkeypatch):
    stage = Stage([[30.0]] * 4, lost_once=(2,))
    assert follow(monkeypatch, stage).found.all() and stage.detected == [0, 2]
    stage = Stage([[30.0]] * 4, lost_once=(2,))
    assert follow(monkeypatch, stage, plain=True).found.tolist() == [True, True, False, True]


def test_who_was_just_lost_is_searched_part_by_part_in_every_frame(monkeypatch):
    stage = Stage([[30.0]] * 2 + [[]] * 5, lost=(2, 3), far={k: [32.0] for k in (3, 4)})
    assert follow(monkeypatch, stage).found.tolist() == [True] * 2 + [False] * 2 + [True] * 3
    assert stage.closer == [2, 3, 4]


def test_detections_are_looked_at_nearer_until_they_settle(monkeypatch):
    """Seen from far a person seems larger than they are, the more the more is looked at."""
    looked = []

    def look(_self, _image, region, _least):
        looked.append(region.side)
        found = people((30.0, 25.0, 10.0 + region.side / 10))
        return found.score, found.values()

    monkeypatch.setattr(detector.Detector, "_look", look)
    far = people((30.0, 25.0, 200.0), (31.0, 25.0, 180.0))
    near = detector.Detector.__new__(detector.Detector).nearer(np.zeros((50, 100, 3)), far)
    assert len(near) == 1 and len(looked) == 2 * detector._NEARER
    assert near.regions()[0].side < 0.5 * far.regions()[0].side


def test_keeps_to_the_person_after_a_loss(monkeypatch):
    """The left one is followed although the right one is now the surest and the first choice."""
    seen = [[20.0, 80.0]] * 3 + [[80.0, 21.0]] * 3
    marks = follow(monkeypatch, Stage(seen, lost=(2,)), person=0)
    assert marks.image_raw[[1, 3, 5], 0, 0] == pytest.approx([40, 42, 42])


def test_waits_for_the_same_person_and_keeps_to_one(monkeypatch):
    """Somebody far away is not taken at once; after a second they are, and the longer is kept."""
    seen = [[20.0, 80.0]] * 2 + [[80.0]] * 14
    marks = follow(monkeypatch, Stage(seen, lost=(2,)), person=0)
    assert marks.found.tolist() == [False] * 12 + [True] * 4
    assert marks.image_raw[-1, 0, 0] == pytest.approx(160)
    assert any("somebody else" in note for note in marks.notes)
    at_once = follow(monkeypatch, Stage(seen, lost=(2,)), person=0, keep=False)
    assert at_once.found[3] and not any("somebody else" in note for note in at_once.notes)


def test_nobody(monkeypatch):
    with pytest.raises(VideoError, match="No person was found in clip.mp4"):
        follow(monkeypatch, Stage([[]] * 6))
    with pytest.raises(VideoError, match="at most 1 can be seen at once"):
        follow(monkeypatch, Stage([[30.0]] * 6), person=3)
    with pytest.raises(VideoError, match="'tallest' names no person"):
        follow(monkeypatch, Stage([[]]), person="tallest")
