"""The whole stage: a rig's curves as arrays go in, a Take with few generated keys comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from ..curves import spline_keys
from ..errors import UnderstudyError
from ..progress import Progress, Steps
from ..take import Channel, Provenance, Take
from . import contacts, fit
from .base import eased, gaps, hermite_base, known_beside
from .deltas import pinned, smoothed
from .installed import Networks, open_network
from .settings import Settings
from .steady import steadied
from .tracks import Body, Track, carried_signs, from_rotation, to_rotation
from .variants import paced

_CHUNK = 1500  # frames worked on at a time
_CONTEXT = 12  # frames beside a chunk that are looked at
_STILL_RAD, _STILL = 1e-3, 1e-4  # radians; share of the height: a hold moves less
_MANY_BONES = 120
_BODY_KNOWN = 0.25  # share of the bones whose motion must be known for a limb to be guessed from it
_SHORT_S = 0.25
"""Seconds of a gap between lone keys in which such a guess does not help; from twice as many on it
counts wholly. Chosen on the upper bodies of the subjects held aside."""
_SPREAD = 1.0  # how different the network's takes are


@dataclass
class Motion:
    """The artist's curves on F consecutive frames.

    Attributes
    ----------
    tracks : list of Track, T of them
    values : (F, C) channels as Blender evaluates them
    keyed, stepped : (F, T) bool
        The artist's keys, and which of them hold until the next.
    body : Body
    basis, location : (B, 4), (B, 3)
        Bones without a track.
    fps : float
    first : int, scene frame of row 0
    span : (first, last) scene frames to be filled; the other rows are context
    """

    tracks: list[Track]
    values: NDArray
    keyed: NDArray
    stepped: NDArray
    body: Body
    rest: NDArray
    basis: NDArray
    location: NDArray
    fps: float
    first: int
    span: tuple[int, int]

    @classmethod
    def of(cls, params: dict, arrays: dict[str, NDArray]) -> Motion:
        """Read a job's request; refuse numbers that are none."""
        tracks = [Track(**t) for t in params["tracks"]]
        values = np.asarray(arrays["values"], float)
        if not np.isfinite(values).all():
            bad = ~np.isfinite(values).all(axis=0)
            names = sorted({t.group for t in tracks if bad[t.columns].any()})
            raise UnderstudyError(
                f"The curves of {', '.join(names[:4])} hold values that are not numbers: delete "
                "those keys first"
            )
        return cls(
            tracks,
            values,
            np.asarray(arrays["keyed"], bool),
            np.asarray(arrays["stepped"], bool),
            Body.of(
                np.asarray(arrays["parents"], int),
                np.asarray(arrays["rest"], float),
                arrays.get("lengths"),
            ),
            np.asarray(arrays["rest"], float),
            np.asarray(arrays["basis"], float),
            np.asarray(arrays["location"], float),
            float(params["fps"]),
            int(params["first"]),
            (int(params["span"][0]), int(params["span"][1])),
        )

    def rows(self) -> slice:
        """Return the rows of the range."""
        return slice(self.span[0] - self.first, self.span[1] - self.first + 1)

    def allowed(self) -> NDArray:
        """Return (F, T) bool: gaps of driven tracks that lie wholly in the range."""
        inside, out = self.rows(), np.zeros_like(self.keyed)
        for rows, first, last in gaps(self.keyed):
            if first >= inside.start and last < inside.stop:
                out[first + 1 : last, [t for t in rows if self.tracks[t].driven]] = True
        return out


def fill(params: dict, arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict]]:
    """Fill the frames between an artist's keys; a task of `ml.tasks`.

    Parameters
    ----------
    params, arrays
        What `Motion.of` and `Settings.of` read, and those of `ml.runtime.Settings`.

    Returns
    -------
    meta, arrays
        Those of `Take.pack`, and `dense` (F, C), `unit` (C,), `spent` (F, T), `planned` (F, T): the
        motion before keys were fitted to it, what a channel's unit is in tolerances, the share
        of a tolerance that may be strayed by, and the keys.
    """
    yield Progress(0.0, "Reading the keys")
    settings = Settings.of(params)
    opened = open_network(params, settings)
    return (yield from filled(Motion.of(params, arrays), settings, params, opened))


def filled(
    motion: Motion, settings: Settings, params: dict, opened: tuple[Networks | None, dict]
) -> Steps[tuple[dict, dict]]:
    """Fill with what `open_network` gave, and return what `fill` returns."""
    networks, used = opened
    values = yield from propose(motion, settings, networks)
    yield Progress(0.9, "Choosing keys")
    planned = choose_keys(motion, settings, values)
    take = to_take(motion, values, planned, params, used)
    meta, out = take.pack()
    tolerance = tolerance_of(motion, settings)
    out |= {
        "dense": values,
        "unit": fit.units(motion.tracks, values, tolerance),
        "planned": planned,
    }
    out["spent"] = fit.spent(motion.tracks, values * out["unit"], motion.keyed)
    meta["provider"] = used.get("provider", "")
    meta["method"] = used["method"]
    return meta, out


