"""Reading clips: true times, rotation, ranges, sequences, and every kind of bad file."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import package

cv2 = pytest.importorskip("cv2")
from understudy.ml import video  # noqa: E402 - needs the line above
from understudy.ml.errors import VideoError  # noqa: E402

FPS = 10.0
FRAMES = 20
SIZE = (64, 48)
CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def picture(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return a BGR picture whose brightness tells its number, with a red top left corner."""
    image = np.full((size[1], size[0], 3), 40 + 8 * number, np.uint8)
    image[: size[1] // 3, : size[0] // 3] = (0, 0, 255)
    return image


def number_of(image: np.ndarray) -> int:
    return round((float(image[-10:, -10:].mean()) - 40) / 8)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), FPS, SIZE)
    for number in range(FRAMES):
        writer.write(picture(number))
    writer.release()
    return path


def edit_box(data: bytes, path: tuple[bytes, ...], change) -> bytes:
    """Return an MP4 with the payload of the box at `path` replaced by `change(payload)`."""
    out, at = b"", 0
    while at < len(data):
        size = struct.unpack_from(">I", data, at)[0]
        kind, payload = data[at + 4 : at + 8], data[at + 8 : at + size]
        if kind == path[0]:
            payload = change(payload) if len(path) == 1 else edit_box(payload, path[1:], change)
        out += struct.pack(">I", len(payload) + 8) + kind + payload
        at += size
    return out


def rewrite(clip: Path, name: bytes, change) -> None:
    """Edit a box of the clip in place; its index must follow the pictures."""
    data = clip.read_bytes()
    assert data.index(b"mdat") < data.index(b"moov"), "moving the index would move the pictures"
    inner = CONTAINERS[:2] if name == b"tkhd" else CONTAINERS
    clip.write_bytes(edit_box(data, (*inner, name), change))


def read(path: Path, **options) -> tuple[video.Video, list[float], list[np.ndarray]]:
    with video.open_video(path, **options) as opened:
        frames = list(opened)
    return opened, [t for t, _ in frames], [image for _, image in frames]


def test_every_frame_with_its_time(clip):
    opened, times, images = read(clip)
    assert (opened.width, opened.height, opened.fps_nominal) == (*SIZE, FPS)
    assert opened.frame_count == opened.frames_read == FRAMES
    assert opened.duration_s == pytest.approx(FRAMES / FPS)
    assert times == pytest.approx(np.arange(FRAMES) / FPS)
    assert [number_of(image) for image in images] == list(range(FRAMES))
    assert not opened.warnings


def test_pictures_are_rgb_and_bgr(clip):
    image = read(clip)[2][0]
    assert image[5, 5, 0] > 200 > 60 > image[5, 5, 2]
    with video.open_video(clip) as opened:
        image = next(opened.bgr())[1]
    assert image[5, 5, 2] > 200 > 60 > image[5, 5, 0]


def test_a_video_may_be_read_twice(clip):
    with video.open_video(clip) as opened:
        first = [t for t, _ in opened]
        assert [t for t, _ in opened] == first


def test_range_keeps_the_clip_times(clip):
    opened, times, images = read(clip, start_s=0.5, end_s=0.9)
    assert times == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])
    assert [number_of(image) for image in images] == [5, 6, 7, 8, 9]
    assert not opened.warnings
    assert opened.frame_count == pytest.approx(5, abs=1)


def test_range_far_into_a_long_clip(tmp_path):
    path = tmp_path / "long.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), FPS, SIZE)
    for number in range(200):
        writer.write(picture(number % 20))
    writer.release()
    _, times, images = read(path, start_s=15.0, end_s=15.4)
    assert times == pytest.approx([15.0, 15.1, 15.2, 15.3, 15.4])
    assert [number_of(image) for image in images] == [10, 11, 12, 13, 14]


def test_variable_frame_rate(clip):
    def change(payload: bytes) -> bytes:
        count, delta = struct.unpack_from(">II", payload, 8)
        half = count // 2
        return payload[:4] + struct.pack(">5I", 2, half, delta, count - half, delta // 4)

    rewrite(clip, b"stts", change)
    opened, times, images = read(clip)
    assert times[:11] == pytest.approx(np.arange(11) / FPS)
    assert np.diff(times[10:]) == pytest.approx(np.full(9, 0.25 / FPS))
    assert [number_of(image) for image in images] == list(range(FRAMES))
    assert not opened.warnings


def test_rotation_metadata(clip):
    def change(payload: bytes) -> bytes:
        quarter = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, SIZE[1] << 16, 0, 1 << 30)
        return payload[:40] + quarter + payload[76:]

    rewrite(clip, b"tkhd", change)
    opened, _, images = read(clip)
    assert (opened.width, opened.height) == SIZE[::-1]
    assert images[0].shape == (SIZE[0], SIZE[1], 3)
    assert images[0][5, -5, 0] > 200 > 60 > images[0][5, -5, 2]  # the red corner, turned right


