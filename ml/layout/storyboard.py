"""Sheets of pictures: the shots of a layout as a storyboard, and variants side by side."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .picture import Scene, shot_view
from .plan import Layout

_PAPER, _INK, _GREY = (250, 248, 244), (40, 38, 36), (130, 126, 120)
_EDGE = 16
_NARROW = 352
"""Pixels of the width of an upright picture, which its words must fit in."""
ENDING = ("pan", "tilt", "push-in")
"""Moves whose last frame is the one that the shot is for."""


def storyboard(layout: Layout, aspect: float = 16 / 9, fps: float = 24.0) -> NDArray:
    """Return an (H, W, 3) uint8 sheet: one frame a shot, with size, lens, move and duration.

    A shot that moves has its other end in a corner of its frame.

    Parameters
    ----------
    aspect : width by height of the film's picture
    """
    shots = [s for s in layout.shots if s.keys]
    wide = 480 if aspect >= 1 else _NARROW
    scene, high = Scene(layout), max(round(wide / aspect), 8)
    cells = []
    for number, shot in enumerate(shots, 1):
        main = float(shot.move in ENDING)
        frame = scene.draw(shot_view(shot, wide, high, main), inside=True)
        end = None
        if len(shot.keys) > 1:
            end = scene.draw(shot_view(shot, wide // 3, max(high // 3, 4), 1 - main), inside=True)
            _write(end, "first" if main else "last", (4, 12), 0.35, (255, 255, 255))
        cells.append(_cell(shot, number, frame, end, fps))
    if not cells:
        cells = [_blank(wide, high, "No shots")]
    title = layout.prompt.strip() or "Untitled"
    columns = 4 if aspect < 1 else 3 if len(cells) > 4 else 2
    return _sheet(cells, columns, f"{title}  |  {len(shots)} shots")


def contact_sheet(pictures: NDArray, labels: list[str], columns: int = 3) -> NDArray:
    """Return an (H, W, 3) uint8 sheet of equal pictures with a label under each."""
    cells = []
    for picture, label in zip(pictures, labels, strict=True):
        foot = _paper(26, picture.shape[1])
        _write(foot, label, (4, 18), 0.45, _INK)
        cells.append(np.vstack([picture, foot]))
    return _sheet(cells, columns, "")


def _cell(shot, number: int, frame: NDArray, end: NDArray | None, fps: float) -> NDArray:
    foot = _paper(64, frame.shape[1])
    seconds = shot.duration / max(fps, 1e-3)
    _write(foot, f"{number}  {shot.size}, {shot.angle}, {shot.lens:.0f} mm", (6, 22), 0.55, _INK)
    text = f"{shot.move}, {seconds:.1f} s ({shot.duration} frames), camera at {shot.height:.1f} m"
    _write(foot, text, (6, 46), 0.45, _GREY)
    picture = frame.copy()
    if end is not None:
        h, w = end.shape[:2]
        picture[-h - 8 : -4, -w - 8 : -4] = 255
        picture[-h - 6 : -6, -w - 6 : -6] = end
    return np.vstack([picture, foot])


def _blank(wide: int, high: int, text: str) -> NDArray:
    cell = _paper(high + 64, wide)
    _write(cell, text, (12, high // 2), 0.6, _GREY)
    return cell


def _paper(high: int, wide: int) -> NDArray:
    return np.full((high, wide, 3), _PAPER, np.uint8)


def _write(picture: NDArray, text: str, at: tuple[int, int], size: float, colour: tuple) -> None:
    import cv2

    plain = text.encode("ascii", "replace").decode()  # the font knows no others
    cv2.putText(picture, plain, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)


def _sheet(cells: list[NDArray], columns: int, title: str) -> NDArray:
    high, wide = cells[0].shape[:2]
    head, columns = (36 if title else 0), min(columns, len(cells))
    rows = math.ceil(len(cells) / columns)
    sheet = _paper(head + rows * (high + _EDGE) + _EDGE, columns * (wide + _EDGE) + _EDGE)
    for k, cell in enumerate(cells):
        y = head + _EDGE + (k // columns) * (high + _EDGE)
        x = _EDGE + (k % columns) * (wide + _EDGE)
        sheet[y : y + high, x : x + wide] = cell
    if title:
        _write(sheet, title[:90], (_EDGE, 30), 0.6, _INK)
    return sheet


def encoded(picture: NDArray, kind: str = ".png") -> bytes:
    """Return the bytes of a picture file; `kind` is ".png" or ".jpg"."""
    import cv2

    done, data = cv2.imencode(kind, np.ascontiguousarray(picture[..., ::-1]))
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be encoded")
    return data.tobytes()