def propose(motion: Motion, settings: Settings, networks: Networks | None = None) -> Steps[NDArray]:
    """Return (F, C) channels with every gap filled, equal to the artist's at keys to the bit."""
    plain = unstepped(motion)
    out = plain.copy()
    pieces = chunks(motion)
    for i, (rows, whole) in enumerate(pieces):
        part = _propose(motion, plain, whole, settings, networks)
        out[rows] = part[rows.start - whole.start : rows.stop - whole.start]
        yield Progress(0.05 + 0.85 * (i + 1) / len(pieces), "Filling the in-betweens")
    keep, allowed = np.ones(out.shape, bool), motion.allowed()
    for t, track in enumerate(motion.tracks):
        keep[:, track.columns] = ~allowed[:, [t]]
    return np.where(keep, motion.values, out)


def unstepped(motion: Motion) -> NDArray:
    """Return the artist's channels with stepped gaps eased from key to key."""
    values = motion.values.copy()
    for t, track in enumerate(motion.tracks):
        if not track.driven or not motion.stepped[:, t].any():
            continue
        at = np.flatnonzero(motion.keyed[:, t])
        own = values[:, track.columns]
        smooth = eased(at, own[at], np.arange(len(values)))
        for first, last in zip(at[:-1], at[1:], strict=True):
            if motion.stepped[first, t]:
                own[first + 1 : last] = smooth[first + 1 : last]
    return values


def chunks(motion: Motion) -> list[tuple[slice, slice]]:
    """Return (rows to fill, rows to look at): pieces that hold whole gaps and some context."""
    total, inside = len(motion.values), motion.rows()
    driven = [t for t, track in enumerate(motion.tracks) if track.driven]
    found, start = [], inside.start
    while start < inside.stop:
        stop = min(start + _CHUNK, inside.stop)
        low, high = start, stop
        for t in driven:
            at = np.flatnonzero(motion.keyed[:, t])
            before, after = at[at <= start], at[at >= stop - 1]
            low = min(low, before[-1] if len(before) else low)
            high = max(high, after[0] + 1 if len(after) else high)
        cut = slice(int(max(low - _CONTEXT, 0)), int(min(high + _CONTEXT, total)))
        found.append((slice(start, stop), cut))
        start = stop
    return found


def _propose(
    motion: Motion, plain: NDArray, whole: slice, settings: Settings, networks: Networks | None
) -> NDArray:
    values = plain[whole]
    keyed_t, still = motion.keyed[whole], holds(motion, values, motion.keyed[whole])
    basis, location, keyed, driven = _as_bones(motion, values, keyed_t)
    new, moved, contact = carried_on(motion, settings, networks, (basis, location), keyed, driven)
    new, moved = paced(new, moved, keyed, motion.body.parents, settings.variant, settings.seed)
    turn = rt.to_rotvec(rt.multiply(rt.conjugate(basis), new))
    turn, shift = (smoothed(d, settings.smoothness, motion.fps) for d in (turn, moved - location))
    out = np.zeros((2, *keyed.shape), bool)  # where rotation, where location may change
    keys = np.ones((2, *keyed.shape), bool)
    for t, track in enumerate(motion.tracks):
        if track.driven:
            keys[int(track.moves), :, track.bone] = keyed_t[:, t]
            out[int(track.moves), :, track.bone] = ~still[:, t]
    turn = settings.strength * pinned(turn, keys[0]) * out[0][..., None]
    shift = settings.strength * pinned(shift, keys[1]) * out[1][..., None]
    new = rt.multiply(basis, rt.from_rotvec(turn))
    moved = location + shift
    if settings.contact_hold > 0.0 and settings.strength > 0.0:
        amount = settings.contact_hold * min(settings.strength, 1.0)
        turns, moves = np.zeros_like(driven), np.zeros_like(driven)
        turns[[t.bone for t in motion.tracks if t.driven and not t.moves]] = True
        moves[[t.bone for t in motion.tracks if t.driven and t.moves]] = True
        standing = None if networks is None else networks.standing
        held, moved = contacts.hold(
            motion.body, new, moved, keyed, turns, moves, amount, motion.fps, contact, standing
        )
        # A leg that is held by its own keys must still give where the body moves.
        out[0] |= (held != new).any(axis=-1) & turns & ~keys[0]
        new = held
    return _as_channels(motion, values, keyed_t, basis, new, moved - location, out)


