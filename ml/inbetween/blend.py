"""Weigh what is proposed against what is plain, bone by bone, by what the known frames show.

A second, small network. How far the base curve is to be trusted, and how far the residual, depends
on how this bone of this creature moves: a limb that swings to and fro keeps no velocity, a heavy
body does. So each channel gets shares of the few `evidence.terms`, at the beginning, middle and end
of its gap, and the straight way stands where they are nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from ..runtime import Session, Settings
from .base import gaps
from .evidence import FEWEST, MOST, Build, Gap, describe, shares_at, step_of, terms

NAME = "inbetween_blend_v1"
_MOST_OF = 0.5  # of the bones to be filled: of fewer, the rest of the body tells more

_TRUST, _MORE = 0.41, 1.2
"""How far its shares are taken rather than the proposal as it is: in a gap of no length, and how
much more a second, wholly from half a second on. People are known best in short gaps; chosen on
those held aside."""

Poses = tuple[NDArray, NDArray]


class Blend:
    """The open network.

    Attributes
    ----------
    session : the open file; tells its name, sha256 and the device in use
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(NAME, settings)

    def __call__(
        self,
        parents: NDArray,
        heads: NDArray,
        plain: Poses,
        said: Poses,
        keyed: NDArray,
        driven: NDArray,
        fps: float,
    ) -> tuple[NDArray, NDArray, NDArray]:
        """Return basis (F, B, 4), location (F, B, 3), and where (F, B) they were weighed.

        Only gaps of most of the bones, with known frames in a row beside them, are.

        Parameters
        ----------
        parents, heads : (B,), (B, 3) the rig; lengths, here and below, in heights
        plain, said : basis (F, B, 4), location (F, B, 3)
            The base curve, and the same with the network's residual on it.
        keyed : (F, B) bool
        driven : (B,) bool
        fps : float
        """
        basis, location = (v.copy() for v in said)
        done = np.zeros(keyed.shape, bool)
        for bones, first, last in gaps(keyed):
            known = known_run(keyed, int(bones[0]), first, last, fps)
            if not len(known) or len(bones) < _MOST_OF * driven.sum():
                continue
            inner = slice(first + 1, last)
            backwards = known[-1] == last
            gap = _cut(plain, said, bones, known, (first, last), fps)
            turn, move = self.fill(gap, Build.of(parents, heads, bones))
            step = -1 if backwards else 1
            basis[inner, bones], location[inner, bones] = turn[::step], move[::step]
            done[inner, bones] = True
        return basis, location, done

    def fill(self, gap: Gap, build: Build) -> Poses:
        """Return (gap, B, 4), (gap, B, 3): the straight way with the terms' shares on it."""
        added = terms(gap)
        shares = self.session(x=describe(gap, build, added))["shares"].astype(float)
        return mixed(gap, added, trusted(shares, gap.span / gap.fps))


def trusted(shares: NDArray, seconds: float) -> NDArray:
    """Return shares (2 B, TERMS, NODES) nearer to the proposal as it is, the shorter the gap."""
    trust = min(_TRUST + _MORE * seconds, 1.0)
    whole = np.arange(shares.shape[1])[:, None] < 2  # all of base and residual, nothing else
    return trust * shares + (1.0 - trust) * whole


def mixed(gap: Gap, added: NDArray, shares: NDArray) -> Poses:
    """Return (gap, B, 4), (gap, B, 3) with shares (2 B, TERMS, NODES) of the terms added."""
    off = np.einsum("tk,bjk,tjbc->tbc", shares_at(gap.span), shares, added, optimize=True)
    turn, move = gap.straight()
    count = turn.shape[1]
    return rt.multiply(turn, rt.from_rotvec(off[:, :count])), move + off[:, count:]


def known_run(keyed: NDArray, bone: int, first: int, last: int, fps: float) -> NDArray:
    """Return the keyed frames in a row that end at a gap, those behind it backwards in time.

    Those before are preferred; none where there are too few on either side.
    """
    most = MOST * step_of(fps)
    start = first
    while start > 0 and first - start < most - 1 and keyed[start - 1, bone]:
        start -= 1
    stop = last
    while stop + 1 < len(keyed) and stop - last < most - 1 and keyed[stop + 1, bone]:
        stop += 1
    fewest = (FEWEST - 1) * step_of(fps)
    if first - start >= fewest:
        return np.arange(start, first + 1)
    return np.arange(stop, last - 1, -1) if stop - last >= fewest else np.arange(0)


def _cut(
    plain: Poses, said: Poses, bones: NDArray, known: NDArray, edges: tuple[int, int], fps: float
) -> Gap:
    first, last = edges
    inner = np.arange(first + 1, last)
    end = last
    if known[-1] == last:  # backwards in time
        inner, end = inner[::-1], first
    (turn, move), (turn_said, move_said) = plain, said
    return Gap(
        turn[known][:, bones],
        move[known][:, bones],
        turn[end, bones],
        move[end, bones],
        turn[inner][:, bones],
        move[inner][:, bones],
        turn_said[inner][:, bones],
        move_said[inner][:, bones],
        fps,
    )
