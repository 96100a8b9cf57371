"""Pictures for the demo, from arrays: skeletons over source frames, and contact sheets."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

PANEL = 480  # height of the two pictures, pixels
WIDEST = 854
FOOT = 64
TILE = 232
LABEL = 46
COLUMNS = 8
# BGR. Left is blue and right orange, as on the character.
LEFT, RIGHT, MIDDLE = (235, 170, 60), (50, 120, 245), (235, 235, 235)
INK, FAINT, GROUND = (235, 235, 235), (150, 150, 150), (38, 36, 34)
KEY_COLOURS = {
    "extreme": (80, 200, 250),
    "breakdown": (230, 180, 100),
    "generated": (170, 210, 140),
}
# Landmark pairs of the 33-point body, without the face's outline.
BONES = (
    *((a, b, LEFT) for a, b in ((11, 13), (13, 15), (15, 19), (23, 25), (25, 27), (27, 31))),
    *((a, b, LEFT) for a, b in ((27, 29), (29, 31), (11, 23))),
    *((a, b, RIGHT) for a, b in ((12, 14), (14, 16), (16, 20), (24, 26), (26, 28), (28, 32))),
    *((a, b, RIGHT) for a, b in ((28, 30), (30, 32), (12, 24))),
    *((a, b, MIDDLE) for a, b in ((11, 12), (23, 24), (7, 2), (2, 0), (0, 5), (5, 8))),
)


@dataclass(frozen=True)
class Key:
    """One key pose: its scene frame, its kind, and how sure the tracker was (0..1)."""

    frame: float
    kind: str
    confidence: float | None


@dataclass(frozen=True)
class Shot:
    """One scene frame: BGR source, (33, 3) landmarks (x, y, visibility), BGR render."""

    frame: int
    source: NDArray
    landmarks: NDArray | None
    render: NDArray
    scale: float  # of the source picture, over the original that the landmarks count in


def write(picture: NDArray, text: str, place: tuple[int, int], size=0.45, colour=INK) -> None:
    """Write a line of text; `place` is its lower left corner."""
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)


def draw_skeleton(picture: NDArray, landmarks: NDArray, scale: float, thick: int) -> None:
    """Draw the detected body; what is hardly visible is drawn thin."""
    points = landmarks[:, :2] * scale
    for a, b, colour in BONES:
        if not np.isfinite(points[[a, b]]).all():
            continue
        sure = min(landmarks[a, 2], landmarks[b, 2]) > 0.5
        start, end = (tuple(int(v) for v in np.round(points[i])) for i in (a, b))
        cv2.line(picture, start, end, (20, 20, 20), thick + 2 if sure else 1, cv2.LINE_AA)
        cv2.line(picture, start, end, colour, thick if sure else 1, cv2.LINE_AA)
    for index in {i for a, b, _ in BONES for i in (a, b)}:
        if np.isfinite(points[index]).all():
            centre = tuple(int(v) for v in np.round(points[index]))
            radius = thick if index > 10 else max(1, thick // 2)  # 0 to 10 crowd on the face
            cv2.circle(picture, centre, radius, (250, 250, 250), -1, cv2.LINE_AA)


def source_panel(shot: Shot) -> NDArray:
    """Return the source picture with its skeleton, `PANEL` pixels high, of even width."""
    high, wide = shot.source.shape[:2]
    ratio = min(PANEL / high, WIDEST / wide)
    size = (int(wide * ratio) // 2 * 2, int(high * ratio) // 2 * 2)
    small = cv2.resize(shot.source, size, interpolation=cv2.INTER_AREA)
    if shot.landmarks is not None:
        draw_skeleton(small, shot.landmarks, shot.scale * ratio, 2)
    panel = np.full((PANEL, size[0], 3), GROUND, np.uint8)
    top = (PANEL - size[1]) // 2
    panel[top : top + size[1]] = small
    return panel


def compose(shot: Shot, keys: list[Key], span: tuple[int, int], fps: float) -> NDArray:
    """Return one frame of the playblast: source, rig, and the keys on a time line below."""
    left = source_panel(shot)
    ratio = PANEL / shot.render.shape[0]
    right = cv2.resize(shot.render, (int(shot.render.shape[1] * ratio) // 2 * 2, PANEL))
    write(left, "source and detected skeleton", (10, 20))
    write(right, "rig, key poses splined", (10, 20))
    foot = np.full((FOOT, left.shape[1] + right.shape[1], 3), GROUND, np.uint8)
    first, last = span
    margin, line = 16, 24

    def across(frame: float) -> int:
        return int(margin + (foot.shape[1] - 2 * margin) * (frame - first) / max(last - first, 1))

    cv2.line(foot, (margin, line), (foot.shape[1] - margin, line), FAINT, 1, cv2.LINE_AA)
    for key in keys:
        colour = KEY_COLOURS.get(key.kind, INK)
        half = 7 if key.kind == "extreme" else 5
        x = across(key.frame)
        diamond = np.array([[x, line - half], [x + half, line], [x, line + half], [x - half, line]])
        cv2.fillConvexPoly(foot, diamond, colour, cv2.LINE_AA)
    x = across(shot.frame)
    cv2.line(foot, (x, 6), (x, 42), (90, 90, 240), 2, cv2.LINE_AA)
    write(foot, f"frame {shot.frame}   {(shot.frame - first) / fps:.2f} s", (margin, 58))
    now = next((k for k in keys if round(k.frame) == shot.frame), None)
    if now is not None:
        write(foot, label(now), (foot.shape[1] // 2, 58), colour=KEY_COLOURS.get(now.kind, INK))
    return np.vstack([np.hstack([left, right]), foot])


def label(key: Key) -> str:
    """Return a key's kind and confidence as text."""
    sure = "" if key.confidence is None else f"  confidence {key.confidence:.2f}"
    return f"{key.kind}{sure}"