def carried_on(
    motion: Motion,
    settings: Settings,
    networks: Networks | None,
    own: tuple[NDArray, NDArray],
    keyed: NDArray,
    driven: NDArray,
) -> tuple[NDArray, NDArray, NDArray | None]:
    """Return basis and location as motion goes on from known frames, and contacts (F, B).

    What a network has weighed stands; elsewhere what swings to and fro falls back.
    """
    base = hermite_base(*own, keyed, motion.fps)
    if networks is None:
        return *steadied(*base, keyed, motion.fps), None
    *said, contact = _add_residual(motion, settings, networks.residual, *base, keyed, driven)
    new, moved = steadied(*said, keyed, motion.fps)
    if networks.blend is None:
        return new, moved, contact
    body = motion.body
    small = ((turn, move / body.height) for turn, move in (base, said))
    weighed = networks.blend(
        body.parents, body.heads / body.height, *small, keyed, driven, motion.fps
    )
    there = weighed[2][..., None]
    new = np.where(there, weighed[0], new)
    return new, np.where(there, weighed[1] * body.height, moved), contact


def _as_bones(
    motion: Motion, values: NDArray, keyed: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return basis (F, B, 4), location (F, B, 3), keyed (F, B) and driven (B,) of all bones."""
    frames = len(values)
    basis = np.tile(motion.basis, (frames, 1, 1))
    location = np.tile(motion.location, (frames, 1, 1))
    bones = len(motion.basis)
    marks, driven = np.zeros((frames, bones), bool), np.zeros(bones, bool)
    for t, track in enumerate(motion.tracks):
        own = values[:, track.columns]
        if track.moves:
            location[:, track.bone] = own
        else:
            basis[:, track.bone] = to_rotation(own, track.mode)
        if track.driven:
            marks[:, track.bone] |= keyed[:, t]
            driven[track.bone] = True
    marks[:, ~driven] = True
    return basis, location, marks, driven


def _add_residual(
    motion: Motion,
    settings: Settings,
    network: Callable,
    basis: NDArray,
    location: NDArray,
    keyed: NDArray,
    driven: NDArray,
) -> tuple[NDArray, NDArray, NDArray]:
    """Return basis, location and contact (F, B) with the network's say on them."""
    from .network import Clip, proposed

    has_location = np.zeros(len(driven), bool)
    has_location[[t.bone for t in motion.tracks if t.moves]] = True
    seen, parents = _seen_bones(motion)
    clip = Clip(
        parents,
        motion.rest[seen],
        motion.body.height,
        motion.fps,
        basis[:, seen],
        location[:, seen],
        keyed[:, seen],
        has_location[seen],
        driven[seen],
    )
    spread = _SPREAD if settings.variant else 0.0
    said = network(clip, seed=settings.variant + 1000 * settings.seed, spread=spread)
    if settings.method == "auto" and not settings.variant:
        share = _shares(keyed, basis, location, motion.fps)[:, seen, None]
        said.rotvec *= share
        said.location *= share
    contact = np.zeros(keyed.shape)
    contact[:, seen] = said.contact
    basis, location = basis.copy(), location.copy()
    basis[:, seen], location[:, seen] = proposed(said, clip.basis, clip.location, clip.keyed)
    return basis, location, contact


def _shares(keyed: NDArray, basis: NDArray, location: NDArray, fps: float) -> NDArray:
    """Return (F, B) how much of the network's say is taken: all beside consecutive keys.

    Where whole poses stand alone the network hardly beats the artist's own curve (its card says by
    how much), so it is left out unless it is asked for by name or for another take. A limb whose
    body is known to move on these frames is another matter, in all but short gaps.
    """
    share = np.ones(keyed.shape)
    for bones, first, last in gaps(keyed):
        if any(known_beside(keyed, bones, first, last)):
            continue
        rows = slice(first, last + 1)
        moves = np.ptp(basis[rows], axis=0).max(axis=-1) > _STILL_RAD
        moves |= np.ptp(location[rows], axis=0).max(axis=-1) > 0.0
        known = (keyed[rows].all(axis=0) & moves).mean() >= _BODY_KNOWN
        longer = ((last - first) / fps - _SHORT_S) / _SHORT_S
        share[first + 1 : last, bones] = known * np.clip(longer, 0.0, 1.0)
    return share


def _seen_bones(motion: Motion) -> tuple[NDArray, NDArray]:
    """Return the bones that the network sees, and their parents among them.

    All of them, but on rigs of many helpers only those that move and what they hang on.
    """
    parents = motion.body.parents
    seen = np.full(len(parents), len(parents) <= _MANY_BONES)
    for track in motion.tracks:
        bone = track.bone
        while bone >= 0 and not seen[bone]:
            seen[bone] = True
            bone = parents[bone]
    which = np.flatnonzero(seen)
    place = np.cumsum(seen) - 1
    above = parents[which]
    return which, np.where(above >= 0, place[above], -1)


def holds(motion: Motion, values: NDArray, keyed: NDArray) -> NDArray:
    """Return (F, T) bool: frames in gaps whose keys agree and whose curve stays with them."""
    out = np.zeros_like(keyed)
    unit = fit.weights(motion.tracks, values)
    limits = [_STILL * motion.body.height if t.moves else _STILL_RAD for t in motion.tracks]
    for rows, first, last in gaps(keyed):
        away = np.abs(values[first : last + 1] - values[first]) * unit
        for t in rows:
            out[first + 1 : last, t] = away[:, motion.tracks[t].columns].max() < limits[t]
    return out


def _as_channels(
    motion: Motion,
    values: NDArray,
    keyed: NDArray,
    basis: NDArray,
    new: NDArray,
    shift: NDArray,
    free: NDArray,
) -> NDArray:
    """Return (F, C) channels; those of frames where nothing changed stay bit for bit."""
    out = values.copy()
    for t, track in enumerate(motion.tracks):
        if not track.driven:
            continue
        b = track.bone
        if track.moves:
            out[:, track.columns] += shift[:, b]
            continue
        moved = np.abs(np.sum(basis[:, b] * new[:, b], axis=-1)) < 1.0 - 1e-14
        rows = np.flatnonzero(moved & free[0][:, b])
        if len(rows):
            beside = values[:, track.columns]
            if track.mode == "QUATERNION":
                beside = carried_signs(new[:, b], beside, keyed[:, t])
            out[rows, track.columns] = from_rotation(new[rows, b], track.mode, beside[rows])
    return out


def tolerance_of(motion: Motion, settings: Settings) -> fit.Tolerance:
    """Return the tolerance in radians and in the rig's own lengths."""
    return fit.Tolerance(
        max(np.radians(settings.tolerance_deg), 1e-4),
        max(settings.tolerance_size, 1e-5) * motion.body.height,
    )


def choose_keys(motion: Motion, settings: Settings, values: NDArray) -> NDArray:
    """Return (F, T) bool: the frames that get a generated key."""
    tracks, held = motion.tracks, holds(motion, motion.values, motion.keyed)
    unit = fit.units(tracks, values, fit.Tolerance(1e-4, 1e-5 * motion.body.height))
    away = np.abs(values - motion.values) * unit
    changed = np.stack([away[:, t.columns].max(axis=1) > 1.0 for t in tracks], axis=1)
    allowed = motion.allowed()
    if settings.every_frame:
        some = np.zeros_like(changed)
        for rows, first, last in gaps(motion.keyed):
            rows = [t for t in rows if tracks[t].driven and changed[first:last, t].any()]
            some[first + 1 : last, rows] = True
        planned = some
    elif settings.breakdown:
        planned = fit.middles(tracks, motion.keyed, held).keys
    else:
        poses = settings.align == "pose"
        changed &= allowed
        planned = fit.plan(
            tracks,
            values,
            motion.keyed,
            changed,
            motion.stepped,
            tolerance_of(motion, settings),
            poses=poses,
        ).keys
    return planned & allowed


def to_take(motion: Motion, values: NDArray, planned: NDArray, params: dict, used: dict) -> Take:
    """Return the Take: aligned handles that hold the motion's own slopes."""
    driven = [t for t, track in enumerate(motion.tracks) if track.driven]
    found = [c for t in driven for c in to_channels(motion, values, planned, t)]
    recorded = Settings.of(params).__dict__ | {"method": used["method"]}
    provenance = Provenance(
        stage="inbetween",
        models=used["models"],
        inputs=params.get("inputs", {}),
        parameters=recorded,
        seed=int(params.get("seed", 0)),
    )
    span = (float(motion.span[0]), float(motion.span[1]))
    return Take(found, provenance, span, notes=list(params.get("notes", [])))


def to_channels(motion: Motion, values: NDArray, planned: NDArray, t: int) -> list[Channel]:
    """Return the channels of one track with its planned keys; none without any."""
    track = motion.tracks[t]
    rows = np.flatnonzero(planned[:, t] | motion.keyed[:, t])
    ours = planned[rows, t]
    found = []
    for i in track.indices if ours.any() else ():
        own = values[:, track.column + i]
        near = np.clip([rows - 1, rows + 1], 0, len(own) - 1)
        slopes = (own[near[1]] - own[near[0]]) / np.maximum(near[1] - near[0], 1)
        keys = spline_keys(motion.first + rows, own[rows], slopes)[ours]
        found.append(Channel(track.path, i, track.group, keys))
    return found
