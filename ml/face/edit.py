"""Edits of a performance that need no new filming: by region, by stretch of time, by layer.

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

ALL = "all"
_EASE_S = 0.12  # blur of a full ease
_NOISE = 0.012  # bumps lower than this are no motion
_MICRO_S = 0.6  # micro-expressions are shorter
_MOVES = 0.05  # a region's motion turns back by more than this between two of its motions


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
class Span:
    """A stretch of time in which a region is stronger or quicker.

    `start_s` and `end_s` count from the performance's beginning; it fades in and out over
    `fade_s` inside.
    """

    start_s: float
    end_s: float
    region: str = ALL
    amplitude: float = 1.0
    speed: float = 1.0
    fade_s: float = 0.1


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
    micro : 1 as captured; multiplies the small quick motions and leaves the broad ones
    micro_size : motions up to this size count as small
    spans, layers : in the order they are applied
    other_s : where the other performance begins, seconds after this one
    """

    regions: dict[str, Region] = field(default_factory=dict)
    micro: float = 1.0
    micro_size: float = 0.25
    spans: list[Span] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    other_s: float = 0.0

    @classmethod
    def from_json(cls, data: dict) -> Edit:
        """Rebuild an edit from `dataclasses.asdict` of one."""
        data = dict(data)
        regions = {name: Region(**r) for name, r in data.pop("regions", {}).items()}
        spans = [Span(**s) for s in data.pop("spans", [])]
        layers = [Layer(**v) for v in data.pop("layers", [])]
        return cls(regions=regions, spans=spans, layers=layers, **data)


def edited(performance: Performance, edit: Edit, other: Performance | None = None) -> Performance:
    """Return a performance with every edit applied: mix, micro, regions, spans, layers.

    Parameters
    ----------
    other : the performance that regions are mixed with
    """
    times = performance.times - performance.times[0]
    values = np.array(performance.coefficients, float)
    gaze = np.array(performance.gaze, float)
    if other is not None:
        performance = _mixed(performance, other, edit)
        values, gaze = performance.coefficients.copy(), performance.gaze.copy()
    if edit.micro != 1.0:
        values = magnified(times, values, edit.micro, edit.micro_size)
    for name, columns in REGIONS.items():
        change = edit.regions.get(name)
        if change is None:
            continue
        rows = [INDEX[c] for c in columns]
        values[:, rows] = _region(times, values[:, rows], columns, change)
        if name == "eyes":
            flat = change.amplitude * gaze.reshape(len(times), -1)
            gaze = _timed(times, flat, change).reshape(-1, 2, 2)
    for span in edit.spans:
        values = _spanned(times, values, span)
    for layer in edit.layers:
        values = np.maximum(values, _layer(times, layer))
    return performance.replace(coefficients=np.clip(values, 0.0, 1.0), gaze=gaze)


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
    return performance.replace(coefficients=values, gaze=gaze, head_rotation=head)


def _region(times: NDArray, values: NDArray, columns: tuple[str, ...], change: Region) -> NDArray:
    gains = np.full(len(columns), change.amplitude)
    left = np.array([_is_side(name, "Left") for name in columns])
    right = np.array([_is_side(name, "Right") for name in columns])
    gains[left] *= min(1.0 + change.asymmetry, 1.0)
    gains[right] *= min(1.0 - change.asymmetry, 1.0)
    return _timed(times, values * gains, change)


def _is_side(name: str, side: str) -> bool:
    """Tell whether an expression is one side of a pair, not a direction of the whole mouth."""
    return name.endswith(side) and name.removesuffix(side) not in ("jaw", "mouth")