def cut(picture: NDArray, centre: NDArray, half: float) -> NDArray:
    """Return a square `TILE` pixels wide around `centre`, plain outside the picture."""
    matrix = np.array([[1, 0, 0], [0, 1, 0]], float) * (TILE / (2 * half))
    matrix[:, 2] = TILE / 2 - matrix[:, :2] @ centre
    flags = cv2.INTER_AREA if TILE < 2 * half else cv2.INTER_LINEAR
    return cv2.warpAffine(picture, matrix, (TILE, TILE), flags=flags, borderValue=GROUND)


def contact_sheet(tiles: list[tuple[Shot, NDArray, float]], keys: list[Key]) -> NDArray:
    """Return the key poses side by side: source above, rig below, named.

    Parameters
    ----------
    tiles : list of (shot, middle, height)
        `middle` is the body's middle in the render and `height` its size, pixels.
    """
    by_frame = {round(k.frame): k for k in keys}
    reach = _source_reach([s for s, _, _ in tiles])
    columns = []
    for shot, middle, height in tiles:
        drawn = shot.source.copy()
        centre = np.array(drawn.shape[1::-1]) / 2
        if shot.landmarks is not None:
            draw_skeleton(drawn, shot.landmarks, shot.scale, max(1, round(3.2 * reach / TILE)))
            points = shot.landmarks[:, :2] * shot.scale
            centre = (np.nanmin(points, axis=0) + np.nanmax(points, axis=0)) / 2
        key = by_frame[shot.frame]
        text = np.full((LABEL, TILE, 3), GROUND, np.uint8)
        colour = KEY_COLOURS.get(key.kind, INK)
        write(text, f"frame {key.frame:g}", (8, 18), 0.5)
        write(text, label(key), (8, 38), 0.42, colour)
        column = [text, cut(drawn, centre, reach), cut(shot.render, middle, 0.62 * height)]
        tile = np.vstack(column)
        columns.append(cv2.copyMakeBorder(tile, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=GROUND))
    wide = -(-len(columns) // -(-len(columns) // COLUMNS))  # rows of about the same length
    blank = np.full_like(columns[0], GROUND)
    columns += [blank] * (-len(columns) % wide)
    rows = [np.hstack(columns[i : i + wide]) for i in range(0, len(columns), wide)]
    return np.vstack(rows)


def _source_reach(shots: list[Shot]) -> float:
    """Return half the side of a square that holds the person in every tile, pixels."""
    sizes = [
        np.nanmax(np.ptp(s.landmarks[:, :2], axis=0)) * s.scale
        for s in shots
        if s.landmarks is not None
    ]
    return 0.62 * max(sizes) if sizes else min(shots[0].source.shape[:2]) / 2