def test_one_frame(tmp_path):
    path = tmp_path / "one.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), FPS, SIZE)
    writer.write(picture(3))
    writer.release()
    opened, times, images = read(path)
    assert times == [0.0] and number_of(images[0]) == 3
    assert opened.frame_count == 1 and not opened.warnings


def test_large_pictures_are_shrunk(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "MAX_SIDE", 40)
    image = picture(0)
    cv2.imwrite(str(tmp_path / "big.png"), image)
    opened, _, images = read(tmp_path / "big.png")
    assert (opened.width, opened.height, opened.scale) == (*SIZE, 0.5)
    assert images[0].shape == (24, 32, 3)


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    folder = tmp_path / "shot"
    folder.mkdir()
    for number in (8, 9, 10, 12):
        cv2.imwrite(str(folder / f"shot_{number}.png"), picture(number))
    (folder / "notes_7.txt").write_text("not a picture")
    return folder


@pytest.mark.parametrize("name", ["", "shot_%d.png", "shot_##.png", "shot_8.png"])
def test_sequence(sequence, name):
    opened, times, images = read(sequence / name, fps=4)
    assert [number_of(image) for image in images] == [8, 9, 10, 12]
    assert times == [0.0, 0.25, 0.5, 1.0]  # a missing number is a gap in time
    assert (opened.frame_count, opened.fps_nominal) == (4, 4)


def test_sequence_from_a_later_picture_and_a_range(sequence):
    assert [number_of(i) for i in read(sequence / "shot_9.png")[2]] == [9, 10, 12]
    _, times, _ = read(sequence, fps=4, start_s=0.25, end_s=0.5)
    assert times == [0.25, 0.5]


def test_pictures_of_two_sizes(sequence):
    cv2.imwrite(str(sequence / "shot_11.png"), picture(11, (32, 32)))
    with pytest.raises(VideoError, match="shot_11.png is 32 x 32"):
        read(sequence)


def test_pictures_with_one_number(sequence):
    cv2.imwrite(str(sequence / "other_8.png"), picture(8))
    with pytest.raises(VideoError, match="the same number"):
        read(sequence)


def test_broken_picture(sequence):
    (sequence / "shot_9.png").write_bytes(b"nothing")
    with pytest.raises(VideoError, match="shot_9.png is not a picture"):
        read(sequence)


def test_cut_off_while_the_index_is_there(clip):
    data = clip.read_bytes()
    at, size = data.index(b"mdat") - 4, struct.unpack_from(">I", data, data.index(b"mdat") - 4)[0]
    keep = size // 2  # the second half of the pictures is wiped
    clip.write_bytes(data[: at + keep] + bytes(size - keep) + data[at + size :])
    opened, times, _ = read(clip)
    assert 0 < len(times) < FRAMES
    assert f"{len(times)} of about {FRAMES} frames" in opened.warnings[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist"),
        (b"", r"is empty \(0 bytes\)"),
        (b"hello, this is no video\n" * 100, "is not a video|holds no picture"),
        (bytes(range(256)) * 64, "is not a video|holds no picture"),
    ],
)
def test_bad_files(tmp_path, content, message):
    path = tmp_path / "bad.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VideoError, match=message):
        video.open_video(path)


def test_a_bad_file_leaves_standard_error_alone(tmp_path):
    path = tmp_path / "bad.mp4"
    path.write_bytes(bytes(range(256)) * 64)
    script = (
        "import package; package.load()\n"
        "from understudy.ml import video\n"
        "from understudy.ml.errors import VideoError\n"
        f"try: video.open_video({str(path)!r})\n"
        "except VideoError as exc: print(exc)\n"
    )
    # Its own process: FFmpeg settles what it prints when it is first used.
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(package.__file__).parent,
    )
    assert "bad.mp4 is not a video" in done.stdout and done.stderr == ""


def test_wrong_types(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("Understudy\n" * 500)
    with pytest.raises(VideoError, match="is not a video"):
        video.open_video(text)
    (tmp_path / "empty").mkdir()
    with pytest.raises(VideoError, match="no numbered pictures"):
        video.open_video(tmp_path / "empty")
    with pytest.raises(VideoError, match="No picture is named like"):
        video.open_video(tmp_path / "shot_%04d.png")


def test_cut_off_before_the_index(clip):
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) // 2])
    with pytest.raises(VideoError, match="cut off"):
        video.open_video(clip)


def test_a_path_that_may_not_be_read(clip, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read anything
    with pytest.raises(VideoError, match="cannot be read .Permission denied"):
        video.open_video(clip)


@pytest.mark.parametrize(("start", "end"), [(1.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_empty_ranges(clip, start, end):
    with pytest.raises(VideoError, match="is empty: choose"):
        video.open_video(clip, start, end)


def test_range_behind_the_end(clip):
    with pytest.raises(VideoError, match="only 2.00 s long"):
        video.open_video(clip, 5.0)


def test_no_frame_rate(sequence):
    with pytest.raises(VideoError, match="no frame rate"):
        video.open_video(sequence, fps=0.0)
