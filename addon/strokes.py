"""Strokes on the timeline: read for the edits, and drawn, moved and stretched by hand.

A `Gesture` is one press, drag and release. It knows frames and heights, and no mouse.
"""

from __future__ import annotations

import numpy as np
from bpy.types import PropertyGroup

from ..ml.face.strokes import HOLD, Stroke, amount_of, height_of
from .faceprops import STROKE_POINTS

_STILL = 0.02  # a line that nowhere rises higher was no stroke


def read(row: PropertyGroup, start: float, fps: float) -> Stroke:
    """Return a stroke in seconds from the performance's first frame, `start`."""
    first, last = sorted(((row.start - start) / fps, (row.end - start) / fps))
    heights = [float(height) for height in row.heights] if row.drawn else []
    return Stroke(row.kind, first, last, row.amount, row.region, row.fade / fps, heights)


def heights(row: PropertyGroup, frames: np.ndarray) -> np.ndarray:
    """Return the (F,) heights, -1 to 1, that a stroke has at (F,) frames, without its fade."""
    first, last = sorted((row.start, row.end))
    peak = height_of(row.kind, row.amount)
    if not row.drawn:
        return np.clip(np.full(len(frames), peak), -1.0, 1.0)
    along = np.linspace(first, last, STROKE_POINTS)
    return np.clip(peak * np.interp(frames, along, row.heights), -1.0, 1.0)


def label(row: PropertyGroup) -> str:
    """Return what a stroke does, for a person, such as "Mouth Amplitude × 1.5"."""
    region = row.bl_rna.properties["region"].enum_items[row.region].name
    kind = row.bl_rna.properties["kind"].enum_items[row.kind].name
    amount = f"{min(row.amount, 1.0):.0%}" if row.kind == HOLD else f"× {row.amount:.2f}"
    return f"{region} · {kind} {amount}"


class Gesture:
    """One press, drag and release in the band where strokes are drawn.

    Parameters
    ----------
    settings : the scene's face settings
    frame, height : where it was pressed
    reach : frames within which an end of a stroke is taken hold of
    draw : draw a new stroke even where one lies
    """

    def __init__(
        self,
        settings: PropertyGroup,
        frame: float,
        height: float,
        reach: float,
        *,
        draw: bool = False,
    ) -> None:
        self._settings = settings
        self._from, self._height = frame, height
        self._path: dict[int, float] = {}
        self._last: tuple[int, float] | None = None
        found = None if draw else self._under(frame, reach)
        self.kind = "draw" if found is None else found[1]
        self.row = None if found is None else settings.strokes[found[0]]
        if self.row is not None:
            settings.active_stroke = found[0]
            self._was = self.row.start, self.row.end, height_of(self.row.kind, self.row.amount)
        self.moved = False

    def _under(self, frame: float, reach: float) -> tuple[int, str] | None:
        """Return (number, part) of the stroke of the chosen kind and region that lies here."""
        settings = self._settings
        chosen = [
            i
            for i, row in enumerate(settings.strokes)
            if i == settings.active_stroke
            or (row.kind == settings.stroke_kind and row.region == settings.stroke_region)
        ]
        # The one that is shown already comes first, then the latest.
        for i in sorted(chosen, key=lambda i: (i != settings.active_stroke, -i)):
            first, last = settings.strokes[i].start, settings.strokes[i].end
            if abs(frame - first) <= reach:
                return i, "start"
            if abs(frame - last) <= reach:
                return i, "end"
            if first < frame < last:
                return i, "move"
        return None

    def drag(self, frame: float, height: float, *, level: bool = False) -> None:
        """Follow the mouse; `level`: the whole stroke takes the height of where the mouse is."""
        if self.kind == "draw":
            self._draw(frame, float(np.clip(height, -1.0, 1.0)), level)
            return
        start, end, peak = self._was
        by = round(frame - self._from)
        self.moved = self.moved or bool(by) or abs(height - self._height) > _STILL
        if self.kind == "start":
            self.row.start = min(start + by, end - 1)
        elif self.kind == "end":
            self.row.end = max(end + by, start + 1)
        else:
            self.row.start, self.row.end = start + by, end + by
            low = 0.0 if self.row.kind == HOLD else -1.0
            lifted = float(np.clip(peak + height - self._height, low, max(peak, 1.0)))
            self.row.amount = float(amount_of(self.row.kind, lifted))

    def _draw(self, frame: float, height: float, level: bool) -> None:
        here = round(frame)
        # What lies between two places of the mouse is drawn as well, over what was there.
        before, was = self._last or (round(self._from), self._height)
        span = range(min(before, here), max(before, here) + 1)
        (low, from_), (high, to) = sorted([(before, was), (here, height)])
        for at in span:
            self._path[at] = float(np.interp(at, [low, high], [from_, to]))
        self._path[here], self._last = height, (here, height)
        if level:
            self._path = dict.fromkeys(self._path, height)
        first, last = min(self._path), max(self._path)
        if last == first:
            return
        self.moved = True
        if self.row is None:
            self._add()
        frames, drawn = np.array(sorted(self._path.items())).T
        if self.row.kind == HOLD:
            drawn = np.maximum(drawn, 0.0)
        highest = int(np.abs(drawn).argmax())
        peak, along = float(drawn[highest]), np.linspace(first, last, STROKE_POINTS)
        line = np.interp(along, frames, drawn)
        line[np.abs(along - frames[highest]).argmin()] = peak  # the peak is kept at its height
        self.row.start, self.row.end = first, last
        self.row.fade = min(3.0, (last - first) / 4)
        self.row.amount = float(amount_of(self.row.kind, peak))
        self.row.drawn = not level
        self.row.heights = line / peak if abs(peak) > 1e-6 else np.zeros(STROKE_POINTS)

    def _add(self) -> None:
        settings = self._settings
        self.row = settings.strokes.add()
        self.row.kind, self.row.region = settings.stroke_kind, settings.stroke_region
        settings.active_stroke = len(settings.strokes) - 1

    def end(self) -> bool:
        """End it; tell whether anything was changed. A line that is level with 0 leaves nothing."""
        if self.kind == "draw" and self.row is None:
            self._choose()
        elif self.kind == "draw":
            peak = height_of(self.row.kind, self.row.amount)
            if abs(peak) < _STILL:
                self.cancel()
                return False
        return self.moved

    def _choose(self) -> None:
        """Make the stroke that was clicked the one that is shown, and draw more of its like."""
        for number, row in enumerate(self._settings.strokes):
            if row.start <= self._from <= row.end:
                self._settings.active_stroke = number
                self._settings.stroke_kind, self._settings.stroke_region = row.kind, row.region

    def cancel(self) -> None:
        """Put everything back as it was."""
        if self.kind == "draw":
            if self.row is not None:
                self._settings.strokes.remove(len(self._settings.strokes) - 1)
                self._settings.active_stroke = max(len(self._settings.strokes) - 1, 0)
            self.row = None
        elif self.row is not None:
            self.row.start, self.row.end, peak = self._was
            self.row.amount = float(amount_of(self.row.kind, peak))
        self.moved = False
