"""Read videos and image sequences frame by frame, each with its true time.

Phone footage has a variable frame rate, so a frame's time comes from the file and is never
counted. Nothing is held but the frame at hand.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import digest
from .errors import VideoError

log = logging.getLogger(__name__)

MAX_SIDE = 4096
"""Pictures with a longer side are halved, or more, while they are read: pixels."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
SEQUENCE_FPS = 24.0
_SEEK_FROM_S = 10.0  # before this, reading from the start is quicker than seeking
_SEEK_MARGIN_S = 2.0


class Video:
    """Frames of a clip, in order.

    Iterating yields (time_s, image): seconds from the clip's first frame, also when a range was
    asked for, and (H, W, 3) uint8 RGB. It may be iterated more than once.

    Attributes
    ----------
    width, height : size of the upright original picture, pixels
    scale : size of the frames that are delivered over that of the original, 1 or less
    fps_nominal : frames a second as the file states it; the times are what counts
    frame_count : about how many frames the range holds
    duration_s : about how long the range is, seconds
    frames_read : how many the last iteration delivered
    warnings : sentences for the person, once the reading is over
    """

    def __init__(self, path: Path, start_s: float | None, end_s: float | None) -> None:
        self.path = path
        self.start_s = 0.0 if start_s is None else float(start_s)
        self.end_s = math.inf if end_s is None else float(end_s)
        if not self.start_s < self.end_s or self.start_s < 0:
            raise VideoError(
                f"The range {self.start_s:g} s to {self.end_s:g} s is empty: choose an end after "
                "the start"
            )
        self.width = self.height = 0
        self.scale = 1.0
        self.fps_nominal = SEQUENCE_FPS
        self.frame_count = 0
        self.duration_s = 0.0
        self.frames_read = 0
        self.warnings: list[str] = []

    def __enter__(self) -> Video:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def files(self) -> list[Path]:
        """Return the files the clip consists of."""
        return [self.path]

    def sha256(self) -> str:
        """Return the digest of the clip's whole content."""
        return digest.of_files(self.files())

    def close(self) -> None:
        """Let go of the file."""

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        import cv2

        for time_s, image in self.bgr():
            yield time_s, cv2.cvtColor(image, cv2.COLOR_BGR2RGB)

    def bgr(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Yield (time_s, (H, W, 3) uint8 BGR), as decoded: cheaper when only parts are looked at.

        The array may be overwritten by the next step.
        """
        raise NotImplementedError

    def _set_size(self, image: NDArray) -> None:
        self.height, self.width = image.shape[:2]
        self.scale = 1.0 / math.ceil(max(self.width, self.height) / MAX_SIDE)

    def _fit(self, image: NDArray) -> NDArray:
        """Return the picture, smaller when it is larger than anything here can use."""
        import cv2

        if self.scale == 1.0:
            return image
        size = round(image.shape[1] * self.scale), round(image.shape[0] * self.scale)
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)

    def _set_range(self, whole_s: float) -> None:
        """Cut the length to the range, and refuse one that lies behind the end."""
        if self.start_s >= whole_s:
            raise VideoError(
                f"The range starts at {self.start_s:g} s, but {self.path.name} is only "
                f"{whole_s:.2f} s long: choose an earlier start"
            )
        self.duration_s = min(self.end_s, whole_s) - self.start_s
        self.frame_count = max(1, round(self.duration_s * self.fps_nominal))


class _File(Video):
    """A video file, through FFmpeg."""

    def __init__(self, path: Path, start_s: float | None, end_s: float | None) -> None:
        super().__init__(path, start_s, end_s)
        self._capture = None
        import cv2

        capture = self._open()
        # Size and orientation are those of a decoded frame, not of the header.
        ok, image = capture.read()
        if not ok:
            raise VideoError(
                f"{path.name} holds no picture that can be read: it is cut off, damaged or sound "
                "only. Copy it again, or convert it to H.264 mp4"
            )
        self._set_size(image)
        fps = capture.get(cv2.CAP_PROP_FPS)
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.close()
        self.fps_nominal = fps if math.isfinite(fps) and 0 < fps <= 1000 else 30.0
        # Some containers state no count, or nonsense.
        self._stated = int(count) if 0 < count < 1e8 else 0
        if self._stated:
            self._set_range(self._stated / self.fps_nominal)

    def close(self) -> None:
        """Let go of the file."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _open(self):
        import cv2

        self.close()
        with _quiet(cv2):
            capture = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        if not capture.isOpened():
            raise VideoError(_why_unreadable(self.path))
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)  # off by default in some builds
        self._capture = capture
        return capture

    def bgr(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Yield (time_s, (H, W, 3) uint8 BGR)."""
        import cv2

        self.frames_read = 0
        self.warnings.clear()
        capture = self._seek(self._open())
        step = 1.0 / self.fps_nominal
        time_s = -step
        grabbed = 0
        finished = False
        while capture.grab():
            stated = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
            # A stream without times gives 0 for each frame.
            time_s = stated if stated > time_s else time_s + step
            grabbed += 1
            if time_s > self.end_s + 1e-6:
                finished = True
                break
            if time_s < self.start_s - 1e-6:
                continue
            ok, image = capture.retrieve()
            if not ok:
                break
            self.frames_read += 1
            yield time_s, self._fit(image)
        self.close()
        if not finished:
            self._check_end(time_s)

    def _seek(self, capture):
        """Go near the start of the range, never past it."""
        import cv2

        if self.start_s < _SEEK_FROM_S:
            return capture
        capture.set(cv2.CAP_PROP_POS_MSEC, (self.start_s - _SEEK_MARGIN_S) * 1000.0)
        if capture.grab() and capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0 < self.start_s:
            return capture
        return self._open()  # the file cannot be searched: read it from its start

    def _check_end(self, last_s: float) -> None:
        """Say so when the file ended before its own stated length."""
        if not self.frames_read:
            raise VideoError(
                f"No frame of {self.path.name} could be read from {self.start_s:g} s on: it is "
                "cut off or damaged. Copy it again, or choose an earlier range"
            )
        whole_s = self._stated / self.fps_nominal
        short_s = min(whole_s, self.end_s) - (last_s + 1.0 / self.fps_nominal)
        if short_s > max(0.05 * whole_s, 1.5 / self.fps_nominal):
            self.warnings.append(
                f"{self.path.name} is cut off or damaged: {self.frames_read} of about "
                f"{self.frame_count} frames could be read, up to {last_s:.2f} s. What was read is "
                "used; copy the file again for the rest"
            )
            log.warning("%s", self.warnings[-1])


class _Images(Video):
    """Numbered pictures; a missing number is a gap in time."""

    def __init__(
        self,
        path: Path,
        images: list[tuple[int, Path]],
        fps: float,
        start_s: float | None,
        end_s: float | None,
    ) -> None:
        super().__init__(path, start_s, end_s)
        self.fps_nominal = fps
        first = images[0][0]
        self._images = [((number - first) / fps, image) for number, image in images]
        self._set_size(_read_image(images[0][1]))
        self._set_range(self._images[-1][0] + 1.0 / fps)
        inside = [t for t, _ in self._images if self.start_s - 1e-6 <= t <= self.end_s + 1e-6]
        self.frame_count = max(1, len(inside))

    def files(self) -> list[Path]:
        """Return the pictures in order."""
        return [path for _, path in self._images]

    def bgr(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Yield (time_s, (H, W, 3) uint8 BGR)."""
        self.frames_read = 0
        self.warnings.clear()
        for time_s, path in self._images:
            if not self.start_s - 1e-6 <= time_s <= self.end_s + 1e-6:
                continue
            image = _read_image(path)
            if image.shape[:2] != (self.height, self.width):
                raise VideoError(
                    f"{path.name} is {image.shape[1]} x {image.shape[0]} pixels, the first picture "
                    f"{self.width} x {self.height}: all pictures of a sequence must have one size"
                )
            self.frames_read += 1
            yield time_s, self._fit(image)


def open_video(
    path: str | os.PathLike,
    start_s: float | None = None,
    end_s: float | None = None,
    fps: float | None = None,
) -> Video:
    """Open a video file or an image sequence.

    Parameters
    ----------
    path
        A video; a folder of numbered pictures; one picture of such a row; or a pattern such as
        `shot_%04d.png` or `shot_####.png`.
    start_s, end_s : seconds from the clip's first frame, both included
    fps : frames a second of an image sequence, 24 when not given

    Raises
    ------
    VideoError
        Says what is wrong with the file and what to do.
    """
    path = Path(path).expanduser()
    if fps is not None and not (math.isfinite(fps) and fps > 0):
        raise VideoError(f"{fps} frames a second is no frame rate: give a number above 0")
    images = _find_images(path)
    if images is not None:
        return _Images(path, images, fps or SEQUENCE_FPS, start_s, end_s)
    if not path.exists():
        raise VideoError(f"{path} does not exist. Check the path, or choose the video again")
    if not path.is_file():
        raise VideoError(f"{path} is not a file: choose a video or a folder of pictures")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as exc:
        raise VideoError(
            f"{path} cannot be read ({exc.strerror or exc}). Check its permissions, or copy it "
            "to this computer"
        ) from exc
    if not head:
        raise VideoError(f"{path.name} is empty (0 bytes): copy or export it again")
    if _is_text(head):
        raise VideoError(_why_unreadable(path))
    return _File(path, start_s, end_s)


def content_sha256(path: str | os.PathLike) -> str:
    """Return what `Video.sha256` gives, without decoding anything.

    Raises
    ------
    VideoError
        It is a folder or a pattern without pictures.
    OSError
        It cannot be read.
    """
    path = Path(path).expanduser()
    images = _find_images(path)
    return digest.of_files([path] if images is None else [image for _, image in images])


def _find_images(path: Path) -> list[tuple[int, Path]] | None:
    """Return (number, path) of each picture of a sequence, or None when `path` is none."""
    pattern = re.fullmatch(r"(.*?)(%0?\d*d|#+)(.*)", path.name)
    if path.is_dir():
        images = _numbered(path, r".*?(\d+)\D*")
        if not images:
            raise VideoError(
                f"The folder {path} holds no numbered pictures ({', '.join(IMAGE_SUFFIXES)}): "
                "choose a video or a folder with an image sequence"
            )
        return images
    if pattern and not path.exists():
        before, _, after = pattern.groups()
        images = _numbered(path.parent, re.escape(before) + r"(\d+)" + re.escape(after))
        if not images:
            raise VideoError(f"No picture is named like {path}. Check the folder and the pattern")
        return images
    if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
        match = re.fullmatch(r"(.*?)(\d+)(\D*)", path.name)
        if match is None:
            return [(0, path)]
        before, number, after = match.groups()
        images = _numbered(path.parent, re.escape(before) + r"(\d+)" + re.escape(after))
        return [image for image in images if image[0] >= int(number)]
    return None


def _numbered(folder: Path, pattern: str) -> list[tuple[int, Path]]:
    """Return the folder's pictures whose name matches, by their number."""
    try:
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
    except OSError as exc:
        raise VideoError(f"The folder {folder} cannot be read ({exc.strerror})") from exc
    found: dict[int, Path] = {}
    for name in names:
        match = re.fullmatch(pattern, name)
        if match is None or Path(name).suffix.lower() not in IMAGE_SUFFIXES:
            continue
        number = int(match.group(1))
        if number in found:
            raise VideoError(
                f"{found[number].name} and {name} in {folder} have the same number: keep one "
                "sequence a folder, or give a pattern such as shot_####.png"
            )
        found[number] = folder / name
    return sorted(found.items())


def _read_image(path: Path) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 BGR, turned upright as its metadata says."""
    import cv2

    try:
        # Not cv2.imread: on Windows it opens no path outside the system's code page.
        data = np.fromfile(path, np.uint8)
    except OSError as exc:
        raise VideoError(f"{path} cannot be read ({exc.strerror or exc})") from exc
    with _quiet(cv2):
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise VideoError(f"{path.name} is not a picture that can be read: export it again")
    return image


def _is_text(head: bytes) -> bool:
    """Tell whether a file begins as text does; FFmpeg would show it as a terminal's screen."""
    return not any(byte < 9 or 13 < byte < 27 for byte in head)


def _why_unreadable(path: Path) -> str:
    """Return a sentence on a file that FFmpeg refuses."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp":
        return (
            f"{path.name} is cut off or damaged: its index is missing. Copy it again from the "
            "camera, or repair it"
        )
    return (
        f"{path.name} is not a video that can be read. Choose a video file, or convert it to "
        "H.264 mp4"
    )


@contextlib.contextmanager
def _quiet(cv2) -> Iterator[None]:
    """Keep OpenCV and FFmpeg from writing to standard error: the caller reports by itself."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    level = cv2.getLogLevel()
    cv2.setLogLevel(0)
    try:
        yield
    finally:
        cv2.setLogLevel(level)
