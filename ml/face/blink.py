"""What shuts an eye: lids whose edges meet, and pass before the ball on their way.

How a blink moves another head says little of it: that one's lids may not quite have met, and its
eyes stood out less. So the opening is looked at in a picture of this face. Each place of the upper
edge is to meet the place of the lower one below it, as far forward as the straight way there asks
for, since a control moves straight and an eye is round. What does it is found on the rig itself: a
lid's bones bend each other, so what each of them does is measured anew wherever the last try led.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .geometry import LIDS
from .raster import Picture, Surface, View, draw

SIDES = tuple(LIDS)
_FOLDS = {
    "Left": (467, 260, 259, 257, 258, 286, 414, 339, 255, 254, 253, 252, 256, 341),
    "Right": (247, 30, 29, 27, 28, 56, 190, 110, 25, 24, 23, 22, 26, 112),
}
"""The next ring around: what moves both is a lid's control."""

_PIXELS = 256
_AROUND = 1.4  # of the eye's width: what the picture shows
_COLUMNS = 24
_ENDS = 0.06  # of the eye's width: so near to its corners it is shut already
_BODY = (0.25, 0.5)  # of the opening's height: rows of the upper lid above its edge
_WAY = np.linspace(0.0, 1.0, 9)[1:]
_CLEAR = 0.012  # of the eye's width: how far before the ball a lid is to pass
_FURTHEST = 0.3  # of the opening's height: what asks for more, as a corner may, is no ball
_OVERLAP = 0.02  # of the opening's height, by which the upper lid is to go over the lower one
_RISES = 0.12  # share of the opening that the lower lid closes

_COUNTS = 10.0  # how many times as much as the rest of the face all places of one eye count
_AXES = np.array([0.3, 1.0, 0.6])  # across, up and forward
_ITS_OWN = 0.72  # share of a control's motion that is at the eye, for a lid's control
_STRONG = 0.05  # share of the blink that a usual value of it shows
_NUDGE = 0.05  # of a usual value, by which it is measured
_RIDGE, _FIRM = 0.02, 0.05  # how much values, and at first steps, are held back
_FIRMER, _LOOSER = (1.0, 4.0, 16.0, 64.0), 3.0
_GAIN = 0.005
TURNS = 8


@dataclass
class Lids:
    """Places on the skin around one eye, and how shutting it is to move them.

    Attributes
    ----------
    triangle : (N,) int, of the surface
    bary : (N, 3) weights of its corners
    rest, motion : (N, 3), in the surface's frame
    upper, lower : (K,) rows of the edges' places that are to meet, one by one
    """

    triangle: NDArray
    bary: NDArray
    rest: NDArray
    motion: NDArray
    upper: NDArray
    lower: NDArray

    def closed(self, moved: NDArray) -> float:
        """Return the share of the opening that is closed where the places moved by (N, 3)."""
        gap = self.rest[self.upper, 1] - self.rest[self.lower, 1]
        left = gap + moved[self.upper, 1] - moved[self.lower, 1]
        return float(1.0 - np.maximum(left, 0.0).sum() / gap.sum())


def lids(surface: Surface, skin: NDArray, points: NDArray, side: str) -> Lids | None:
    """Return the lids of one eye, or None where no opening is seen.

    Parameters
    ----------
    surface : of the face at rest, and all that it wears
    skin : (T,) bool, triangles that are skin
    points : (468, 3) of the face mesh
    side : "Left" or "Right", the character's
    """
    above, below = (points[list(ring)] for ring in LIDS[side])
    width = float(np.ptp(above[:, 0]))
    middle = np.concatenate([above, below])[:, :2].mean(axis=0)
    view = View(middle, _AROUND * width, _PIXELS)
    picture = draw(surface, view)
    columns = _columns(picture, view, skin, above, below)
    return _shut(picture, view, columns, width) if len(columns) >= _COLUMNS // 3 else None


