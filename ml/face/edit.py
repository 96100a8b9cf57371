"""Edits of a performance that need no new filming: by region, by stroke, by layer.

Everything here makes a new performance of the captured one, which is kept as it was. Amounts are
counted from the neutral face, and every motion keeps its own peak time unless it is shifted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from . import library
from .performance import INDEX, NAMES, REGIONS, Performance
from .strokes import ALL, Stroke, stroked
from .timing import timed

_LOOKS = 8  # turns of two eyes to four ways
_NOISE = 0.012  # bumps lower than this are no motion
_MICRO_S = 0.6  # micro-expressions are shorter


@dataclass
class Region:
    """What is changed about one region of the face.

    Attributes
    ----------
    amplitude : 0 still, 1 as captured, more is stronger
    speed : how quickly each motion rises and falls; its peak stays where it is
    offset_s : later by so many seconds
    hold_s : how long each peak is held
    asymmetry : -1 only the right side, 0 as captured, 1 only the left side
    ease : 0 as captured, 1 starts and stops as softly as can be
    mix : 0 this performance, 1 the other one
    """

    amplitude: float = 1.0
    speed: float = 1.0
    offset_s: float = 0.0
    hold_s: float = 0.0
    asymmetry: float = 0.0
    ease: float = 0.0
    mix: float = 0.0


@dataclass
class Layer:
    """A named expression laid over the performance; `at_s` is where it begins."""

    expression: str
    at_s: float
    amplitude: float = 1.0
    speed: float = 1.0


@dataclass
class Edit:
    """All that is changed about a performance.

    Attributes
    ----------
    regions : region to Region; those that are missing stay
    head, travel : how far the head turns, and how far it moves; 1 as captured
    micro : 1 as captured; multiplies the small quick motions and leaves the broad ones
    micro_size : motions up to this size count as small
    strokes, layers : in the order they are applied
    other_s : where the other performance begins, seconds after this one
    """

    regions: dict[str, Region] = field(default_factory=dict)
    head: float = 1.0
    travel: float = 1.0
    micro: float = 1.0
    micro_size: float = 0.25
    strokes: list[Stroke] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    other_s: float = 0.0

    @classmethod
    def from_json(cls, data: dict) -> Edit:
        """Rebuild an edit from `dataclasses.asdict` of one."""
        data = dict(data)
        regions = {name: Region(**r) for name, r in data.pop("regions", {}).items()}
        strokes = [Stroke(**s) for s in data.pop("strokes", [])]
        layers = [Layer(**v) for v in data.pop("layers", [])]
        return cls(regions=regions, strokes=strokes, layers=layers, **data)


def edited(performance: Performance, edit: Edit, other: Performance | None = None) -> Performance:
    """Return a performance with every edit applied: mix, micro, regions, strokes, layers.

    Parameters
    ----------
    other : the performance that regions are mixed with
    """
    times = performance.times - performance.times[0]
    if other is not None:
        performance = _mixed(performance, other, edit)
    values = np.array(performance.coefficients, float)
    if edit.micro != 1.0:
        values = magnified(times, values, edit.micro, edit.micro_size)
    tracks = np.hstack([values, _looks(performance.gaze)])
    for name, columns in REGIONS.items():
        change, rows = edit.regions.get(name), rows_of(name)
        if change is not None:
            tracks[:, rows] = _region(times, tracks[:, rows], columns, change)
        for stroke in edit.strokes:
            if stroke.region in (ALL, name):
                tracks[:, rows] = stroked(times, tracks[:, rows], stroke)
    values, looks = np.hsplit(tracks, [len(NAMES)])
    for layer in edit.layers:
        values = np.maximum(values, _layer(times, layer))
    performance = _headed(performance, edit)
    return performance.replace(coefficients=np.clip(values, 0.0, 1.0), gaze=_gaze(looks))


def _headed(performance: Performance, edit: Edit) -> Performance:
    if edit.head != 1.0:
        turn = rt.from_rotvec(edit.head * rt.to_rotvec(performance.head_rotation))
        performance = performance.replace(head_rotation=turn)
    return performance.replace(head_position=edit.travel * performance.head_position)


def rows_of(region: str) -> list[int]:
    """Return the tracks of a region: its expressions, and for the eyes their turns as well."""
    rows = [INDEX[name] for name in REGIONS[region]]
    return rows + list(range(len(NAMES), len(NAMES) + _LOOKS)) if region == "eyes" else rows


def _looks(gaze: NDArray) -> NDArray:
    """Return (F, 8) turns of the eyes, each way of its own, so that none is below 0."""
    flat = np.asarray(gaze, float).reshape(len(gaze), -1)
    return np.maximum(np.hstack([flat, -flat]), 0.0)


def _gaze(looks: NDArray) -> NDArray:
    """Return (F, 2, 2) radians from what `_looks` returned."""
    one, other = np.hsplit(looks, 2)
    return (one - other).reshape(-1, 2, 2)


def extended(performance: Performance, edit: Edit) -> Performance:
    """Return a performance long enough to hold its layers; it stays at its end meanwhile."""
    end = max((v.at_s + library.duration(v.expression, v.speed) for v in edit.layers), default=0)
    last = performance.times[-1]
    need = performance.times[0] + end - last
    if need <= 0:
        return performance
    step = 1.0 / (performance.fps or 30.0)
    more = int(np.ceil(need / step))

    def held(values: NDArray) -> NDArray:
        return np.concatenate([values, np.repeat(values[-1:], more, axis=0)])

    return performance.replace(
        times=np.concatenate([performance.times, last + step * np.arange(1, more + 1)]),
        coefficients=held(performance.coefficients),
        head_rotation=held(performance.head_rotation),
        head_position=held(performance.head_position),
        gaze=held(performance.gaze),
        confidence=held(performance.confidence),
    )


def still(seconds: float, fps: float = 30.0) -> Performance:
    """Return a neutral face that lasts so long: what layers are laid on where nothing is filmed."""
    times = np.arange(max(int(np.ceil(seconds * fps)), 1) + 1) / fps
    return Performance(times, np.zeros((len(times), len(NAMES))), source="neutral face")


def magnified(times: NDArray, values: NDArray, gain: float, size: float) -> NDArray:
    """Multiply the small quick motions, and leave the broad ones exactly as they are.

    A motion is a bump or a dip between two turning points; it counts as small when it rises by
    less than `size` over its feet, and as quick when it lasts less than 0.6 s. Only what stands
    over the line between its feet is multiplied, so nothing jumps at its ends.

    Parameters
    ----------
    values : (F, C)

    Returns
    -------
    (F, C)
    """
    from scipy.signal import find_peaks

    out = np.array(values, float)
    for sign in (1.0, -1.0):
        for column in range(values.shape[1]):
            track = sign * values[:, column]
            peaks, found = find_peaks(track, prominence=(_NOISE, size))
            for peak, left, right in zip(
                peaks, found["left_bases"], found["right_bases"], strict=True
            ):
                left, right = _feet(track, peak, left, right)
                if times[right] - times[left] > _MICRO_S:
                    continue
                piece = slice(left, right + 1)
                line = np.interp(times[piece], times[[left, right]], track[[left, right]])
                over = np.maximum(track[piece] - line, 0.0)
                out[piece, column] += sign * (gain - 1.0) * over
    return out


def _feet(track: NDArray, peak: int, left: int, right: int) -> tuple[int, int]:
    """Return where a bump really begins and ends: the turning points beside its peak."""
    while left < peak and (track[left + 1 : peak + 1] <= track[left] + _NOISE / 2).any():
        left += 1 + int(np.flatnonzero(track[left + 1 : peak + 1] <= track[left] + _NOISE / 2)[-1])
    while right > peak and (track[peak:right] <= track[right] + _NOISE / 2).any():
        right = peak + int(np.flatnonzero(track[peak:right] <= track[right] + _NOISE / 2)[0])
    return left, right


def _mixed(performance: Performance, other: Performance, edit: Edit) -> Performance:
    """Mix in the other performance, each region by its own share."""
    at = performance.times - performance.times[0] - edit.other_s + other.times[0]

    def sample(values: NDArray) -> NDArray:
        flat = np.asarray(values, float).reshape(len(other.times), -1)
        return np.stack([np.interp(at, other.times, c) for c in flat.T], axis=1)

    values, theirs = performance.coefficients.copy(), sample(other.coefficients)
    shares = []
    for name, columns in REGIONS.items():
        share = edit.regions.get(name, Region()).mix
        rows = [INDEX[c] for c in columns]
        values[:, rows] += share * (theirs[:, rows] - values[:, rows])
        shares.append(share)
    eyes = edit.regions.get("eyes", Region()).mix
    gaze = performance.gaze + eyes * (sample(other.gaze).reshape(-1, 2, 2) - performance.gaze)
    head = rt.normalize(sample(rt.continuous(other.head_rotation)))
    # The head belongs to no region: it follows when the whole face does.
    head = rt.slerp(performance.head_rotation, head, np.full(len(at), min(shares)))
    place = performance.head_position
    place = place + min(shares) * (sample(other.head_position) - place)
    return performance.replace(
        coefficients=values, gaze=gaze, head_rotation=head, head_position=place
    )


def _region(times: NDArray, values: NDArray, columns: tuple[str, ...], change: Region) -> NDArray:
    gains = np.full(values.shape[1], change.amplitude)
    for name, side in (("Left", 1.0), ("Right", -1.0)):
        sided = [i for i, column in enumerate(columns) if _is_side(column, name)]
        gains[sided] *= min(1.0 + side * change.asymmetry, 1.0)
    return timed(
        times,
        values * gains,
        speed=change.speed,
        hold_s=change.hold_s,
        ease=change.ease,
        offset_s=change.offset_s,
    )


def _is_side(name: str, side: str) -> bool:
    """Tell whether an expression is one side of a pair, not a direction of the whole mouth."""
    return name.endswith(side) and name.removesuffix(side) not in ("jaw", "mouth")


def _layer(times: NDArray, layer: Layer) -> NDArray:
    found = library.find(layer.expression)
    return library.curve(found, times - layer.at_s, layer.amplitude, layer.speed)
