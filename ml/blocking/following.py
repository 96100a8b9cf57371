"""Whom to follow through a clip that shows several, and what to say of it: bodies and faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..video import Video
from .crop import Region

PERSONS = ("largest", "central", "surest")

_SAME_WITHIN_S = 1.0
"""For so long after a loss only somebody near the last place is taken, as the same person."""

_REACH, _REACH_A_SECOND = 0.5, 1.5
"""How far "near" is, in sides of the person's square: at once, and more with every second."""

_TOLD = 5
"""Changes of the person that are told."""


@dataclass(frozen=True)
class Words:
    """What is followed: "person", "people", "somebody else", and what to do where none is found."""

    one: str
    several: str
    another: str
    advice: str


@dataclass
class Follower:
    """Who is followed, and since when that may be somebody else.

    Attributes
    ----------
    person : one of `PERSONS`, or a number from 0, counted from the left
    words : what is followed
    keep : whether, after a loss, the same person is waited for
    most_seen : the most detected in one frame
    changes : times at which somebody else may have been taken, seconds
    """

    person: str | int
    words: Words
    keep: bool = True
    most_seen: int = 0
    changes: list[float] = field(default_factory=list)
    _last: tuple[float, Region] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.person, str) and self.person.isdecimal():
            self.person = int(self.person)
        if self.person in PERSONS or (isinstance(self.person, int) and self.person >= 0):
            return
        raise VideoError(
            f"{self.person!r} names no person: use {', '.join(PERSONS)}, or a number counted from "
            "the left, from 0"
        )

    def saw(self, time_s: float, region: Region) -> None:
        """Keep where the person was seen last."""
        self._last = (time_s, region)

    def lately(self, time_s: float) -> bool:
        """Return whether the person was seen so short a time ago that only they are taken."""
        return self._last is not None and time_s - self._last[0] <= _SAME_WITHIN_S

    def pick(
        self, time_s: float, regions: Sequence[Region], choose: Callable[[], int | None]
    ) -> Region | None:
        """Return where to look of what was detected, when nobody is followed.

        Parameters
        ----------
        regions : of all that were detected
        choose : returns the number of the one that `person` means, or None
        """
        self.most_seen = max(self.most_seen, len(regions))
        if not len(regions):
            return None
        before = self._last if self.keep else None
        if before is not None:
            missed_s = time_s - before[0]
            near = _nearest(before[1], regions, missed_s)
            if near is not None or missed_s <= _SAME_WITHIN_S:
                return near
        index = choose()
        if index is None:
            return None
        if before is not None:
            self.changes.append(time_s)
        return regions[index]

    def kept(self, times: NDArray, found: NDArray) -> NDArray:
        """Return (F,) bool: the frames of the longest part with one person.

        Parameters
        ----------
        times : (F,) seconds
        found : (F,) bool, whether somebody was found
        """
        if not self.changes or not found.any():
            return np.ones(len(times), bool)
        part = np.searchsorted(self.changes, times, side="right")
        return part == np.bincount(part[found]).argmax()

    def nobody(self, video: Video) -> str:
        """Say that nobody, or not the one asked for, was found."""
        words, name = self.words, video.path.name
        if isinstance(self.person, int) and 0 < self.most_seen <= self.person:
            return (
                f"{words.one.title()} {self.person} was asked for, but at most {self.most_seen} "
                f"can be seen at once in {name}; {words.several} are counted from the left, from "
                "0. Choose a smaller number"
            )
        return f"No {words.one} was found in {name}. {words.advice}"

    def notes(self) -> list[str]:
        """Return what a person should know of who was followed."""
        said = []
        if self.most_seen > 1:
            one = f"; the {self.person} one is followed" if isinstance(self.person, str) else ""
            said.append(f"Up to {self.most_seen} {self.words.several} are seen at once{one}")
        return said + [
            f"After a loss, at {time_s:.2f} s, {self.words.another} may have been taken; only the "
            "longer part is used: choose the range of the video to use the other"
            for time_s in self.changes[:_TOLD]
        ]


def _nearest(last: Region, regions: Sequence[Region], missed_s: float) -> Region | None:
    """Return who can be the person last seen in a region, so many seconds ago, or None."""
    away = [np.hypot(r.x - last.x, r.y - last.y) / last.side for r in regions]
    grown = [abs(np.log2(r.side / last.side)) for r in regions]
    reach = _REACH + _REACH_A_SECOND * min(missed_s, _SAME_WITHIN_S)
    likely = [i for i in range(len(regions)) if away[i] <= reach and grown[i] <= 1.0]
    return regions[min(likely, key=lambda i: away[i])] if likely else None
