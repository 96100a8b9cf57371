"""Draws the band of strokes in the Dope Sheet and the Timeline, over what the face performs there.

The band shows the chosen region's motion as it was captured (grey) and with every edit (a line in
the region's colour), and the strokes as hills and valleys about a middle line that changes nothing.
"""

from __future__ import annotations

import blf
import bpy
import gpu
import numpy as np
from bpy.types import Context, PropertyGroup, Region, Scene
from gpu_extras.batch import batch_for_shader

from ..ml.errors import UnderstudyError
from ..ml.face.edit import edited, extended
from ..ml.face.performance import INDEX, NAMES, REGIONS, Performance
from ..ml.face.strokes import ALL
from . import face, strip, strokes
from .blocking import frame_rate
from .faceperformances import find
from .faceprops import STROKE_REGIONS

_BOTTOM, _HEIGHT = 12, 44  # pixels at a scale of 1; the confidence strip lies below
_VIEWED = 1000.0  # frames whose place in the view tells the places of all
_MOST = 0.8  # share of the height of what is no higher than a line or two
_BACK, _MIDDLE = (0.08, 0.08, 0.08, 0.55), (1.0, 1.0, 1.0, 0.35)
_CAPTURED = (0.62, 0.62, 0.62, 0.45)
_TEXT = (0.95, 0.95, 0.95, 1.0)
_FILL, _FILL_CHOSEN, _FILL_OTHER = 0.45, 0.75, 0.18
_COLOURS = np.array(
    [
        (0.90, 0.90, 0.90),
        (0.95, 0.75, 0.25),
        (0.35, 0.75, 0.95),
        (0.55, 0.60, 1.00),
        (0.95, 0.55, 0.75),
        (0.80, 0.60, 0.40),
        (0.95, 0.40, 0.35),
        (0.45, 0.85, 0.50),
    ]
)
"""A colour for the whole face and each region, in the order of `STROKE_REGIONS`."""


def band(region: Region, scale: float) -> tuple[float, float]:
    """Return (middle, half height) in pixels of the band in a region of the editor."""
    height = min(_HEIGHT * scale, _MOST * region.height)
    bottom = min(_BOTTOM * scale, region.height - height)
    return bottom + height / 2, height / 2


def colour(region: str) -> np.ndarray:
    """Return the (3,) colour of a region of the face."""
    return _COLOURS[[name for name, *_ in STROKE_REGIONS].index(region)]


class _Motion:
    """How far a region moves at each frame, kept until the performance or an edit changes."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[tuple, tuple | None]] = {}  # by the scene's name

    def lines(self, scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Return (F,) frames, the motion as captured and with edits, 0 to 1; None without one.

        What has changed is read soon; until then it is what it was.
        """
        settings = scene.understudy.face
        rows = settings.performances
        if not len(rows):
            return None
        kept = rows[min(settings.active_performance, len(rows) - 1)]
        edit = face.edit_from(scene, kept.start)
        # Not by its data, which would be copied with each drawing.
        source = kept.name, kept.start, kept.stamp
        key = source, settings.stroke_region, settings.other, frame_rate(scene), edit
        name = scene.name
        read, lines = self._read.get(name, (None, None))
        if read != key:
            strip.soon(f"motion {name}", lambda: self._keep(name, key))
        return lines

    def _keep(self, name: str, key: tuple) -> None:
        scene = bpy.data.scenes.get(name)
        if scene is not None:
            self._read[name] = key, self._of(scene, key[-1])

    @staticmethod
    def _of(scene: Scene, edit: object) -> tuple | None:
        settings = scene.understudy.face
        try:
            kept = find(scene)
            other = settings.other if settings.other in settings.performances else ""
            shown = edited(
                extended(kept.performance, edit),
                edit,
                find(scene, other).performance if other else None,
            )
        except UnderstudyError:  # what cannot be read is told when it is laid on
            return None
        before = extent(kept.performance, settings.stroke_region)
        after = extent(shown, settings.stroke_region)
        most = max(float(before.max(initial=0)), float(after.max(initial=0)), 1e-6)
        times = shown.times - shown.times[0]
        frames = kept.start + times * frame_rate(scene)
        return frames, np.interp(times, times[: len(before)], before) / most, after / most


def extent(performance: Performance, region: str) -> np.ndarray:
    """Return (F,) how far a region is from its rest, by root of the sum of squares."""
    rows = [INDEX[name] for name in (NAMES if region == ALL else REGIONS[region])]
    return np.sqrt((performance.coefficients[:, rows] ** 2).sum(axis=1))


class _Band:
    """The band in the editor, painted anew only when what it shows or the view changes."""

    def __init__(self) -> None:
        self._motion = _Motion()
        self._key: object = None
        self._lines: object = None
        self._painter: _Painter | None = None

    def draw(self, context: Context) -> None:
        """Draw over the region of the editor that Blender is drawing."""
        scene, region = context.scene, context.region
        settings, scale = scene.understudy.face, context.preferences.system.ui_scale
        lines = self._motion.lines(scene)
        left, _ = region.view2d.view_to_region(0.0, 0.0, clip=False)
        right, _ = region.view2d.view_to_region(_VIEWED, 0.0, clip=False)
        key = (
            (region.width, region.height, scale, left, right),
            (settings.stroke_kind, settings.stroke_region, settings.active_stroke),
            [_values(row) for row in settings.strokes],
        )
        if key != self._key or lines is not self._lines:
            self._key, self._lines = key, lines
            self._painter = _Painter(region, scale, left, right)
            self._painter.paint(settings, lines)
        self._painter.show(settings)