def _timed(times: NDArray, values: NDArray, change: Region) -> NDArray:
    """Change the speed, hold, ease and offset of (F, C) values."""
    if len(times) < 3:
        return values
    step = float(np.median(np.diff(times)))
    if change.speed != 1.0:
        values = quickened(times, values, change.speed)
    if change.hold_s > 0:
        from scipy.ndimage import maximum_filter1d

        width = int(round(change.hold_s / step)) + 1
        # From the peak on: the window reaches back, never ahead.
        values = maximum_filter1d(values, width, axis=0, origin=(width - 1) // 2, mode="nearest")
    if change.ease > 0:
        values = _eased(values, change.ease * _EASE_S / step)
    if change.offset_s:
        at = times - change.offset_s
        values = np.stack([np.interp(at, times, c) for c in values.T], axis=1)
    return values


def _eased(values: NDArray, sigma: float) -> NDArray:
    """Soften starts and stops, with every peak at its old height."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    out = gaussian_filter1d(values, sigma, axis=0, mode="nearest")
    for column, (track, soft) in enumerate(zip(values.T, out.T, strict=True)):
        peaks, _ = find_peaks(track, prominence=_MOVES)
        if len(peaks):
            gain = track[peaks] / np.maximum(soft[peaks], 1e-3)
            gain = np.interp(np.arange(len(track)), peaks, np.minimum(gain, 3.0))
            out[:, column] = soft * gain
    return out


def quickened(times: NDArray, values: NDArray, speed: float) -> NDArray:
    """Let every motion of a region rise and fall quicker, or slower, around its own peak.

    The region's motions are told apart at the lows of their sum, which stay where they are, as
    the peaks do; so the timing of the performance is kept.

    Parameters
    ----------
    values : (F, C) of one region
    speed : 1 as it is
    """
    from scipy.signal import find_peaks

    total = values.sum(axis=1)
    peaks, _ = find_peaks(np.pad(total, 1), prominence=_MOVES)
    peaks = np.clip(peaks - 1, 0, len(total) - 1)
    if not len(peaks):
        return values
    lows = [
        a + int(np.argmin(total[a : b + 1])) for a, b in zip(peaks[:-1], peaks[1:], strict=True)
    ]
    edges = [0, *lows, len(total) - 1]
    at = times.copy()
    for peak, start, end in zip(peaks, edges[:-1], edges[1:], strict=True):
        for edge in (start, end):
            rows = slice(min(peak, edge), max(peak, edge) + 1)
            length = times[edge] - times[peak]
            if length:
                share = (times[rows] - times[peak]) / length
                at[rows] = times[peak] + length * _warp(share, speed)
    return np.stack([np.interp(at, times, c) for c in values.T], axis=1)


def _warp(share: NDArray, speed: float) -> NDArray:
    """Map 0..1 onto itself, with the slope `speed` at 0.

    >>> _warp(np.array([0.0, 0.5, 1.0]), 2.0).tolist()
    [0.0, 0.75, 1.0]
    """
    if speed >= 1.0:
        return 1.0 - (1.0 - share) ** speed
    return speed * share + (1.0 - speed) * share**3


def _spanned(times: NDArray, values: NDArray, span: Span) -> NDArray:
    rows = list(range(len(NAMES)))
    if span.region != ALL:
        rows = [INDEX[c] for c in REGIONS[span.region]]
    changed = values.copy()
    for columns in REGIONS.values():
        inside = [INDEX[c] for c in columns if INDEX[c] in rows]
        if inside and span.speed != 1.0:
            changed[:, inside] = quickened(times, changed[:, inside], span.speed)
    changed *= span.amplitude
    fade = max(span.fade_s, 1e-6)
    weight = np.clip(np.minimum(times - span.start_s, span.end_s - times) / fade, 0.0, 1.0)
    weight = weight * weight * (3.0 - 2.0 * weight)
    out = values.copy()
    out[:, rows] += weight[:, None] * (changed[:, rows] - values[:, rows])
    return out


def _layer(times: NDArray, layer: Layer) -> NDArray:
    found = library.find(layer.expression)
    return library.curve(found, times - layer.at_s, layer.amplitude, layer.speed)
