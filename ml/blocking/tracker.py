"""Follow one person through a clip and return 33 body landmarks a frame."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..progress import Progress, Steps
from ..runtime import Session, Settings
from ..video import Video
from . import camerapath, travel
from .camera import BackgroundTracker
from .camerapath import FOCAL_RATIO
from .crop import Region, refine, to_picture, turn_upright, warp
from .detector import SURE, Detections, Detector
from .following import Follower, Words
from .smoothing import LowPass, OneEuro

log = logging.getLogger(__name__)

NAME = "pose_landmark_v1"
SIZE = 256
COUNT = 33
MIN_PRESENCE = 0.5
_AUXILIARY = slice(33, 35)
"""Two further points: the middle of the body and the top of the circle around it."""

_WORDS = Words(
    "person",
    "people",
    "somebody else",
    "Choose a clip, or a range of it, that shows one person's whole body, upright and not too "
    "small",
)

_CLOSER_EVERY = 5
"""Where the person is not found, each so many-th frame is searched part by part; each one in the
second after a loss."""

_REPORT_EVERY = 5  # frames
_MIRRORED = [
    *(0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9),
    *(i + 1 if i % 2 else i - 1 for i in range(11, 33)),
]
"""Which landmark each one is in a mirror."""


@dataclass
class Landmarks:
    """What was seen of one person. NaN where nobody was found.

    Attributes
    ----------
    time : (F,) seconds from the clip's first frame
    found : (F,) bool
    image : (F, 33, 3) float32, x, y in pixels of the upright original picture, z in the same
        unit, relative to the hips, negative towards the camera; steadied
    visibility : (F, 33) float32, 0 to 1; steadied
    world : (F, 33, 3) float32, metres about the middle of the hips: x right in the picture, y
        down, z away from the camera; steadied
    presence : (F,) float32, 0 to 1, how sure the network is that it sees a person; 0 where
        nobody was detected
    size : (width, height) of the upright original picture, pixels
    box : (F, 4) float32, x0, y0, x1, y1 around the landmarks, pixels
    models : {network: sha256}
    image_raw, world_raw, visibility_raw
        The same, frame by frame, not steadied.
    provider : what ran the networks, and why that is not the GPU
    notes : sentences for the person
    camera : (F, 3, 3), what takes pixels of each frame to where the same background, far away,
        is in the first, or None where the camera was not followed
    travel : (F, 3), where the camera is, in the first one's axes (x right, y down, z away), or
        None where it stays in its place; see `travel.in_metres` for its unit
    focal_px : the first frame's focal length, where the camera's movement tells it; else 0
    mirrored : (F,) bool, whether the frame was looked at in a mirror, or None where none was
    """

    time: NDArray[np.float64]
    found: NDArray[np.bool_]
    image: NDArray[np.float32]
    visibility: NDArray[np.float32]
    world: NDArray[np.float32]
    presence: NDArray[np.float32]
    size: tuple[int, int]
    box: NDArray[np.float32]
    models: dict[str, str]
    image_raw: NDArray[np.float32] = field(repr=False)
    world_raw: NDArray[np.float32] = field(repr=False)
    visibility_raw: NDArray[np.float32] = field(repr=False)
    provider: str = ""
    notes: tuple[str, ...] = ()
    camera: NDArray[np.float64] | None = field(default=None, repr=False)
    travel: NDArray[np.float64] | None = field(default=None, repr=False)
    focal_px: float = 0.0
    mirrored: NDArray[np.bool_] | None = field(default=None, repr=False)

    @property
    def focal(self) -> float:
        """Return the first frame's focal length in pixels, a common lens' where it is unknown."""
        return self.focal_px or FOCAL_RATIO * max(self.size)


@dataclass(frozen=True)
class _Look:
    """What the landmark network saw in one region. Pixels of the picture at hand; metres."""

    presence: float
    image: NDArray[np.float64]
    auxiliary: NDArray[np.float64]
    visibility: NDArray[np.float64]
    world: NDArray[np.float64]
    mirrored: bool = False


@dataclass(frozen=True)
class _Frame:
    """One frame's result, raw and steadied; the picture's own pixels."""

    time_s: float
    presence: float
    raw: _Look | None = None
    image: NDArray | None = None
    visibility: NDArray | None = None
    world: NDArray | None = None

    def bounds(self) -> NDArray | None:
        """Return (4,) x0, y0, x1, y1 around the landmarks, or None where nobody is."""
        if self.raw is None:
            return None
        flat = self.raw.image[:, :2]
        return np.concatenate([flat.min(axis=0), flat.max(axis=0)])


class LandmarkNetwork:
    """The landmark network with its pre- and post-processing."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)

    def __call__(self, image: NDArray[np.uint8], region: Region, mirrored: bool = False) -> _Look:
        """Look at one region of an (H, W, 3) uint8 BGR picture, or at its mirror image."""
        part = warp(image, region, SIZE)
        out = self.session(image=np.ascontiguousarray(part[:, ::-1] if mirrored else part)[None])
        return _look({name: values[0] for name, values in out.items()}, region, mirrored)


