"""Follow one face through a clip: its mesh, its irises and small pictures of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..blocking.crop import Region
from ..blocking.following import Follower, Words
from ..errors import VideoError
from ..progress import Progress, Steps
from ..runtime import Settings
from ..video import Video
from . import patches
from .detector import Detector, Faces
from .mesh import CONTOUR_COUNT, COUNT, IRIS_COUNT, IrisNetwork, Mesh, MeshNetwork
from .pose import Basis, align

MIN_PRESENCE = 0.5
_WORDS = Words(
    "face",
    "faces",
    "another face",
    "Choose a clip, or a range of it, in which one face is seen from the front and fills at least "
    "an eighth of the picture",
)

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
    whom : decides which face that is
    """

    def __init__(self, person: str | int, basis: Basis, settings: Settings | None) -> None:
        self.whom, self.basis = Follower(person, _WORDS), basis
        self.detector = Detector(settings)
        self.mesh, self.iris = MeshNetwork(settings), IrisNetwork(settings)
        self._region: Region | None = None

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
        self.whom.saw(time_s, self._region)
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
        size = (image.shape[1], image.shape[0])
        return self.whom.pick(
            time_s, faces.regions(), lambda: choose(faces, self.whom.person, size)
        )


def _around(image: NDArray[np.uint8], pose, mesh: Mesh):
    """Return the part of the picture that holds the patches, and the pose in it."""
    margin = 0.35 * float(np.ptp(mesh.points[:, :2], axis=0).max())
    height, width = image.shape[:2]
    low = np.clip(mesh.points[:, :2].min(axis=0) - margin, 0, [width - 1, height - 1]).astype(int)
    high = np.clip(mesh.points[:, :2].max(axis=0) + margin, low + 1, [width, height]).astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    return part, type(pose)(pose.scale, pose.rotation, pose.offset - [low[0], -low[1], 0.0])


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
    yield Progress(0.0, "Loading the networks")
    tracker = _Tracker(person, basis, settings)
    frames = []
    for time_s, image in video.bgr():
        frames.append(tracker.step(time_s, image))
        if len(frames) % _REPORT_EVERY == 0:
            fraction = min(len(frames) / max(video.frame_count, 1), 1.0)
            yield Progress(fraction, f"Finding the face, frame {len(frames)}")
    found = np.array([frame.points is not None for frame in frames], bool)
    if not found.any():
        raise VideoError(tracker.whom.nobody(video))
    kept = tracker.whom.kept(np.array([frame.time_s for frame in frames]), found)
    frames = [f if k else _Frame(f.time_s, 0.0) for f, k in zip(frames, kept, strict=True)]
    yield Progress(1.0, "Found the face")
    return _collect(frames, video, tracker)


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
        notes=(*video.warnings, *tracker.whom.notes()),
    )
