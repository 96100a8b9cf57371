"""Follow one face through a clip: its mesh, its irises and small pictures of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..blocking.crop import Region
from ..errors import VideoError
from ..progress import Progress, Steps
from ..runtime import Settings
from ..video import Video
from . import patches
from .detector import Detector, Faces
from .mesh import CONTOUR_COUNT, COUNT, IRIS_COUNT, IrisNetwork, Mesh, MeshNetwork
from .pose import Basis, align

PERSONS = ("largest", "central", "surest")
MIN_PRESENCE = 0.5

_SAME_WITHIN_S = 1.0
"""For so long after a loss only a face near the last place is taken, as the same person's."""

_REACH, _REACH_A_SECOND = 0.5, 1.5
"""How far "near" is, in sides of the face's square: at once, and more with every second."""

_REPORT_EVERY = 10  # frames


@dataclass
class Seen:
    """What was seen of one face. NaN, or 0 in the patches, where it was not found.

    Attributes
    ----------
    time : (F,) seconds from the clip's first frame
    found : (F,) bool
    points : (F, 468, 3) x, y in pixels of the upright original picture, z in the same unit
    iris : (F, 2, 76, 3) likewise: right eye, left eye; 5 points of the iris, 71 of the contour
    patches : see `ml.face.patches`
    presence : (F,) 0 to 1, how sure the network is that it sees a face
    size : (width, height) of the upright original picture, pixels
    models : {network: sha256}
    provider : what ran the networks, and why that is not the GPU
    notes : sentences for the person
    """

    time: NDArray[np.float64]
    found: NDArray[np.bool_]
    points: NDArray[np.float32] = field(repr=False)
    iris: NDArray[np.float32] = field(repr=False)
    patches: patches.Patches = field(repr=False)
    presence: NDArray[np.float32]
    size: tuple[int, int]
    models: dict[str, str]
    provider: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Frame:
    """One frame's result, in pixels of the delivered picture."""

    time_s: float
    presence: float
    points: NDArray | None = None
    iris: NDArray | None = None
    eyes: NDArray | None = None
    lower: NDArray | None = None


class _Tracker:
    """Detects when no face is followed, else looks where it was in the last frame.

    Attributes
    ----------
    most_seen : the most faces detected in one frame
    changes : times at which another face may have been taken, seconds
    """

    def __init__(self, person: str | int, basis: Basis, settings: Settings | None) -> None:
        self.person, self.basis = person, basis
        self.detector = Detector(settings)
        self.mesh, self.iris = MeshNetwork(settings), IrisNetwork(settings)
        self.most_seen = 0
        self.changes: list[float] = []
        self._region: Region | None = None
        self._last: tuple[float, Region] | None = None

    def step(self, time_s: float, image: NDArray[np.uint8]) -> _Frame:
        """Take the next frame, (H, W, 3) uint8 BGR."""
        region = self._region
        if region is None:
            region = self._detect(time_s, image)
            if region is None:
                return _Frame(time_s, 0.0)
            # The detector's square is rough; the mesh's own is what follows from frame to frame.
            region = self.mesh(image, region).region()
        mesh = self.mesh(image, region)
        if not mesh.presence > MIN_PRESENCE:
            self._region = None
            return _Frame(time_s, mesh.presence)
        self._region = mesh.region()
        self._last = (time_s, self._region)
        return self._keep(time_s, image, mesh)

    def _keep(self, time_s: float, image: NDArray[np.uint8], mesh: Mesh) -> _Frame:
        import cv2

        iris = self.iris(image, mesh.points)
        pose = align(mesh.points[None], self.basis.template, self.basis.weight)
        part, shifted = _around(image, pose, mesh)
        eyes, lower = patches.cut(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), shifted)
        return _Frame(time_s, mesh.presence, mesh.points, iris, eyes, lower)

    def _detect(self, time_s: float, image: NDArray[np.uint8]) -> Region | None:
        """Return where to look when no face is followed."""
        faces = self.detector(image)
        self.most_seen = max(self.most_seen, len(faces))
        if not len(faces):
            return None
        regions = faces.regions()
        if self._last is not None:
            missed_s = time_s - self._last[0]
            near = _nearest(self._last[1], regions, missed_s)
            if near is not None or missed_s <= _SAME_WITHIN_S:
                return near
        index = choose(faces, self.person, (image.shape[1], image.shape[0]))
        if index is None:
            return None
        if self._last is not None:
            self.changes.append(time_s)
        return regions[index]


def _around(image: NDArray[np.uint8], pose, mesh: Mesh):
    """Return the part of the picture that holds the patches, and the pose in it."""
    margin = 0.35 * float(np.ptp(mesh.points[:, :2], axis=0).max())
    height, width = image.shape[:2]
    low = np.clip(mesh.points[:, :2].min(axis=0) - margin, 0, [width - 1, height - 1]).astype(int)
    high = np.clip(mesh.points[:, :2].max(axis=0) + margin, low + 1, [width, height]).astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    return part, type(pose)(pose.scale, pose.rotation, pose.offset - [low[0], -low[1], 0.0])


def _nearest(last: Region, regions: list[Region], missed_s: float) -> Region | None:
    """Return which face can be the one last seen in a region, so many seconds ago, or None."""
    away = [np.hypot(r.x - last.x, r.y - last.y) / last.side for r in regions]
    grown = [abs(np.log2(r.side / last.side)) for r in regions]
    reach = _REACH + _REACH_A_SECOND * min(missed_s, _SAME_WITHIN_S)
    likely = [i for i in range(len(regions)) if away[i] <= reach and grown[i] <= 1.0]
    return regions[min(likely, key=lambda i: away[i])] if likely else None