def _columns(
    picture: Picture, view: View, skin: NDArray, above: NDArray, below: NDArray
) -> NDArray[np.int64]:
    """Return (K, 3) pixels: x, and y of the last skin above the opening and the first below."""
    seen = (picture.triangle >= 0) & skin[np.maximum(picture.triangle, 0)]
    upper, lower = view.to_pixels(above), view.to_pixels(below)
    first, last = np.sort([upper[0, 0], upper[-1, 0]])
    inset = _ENDS * (last - first)
    out = []
    for x in np.linspace(first + inset, last - inset, _COLUMNS).round().astype(int):
        top, bottom = _height(upper, x), _height(lower, x)
        # The points say where about; the edge is where skin ends, if it does.
        reach = max(bottom - top, 1.0)
        open_ = np.flatnonzero(~seen[:, x])
        near = open_[(open_ > top - reach) & (open_ < bottom + reach)]
        if len(near):
            run = max(np.split(near, np.flatnonzero(np.diff(near) > 1) + 1), key=len)
            top, bottom = run[0] - 1, run[-1] + 1
        if top > 0 and bottom < _PIXELS - 1 and bottom - top > 2:
            out.append((x, int(top), int(bottom)))
    shown = [i for i, (x, *ends) in enumerate(out) if (picture.triangle[ends, x] >= 0).all()]
    return np.array(out, int).reshape(-1, 3)[shown]


def _height(line: NDArray, x: float) -> float:
    order = np.argsort(line[:, 0])
    return float(np.interp(x, line[order, 0], line[order, 1]))


def _shut(picture: Picture, view: View, columns: NDArray, width: float) -> Lids:
    scale = view.size / view.pixels
    x, top, bottom = columns.T
    gap = bottom - top
    meet = bottom - _RISES * gap
    ways = ((top, meet + _OVERLAP * gap), (bottom, meet))
    # Lids that meet come forward alike.
    ahead = [_ahead(picture, x, *way, _CLEAR * width) for way in ways]
    least = np.array([np.minimum(a, _FURTHEST * gap * scale) for a in ahead])
    depth = np.array([picture.depth[start, x] for start, _ in ways])
    front = _smoothed((depth + least).max(axis=0))
    rows, motion = [], []
    for (start, end), deep in zip(ways, depth, strict=True):
        rows.append(start)
        motion.append(np.stack([0 * gap, (start - end) * scale, front - deep], axis=1))
    for share in _BODY:
        rows.append(np.maximum(top - share * gap, 0).round().astype(int))
        motion.append((1 - share) * motion[0])
    y, x, moved = np.concatenate(rows), np.tile(x, len(rows)), np.concatenate(motion)
    flat = view.centre + (np.stack([x, y], axis=1) + 0.5 - view.pixels / 2) * [scale, -scale]
    rest = np.column_stack([flat, picture.depth[y, x]])
    count = np.arange(len(columns))
    shown = picture.triangle[y, x] >= 0
    rest[~shown], moved[~shown] = 0.0, 0.0
    triangle = np.where(shown, picture.triangle[y, x], 0)
    return Lids(triangle, picture.bary[y, x], rest, moved, count, count + len(columns))


def _ahead(picture: Picture, x: NDArray, start: NDArray, end: NDArray, clear: float) -> NDArray:
    """Return how far forward each column's place must come by the end to pass before the ball."""
    depth = picture.depth[start, x]
    way = start + _WAY[:, None] * (end - start)
    ball = picture.depth[way.round().astype(int), x]
    ball = np.where(np.isfinite(ball), ball, -np.inf)
    return np.maximum(((ball + clear - depth) / _WAY[:, None]).max(axis=0), 0.0)


def _smoothed(values: NDArray) -> NDArray:
    """Return values (K,) of which none is lower than it was, without teeth."""
    from scipy.ndimage import gaussian_filter1d, maximum_filter1d

    return gaussian_filter1d(maximum_filter1d(values, 5, mode="nearest"), 1.5, mode="nearest")