def _look(out: dict[str, NDArray], region: Region, mirrored: bool) -> _Look:
    """Read what the network says of one region, or of its mirror image."""
    values = out["landmarks"].reshape(-1, 5)[: _AUXILIARY.stop]
    points = refine(values[:, :3] / np.float32(SIZE), out["heatmap"])
    world = out["world"].reshape(-1, 3)[:COUNT]
    visibility = 1.0 / (1.0 + np.exp(-values[:COUNT, 3].astype(np.float64)))
    if mirrored:
        points[:, 0] = 1.0 - points[:, 0]
        points[:COUNT] = points[_MIRRORED]
        world, visibility = world[_MIRRORED] * [-1.0, 1.0, 1.0], visibility[_MIRRORED]
    placed = to_picture(points, region)
    return _Look(
        presence=float(out["presence"][0]),
        image=placed[:COUNT],
        auxiliary=placed[_AUXILIARY, :2],
        visibility=visibility,
        world=turn_upright(world, region),
        mirrored=mirrored,
    )


class _Steadier:
    """The filters of one person's points, forgotten whenever the person is lost."""

    def __init__(self) -> None:
        # All points go through one filter, each with its own settings: image, auxiliary, world.
        sizes = (COUNT * 3, 4, COUNT * 3)
        self._points = OneEuro(
            min_cutoff=np.repeat((0.05, 0.01, 0.1), sizes),
            beta=np.repeat((80.0, 10.0, 40.0), sizes),
        )
        self._visibility = LowPass(alpha=0.1)
        self._in_metres = np.repeat((False, False, True), sizes)

    def reset(self) -> None:
        """Forget the past."""
        self._points.reset()
        self._visibility.reset()

    def __call__(self, time_s: float, look: _Look) -> tuple[_Frame, Region]:
        """Return the frame, and the region to look at in the next one."""
        # In the picture speed is judged in body sizes, so that a person far away is steadied as
        # much as one close by.
        diameter = 2.0 * float(np.hypot(*(look.auxiliary[1] - look.auxiliary[0])))
        scale = np.where(self._in_metres, 1.0, 1.0 / max(diameter, 1e-6))
        flat = np.concatenate([look.image.ravel(), look.auxiliary.ravel(), look.world.ravel()])
        flat = self._points(time_s, flat, scale)
        image, (centre, rim), world = (
            part.reshape(-1, width)
            for part, width in zip(
                np.split(flat, (COUNT * 3, COUNT * 3 + 4)), (3, 2, 3), strict=True
            )
        )
        frame = _Frame(time_s, look.presence, look, image, self._visibility(look.visibility), world)
        return frame, Region.around(centre, rim)


class _Tracker:
    """Detects when nobody is followed, else looks where the person was in the last frame.

    Attributes
    ----------
    whom : decides which person that is
    """

    def __init__(
        self, person: str | int, keep: bool, plain: bool, settings: Settings | None
    ) -> None:
        self.whom = Follower(person, _WORDS, keep)
        self.detector = Detector(settings)
        self.network = LandmarkNetwork(settings)
        self._steady = _Steadier()
        self._region: Region | None = None
        self._plain, self._count, self._empty = plain, 0, 0
        self._presence = 0.0

    def step(self, time_s: float, image: NDArray[np.uint8]) -> _Frame:
        """Take the next frame, (H, W, 3) uint8 BGR."""
        followed = self._region is not None
        look = self._look(image, self._region or self._detect(time_s, image))
        if look is None and followed and not self._plain:
            self._steady.reset()
            look = self._look(image, self._detect(time_s, image))
        presence, self._presence = self._presence, 0.0
        if look is None:
            self._region = None
            self._steady.reset()
            return _Frame(time_s, presence)
        frame, self._region = self._steady(time_s, look)
        self.whom.saw(time_s, self._region)
        return frame

    def _look(self, image: NDArray[np.uint8], region: Region | None) -> _Look | None:
        """Return what is seen in a region, or None where that is nobody."""
        if region is None:
            return None
        # It errs otherwise in a mirror. Looking into one every second time, the mean over
        # neighbouring frames leans to neither side, at no cost.
        self._count += 1
        look = self.network(image, region, not self._plain and self._count % 2 == 0)
        self._presence = max(self._presence, look.presence)
        return look if look.presence > MIN_PRESENCE else None

    def _detect(self, time_s: float, image: NDArray[np.uint8]) -> Region | None:
        """Return where to look when nobody is followed."""
        people = self.detector(image)
        if self._plain:
            return self._pick(time_s, image, people)
        region = self._pick(time_s, image, self.detector.nearer(image, people))
        if region is not None:
            self._empty = 0
            return region
        self._empty += 1
        if self.whom.lately(time_s) or self._empty % _CLOSER_EVERY == 1:
            region = self._pick(time_s, image, self.detector.closer(image))
        return region

    def _pick(self, time_s: float, image: NDArray[np.uint8], people: Detections) -> Region | None:
        size = (image.shape[1], image.shape[0])
        return self.whom.pick(
            time_s, people.regions(), lambda: choose(people, self.whom.person, size)
        )