def choose(faces: Faces, person: str | int, size: tuple[int, int]) -> int | None:
    """Return which of the detected faces is meant, or None when that one is not there.

    Parameters
    ----------
    faces : at least one
    person
        "largest" in the picture; "central": nearest to its middle; "surest": the detector's
        best; or a number counted from 0, from left to right.
    size : (width, height) of the picture, pixels
    """
    middle = (faces.box[:, :2] + faces.box[:, 2:]) / 2
    if person == "surest":
        return 0
    if isinstance(person, int):
        return int(np.argsort(middle[:, 0])[person]) if person < len(faces) else None
    if person == "largest":
        return int(np.prod(faces.box[:, 2:] - faces.box[:, :2], axis=1).argmax())
    return int(np.hypot(*(middle - np.array(size) / 2).T).argmin())


def track(
    video: Video,
    basis: Basis,
    *,
    person: str | int = "largest",
    settings: Settings | None = None,
) -> Steps[Seen]:
    """Follow one face through a clip.

    Parameters
    ----------
    video : read once, frame by frame
    basis : the average face
    person : "largest", "central", "surest", or a number from 0, counted from the left; decided
        in the first frame with such a face, and again after a loss of more than a second
    settings : where the networks lie and what runs them

    Yields
    ------
    Progress

    Returns
    -------
    Seen

    Raises
    ------
    VideoError
        No face, or not the one asked for, was found; or the video cannot be read.
    """
    person = _check_person(person)
    yield Progress(0.0, "Loading the networks")
    tracker = _Tracker(person, basis, settings)
    frames = []
    for time_s, image in video.bgr():
        frames.append(tracker.step(time_s, image))
        if len(frames) % _REPORT_EVERY == 0:
            fraction = min(len(frames) / max(video.frame_count, 1), 1.0)
            yield Progress(fraction, f"Finding the face, frame {len(frames)}")
    frames = _one_person(frames, tracker.changes)
    if not any(frame.points is not None for frame in frames):
        raise VideoError(_nobody(video, person, tracker.most_seen))
    yield Progress(1.0, "Found the face")
    return _collect(frames, video, tracker)


def _check_person(person: str | int) -> str | int:
    if isinstance(person, str) and person.isdecimal():
        person = int(person)
    if person in PERSONS or (isinstance(person, int) and person >= 0):
        return person
    raise VideoError(
        f"{person!r} names no person: use {', '.join(PERSONS)}, or a number counted from the left, "
        "from 0"
    )


def _nobody(video: Video, person: str | int, most_seen: int) -> str:
    if isinstance(person, int) and 0 < most_seen <= person:
        return (
            f"Face {person} was asked for, but at most {most_seen} can be seen at once in "
            f"{video.path.name}; faces are counted from the left, from 0. Choose a smaller number"
        )
    return (
        f"No face was found in {video.path.name}. Choose a clip, or a range of it, in which one "
        "face is seen from the front and fills at least an eighth of the picture"
    )


def _one_person(frames: list[_Frame], changes: list[float]) -> list[_Frame]:
    """Keep, of the parts between which the person may have changed, the longest."""
    if not changes:
        return frames
    part = np.searchsorted(changes, [frame.time_s for frame in frames], side="right")
    found = np.array([frame.points is not None for frame in frames])
    if not found.any():
        return frames
    longest = np.bincount(part[found]).argmax()
    return [f if p == longest else _Frame(f.time_s, 0.0) for f, p in zip(frames, part, strict=True)]


def _notes(video: Video, tracker: _Tracker) -> tuple[str, ...]:
    followed = f"; the {tracker.person} one is followed" if isinstance(tracker.person, str) else ""
    return (
        *video.warnings,
        *(
            [f"Up to {tracker.most_seen} faces are seen at once{followed}"]
            if tracker.most_seen > 1
            else []
        ),
        *(
            f"After a loss, at {time_s:.2f} s, another face may have been taken; only the longer "
            "part is used: choose the range of the video to use the other"
            for time_s in tracker.changes[:5]
        ),
    )


def _collect(frames: list[_Frame], video: Video, tracker: _Tracker) -> Seen:
    """Lay the frames' results into arrays, in pixels of the original picture."""
    count = len(frames)
    found = np.array([frame.points is not None for frame in frames])
    points = np.full((count, COUNT, 3), np.nan, np.float32)
    iris = np.full((count, 2, IRIS_COUNT + CONTOUR_COUNT, 3), np.nan, np.float32)
    eyes = np.zeros((count, 2, patches.EYE_SIZE, patches.EYE_SIZE), np.uint8)
    lower = np.zeros((count, patches.LOWER_HEIGHT, patches.LOWER_WIDTH), np.uint8)
    for i in np.flatnonzero(found):
        points[i] = frames[i].points / video.scale
        iris[i] = frames[i].iris / video.scale
        eyes[i], lower[i] = frames[i].eyes, frames[i].lower
    sessions = (tracker.detector.session, tracker.mesh.session, tracker.iris.session)
    reason = sessions[1].reason
    return Seen(
        time=np.array([frame.time_s for frame in frames]),
        found=found,
        points=points,
        iris=iris,
        patches=patches.Patches(eyes, lower),
        presence=np.array([frame.presence for frame in frames], np.float32),
        size=(video.width, video.height),
        models={
            **{session.name: session.sha256 for session in sessions},
            "face_basis_v1": tracker.basis.sha256,
        },
        provider=sessions[1].provider + (f" ({reason})" if reason else ""),
        notes=_notes(video, tracker),
    )