class Shutting:
    """Finds what shuts one eye, a round of trials at a time.

    Gauss-Newton steps from rest; each round measures what the controls do where the last one led.

    Parameters
    ----------
    lids : of the eye
    motion : (C, 468, 3), how a unit of each control moves the face mesh's points
    span : (3, C) low, high, and what counts as large
    target : (468, 3), how a blink of this side is to move them elsewhere
    usable : (C,) bool
    """

    def __init__(
        self,
        lids: Lids,
        side: str,
        motion: NDArray,
        span: NDArray,
        target: NDArray,
        usable: NDArray,
    ) -> None:
        edges = list(dict.fromkeys(sum(LIDS[side], ())))
        self.used = np.flatnonzero(usable & _lid_controls(side, motion, span[2], target))
        self._low, self._high, self._reach = span[:, self.used]
        self._count = len(motion)
        self._target = np.concatenate([target, lids.motion])
        gap = lids.rest[lids.upper, 1] - lids.rest[lids.lower, 1]
        share = np.tile(np.sqrt(gap / gap.max()), len(lids.motion) // len(gap))
        share[2 * len(gap) :] *= 0.5  # the edges are what is seen
        share *= np.linalg.norm(lids.motion, axis=1) > 0
        counts = np.ones(self._target.shape)
        counts[edges] = 0.0  # the places on the edges stand for them
        counts[len(target) :] = _COUNTS * np.sqrt(28 / len(share)) * share[:, None] * _AXES
        self._counts, self._edge = counts, len(target)
        self._size = float(np.linalg.norm(self._target * counts))
        self._weights, self._firm = np.zeros(len(self.used)), _FIRM
        self.made = np.zeros_like(self._target)
        self._left, self._cost = self._judge(self.made, self._weights)

    @property
    def weights(self) -> NDArray:
        """Return (C,) values of all controls over their rest."""
        return self._full(self._weights)

    @property
    def quality(self) -> float:
        """Return the share of the motion that is shown, each place as much as it counts."""
        return float(np.clip(1.0 - np.linalg.norm(self._left) / self._size, 0.0, 1.0))

    def nudged(self) -> NDArray:
        """Return (used, C) values to measure: the best so far, each control a little further."""
        nudge = np.diag(_NUDGE * self._reach)
        return np.array([self._full(self._weights + row) for row in nudge])

    def steps(self, made: NDArray) -> NDArray:
        """Return (S, C) values to try, given how the nudged ones moved the points.

        Parameters
        ----------
        made : (used, 468 + N, 3)
        """
        from scipy.optimize import lsq_linear

        does = (made - self.made) / (_NUDGE * self._reach)[:, None, None]
        # What is further forward than it must be is left there.
        matrix = (does * self._counts * (self._left != 0)).reshape(len(self.used), -1).T
        held = np.diag(_RIDGE * self._size / self._reach)
        wanted = np.concatenate([self._left.ravel(), -held @ self._weights, 0 * self._weights])
        room = self._low - self._weights - 1e-9, self._high - self._weights + 1e-9
        out = []
        for firmer in _FIRMER:
            firm = np.diag(firmer * self._firm * self._size / self._reach)
            turn, small = np.linalg.qr(np.concatenate([matrix, held, firm]))
            step = lsq_linear(small, turn.T @ wanted, room, method="bvls").x
            out.append(self._full(self._weights + step))
        return np.array(out)

    def take(self, tried: NDArray, made: NDArray) -> bool:
        """Take the best of the steps, and return whether more is to be gained.

        Parameters
        ----------
        tried : (S, C), what `steps` returned
        made : (S, 468 + N, 3), how they moved the points
        """
        judged = [self._judge(m, w[self.used]) for m, w in zip(made, tried, strict=True)]
        best = int(np.argmin([cost for _, cost in judged]))
        left, cost = judged[best]
        gain = self._cost - cost
        if gain > 0:
            self._weights, self.made = tried[best, self.used], made[best]
            self._left, self._cost = left, cost
            self._firm *= _FIRMER[best] / _LOOSER
        return gain > _GAIN

    def _full(self, weights: NDArray) -> NDArray:
        out = np.zeros(self._count)
        out[self.used] = weights
        return out

    def _judge(self, made: NDArray, weights: NDArray) -> tuple[NDArray, float]:
        left = (self._target - made) * self._counts
        left[self._edge :, 2] = np.maximum(left[self._edge :, 2], 0.0)
        large = _RIDGE * weights / self._reach
        return left, float(np.sqrt((left**2).sum() / self._size**2 + (large**2).sum()))


def _lid_controls(side: str, motion: NDArray, reach: NDArray, target: NDArray) -> NDArray:
    """Return (C,) bool: controls that move this eye's lids, and not much else."""
    edges = list(dict.fromkeys(sum(LIDS[side], ())))
    energy = (motion**2).sum(axis=2)
    whole = np.sqrt(energy.sum(axis=1))
    mine = np.sqrt(energy[:, [*edges, *_FOLDS[side]]].sum(axis=1))
    shown = np.sqrt(energy[:, edges].sum(axis=1)) * reach
    return (shown > _STRONG * np.linalg.norm(target[edges])) & (mine > _ITS_OWN * whole)