def _values(row: PropertyGroup) -> tuple:
    """Return what a stroke looks like by."""
    heights = tuple(row.heights) if row.drawn else ()
    return row.kind, row.region, row.start, row.end, row.amount, heights


draw = _Band().draw


class _Painter:
    """Makes the batches of the band for one view of it, areas and lines, and draws them."""

    def __init__(self, region: Region, scale: float, left: float, right: float) -> None:
        self._width, self._scale = float(region.width), scale
        self._middle, self._half = band(region, scale)
        self._left, self._right = left, right
        self._shader = gpu.shader.from_builtin("SMOOTH_COLOR")
        self._parts: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"TRIS": [], "LINES": []}
        self._batches: list[object] = []

    def show(self, settings: PropertyGroup) -> None:
        """Draw what was painted."""
        gpu.state.blend_set("ALPHA")
        for batch in self._batches:
            batch.draw(self._shader)
        self._say(settings)
        gpu.state.blend_set("NONE")

    def paint(self, settings: PropertyGroup, lines: tuple | None) -> None:
        """Make the batches; `lines` as `_Motion.lines` returns them."""
        low, high = self._middle - self._half, self._middle + self._half
        self._fill(np.array([0.0, self._width]), np.full(2, low), np.full(2, high), _BACK)
        if lines is not None:
            x, before, after = self._seen(*lines)
            self._fill(x, np.full(len(x), low), low + before * 2 * self._half, _CAPTURED)
            shade = (*colour(settings.stroke_region), 0.95)
            self._line(np.stack([x, low + after * 2 * self._half], 1), shade)
        self._line(np.array([[0.0, self._middle], [self._width, self._middle]]), _MIDDLE)
        for number, row in enumerate(settings.strokes):
            self._stroke(settings, number, row)
        self._make()

    def _x(self, frames: np.ndarray) -> np.ndarray:
        """Return the (F,) pixels of (F,) frames."""
        return self._left + np.asarray(frames, float) * (self._right - self._left) / _VIEWED

    def _seen(self, frames: np.ndarray, *heights: np.ndarray) -> list[np.ndarray]:
        """Return the pixels of what can be seen of (F,) frames, and the heights there.

        Frames beside the region are left out; where several share a pixel the highest stands for
        them.
        """
        x = self._x(frames)
        part = slice(max(np.searchsorted(x, 0.0) - 1, 0), np.searchsorted(x, self._width) + 1)
        step = max(int(len(x[part]) / self._width), 1)
        whole = slice(part.start, part.start + len(x[part]) // step * step)
        return [x[whole][::step], *(h[whole].reshape(-1, step).max(axis=1) for h in heights)]

    def _stroke(self, settings: PropertyGroup, number: int, row: PropertyGroup) -> None:
        chosen = number == settings.active_stroke
        alike = row.kind == settings.stroke_kind and row.region == settings.stroke_region
        frames = np.linspace(*sorted((row.start, row.end)), 65)
        heights = strokes.heights(row, frames)
        x, top = self._x(frames), self._middle + heights * self._half
        shade = colour(row.region)
        alpha = _FILL_CHOSEN if chosen else _FILL if alike else _FILL_OTHER
        self._fill(x, np.full(len(x), self._middle), top, (*shade, alpha))
        self._line(np.stack([x, top], 1), (*shade, 1.0 if chosen or alike else 0.5))
        if chosen:
            for end in x[[0, -1]]:
                edge = self._middle + np.array([-0.7, 0.7]) * self._half
                self._line(np.stack([np.full(2, end), edge], 1), (*shade, 1.0))

    def _say(self, settings: PropertyGroup) -> None:
        if settings.active_stroke >= len(settings.strokes):
            return
        row = settings.strokes[settings.active_stroke]
        size = 11 * self._scale
        blf.size(0, size)
        blf.color(0, *_TEXT)
        at = float(self._x(np.array([min(row.start, row.end)]))[0])
        x = float(np.clip(at, 4 * self._scale, max(self._width - 160 * self._scale, 4)))
        blf.position(0, x, self._middle + self._half + 3 * self._scale, 0)
        blf.draw(0, strokes.label(row))

    def _fill(self, x: np.ndarray, low: np.ndarray, high: np.ndarray, shade: tuple) -> None:
        """Fill between two lines over (N,) places, all in pixels."""
        below, above = np.stack([x, low], 1), np.stack([x, high], 1)
        corners = below[:-1], below[1:], above[:-1], above[:-1], below[1:], above[1:]
        self._put("TRIS", np.stack(corners, 1), shade)

    def _line(self, points: np.ndarray, shade: tuple) -> None:
        """Draw a line through (N, 2) points, pixels."""
        self._put("LINES", np.stack([points[:-1], points[1:]], 1), shade)

    def _put(self, kind: str, points: np.ndarray, shade: tuple) -> None:
        corners = points.reshape(-1, 2).astype(np.float32)
        self._parts[kind].append((corners, np.full((len(corners), 4), shade, np.float32)))

    def _make(self) -> None:
        for kind, parts in self._parts.items():
            corners, colours = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
            content = {"pos": corners, "color": colours}
            self._batches.append(batch_for_shader(self._shader, kind, content))
        self._parts.clear()