def choose(people: Detections, person: str | int, size: tuple[int, int]) -> int | None:
    """Return which of the detected people is meant, or None when that one is not there.

    Parameters
    ----------
    people : at least one
    person
        "largest" in the picture; "central": nearest to its middle; "surest": the detector's
        best; or a number counted from 0, from left to right. Of the first two, those surely seen
        go before the others.
    size : (width, height) of the picture, pixels
    """
    hips = people.points[:, 0]
    if person == "surest":
        return 0
    if isinstance(person, int):
        return int(np.argsort(hips[:, 0])[person]) if person < len(people) else None
    if person == "largest":
        rank = -np.hypot(*(people.points[:, 1] - hips).T)
    else:
        rank = np.hypot(*(hips - np.array(size) / 2).T)
    sure = people.score >= SURE
    return int(np.where(sure | ~sure.any(), rank, np.inf).argmin())


def track(
    video: Video,
    *,
    person: str | int = "largest",
    keep: bool = True,
    plain: bool = False,
    settings: Settings | None = None,
) -> Steps[Landmarks]:
    """Follow one person through a clip.

    Parameters
    ----------
    video : read once, frame by frame
    person : "largest", "central", "surest", or a number from 0, counted from the left; decided
        in the first frame with such a person, and again after a loss of more than a second
    keep : whether, after a loss, to wait for the same person. Off: whoever fits `person` is
        taken at once, exactly as mediapipe does.
    plain : whether to look as mediapipe does: into no mirror, and no closer where nobody is found
    settings : where the networks lie and what runs them

    Yields
    ------
    Progress

    Returns
    -------
    Landmarks

    Raises
    ------
    VideoError
        Nobody, or not the one asked for, was found; or the video cannot be read.
    """
    yield Progress(0.0, "Loading the networks")
    tracker = _Tracker(person, keep, plain, settings)
    background = BackgroundTracker()
    frames, cameras = [], []
    for time_s, image in video.bgr():
        frames.append(tracker.step(time_s, image))
        cameras.append(background.step(image, frames[-1].bounds()))
        if len(frames) % _REPORT_EVERY == 0:
            fraction = min(len(frames) / max(video.frame_count, 1), 1.0)
            yield Progress(fraction, f"Finding the pose, frame {len(frames)}")
    found = np.array([frame.raw is not None for frame in frames], bool)
    if not found.any():
        raise VideoError(tracker.whom.nobody(video))
    kept = tracker.whom.kept(np.array([frame.time_s for frame in frames]), found)
    frames = [f if k else _Frame(f.time_s, 0.0) for f, k in zip(frames, kept, strict=True)]
    yield Progress(1.0, f"Found the pose in {sum(f.raw is not None for f in frames)} frames")
    move = None
    size = background.size
    if camerapath.moves(np.array(cameras), size):
        yield Progress(1.0, "Following the camera")
        move = travel.follow(background.tracks(), size, np.array(cameras))
    if move is not None:
        cameras = move.far(size)
    return _collect(frames, np.array(cameras), move, video, tracker)


def _collect(
    frames: list[_Frame],
    cameras: NDArray,
    move: travel.Move | None,
    video: Video,
    tracker: _Tracker,
) -> Landmarks:
    """Lay the frames' results into arrays, in pixels of the original picture."""
    to_original = np.diag([1.0 / video.scale, 1.0 / video.scale, 1.0])
    count = len(frames)
    found = np.array([frame.raw is not None for frame in frames])
    image = np.full((2, count, COUNT, 3), np.nan, np.float32)
    world = np.full((2, count, COUNT, 3), np.nan, np.float32)
    visibility = np.full((2, count, COUNT), np.nan, np.float32)
    box = np.full((count, 4), np.nan, np.float32)
    for i in np.flatnonzero(found):
        frame = frames[i]
        image[:, i] = frame.image / video.scale, frame.raw.image / video.scale
        world[:, i] = frame.world, frame.raw.world
        visibility[:, i] = frame.visibility, frame.raw.visibility
        box[i] = frame.bounds() / video.scale
    sessions = (tracker.detector.session, tracker.network.session)
    reason = sessions[1].reason
    return Landmarks(
        time=np.array([frame.time_s for frame in frames]),
        found=found,
        image=image[0],
        visibility=visibility[0],
        world=world[0],
        presence=np.array([frame.presence for frame in frames], np.float32),
        size=(video.width, video.height),
        box=box,
        models={session.name: session.sha256 for session in sessions},
        image_raw=image[1],
        world_raw=world[1],
        visibility_raw=visibility[1],
        provider=sessions[1].provider + (f" ({reason})" if reason else ""),
        notes=(*video.warnings, *tracker.whom.notes()),
        camera=to_original @ cameras @ np.linalg.inv(to_original),
        travel=move.place if move is not None and move.travels else None,
        focal_px=0.0 if move is None else move.focal / video.scale,
        mirrored=np.array([frame.raw is not None and frame.raw.mirrored for frame in frames]),
    )
