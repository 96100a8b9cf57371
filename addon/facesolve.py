"""Find a face map by shape: the face's points on the character, then what moves them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from bpy.types import Object
from mathutils import Vector
from numpy.typing import NDArray

from ..ml.errors import Cancelled, RigError
from ..ml.face import blink, geometry, residual
from ..ml.face.facemap import KEY, Control, FaceMap
from ..ml.face.landmarks import skin
from ..ml.face.raster import Surface
from ..ml.progress import Progress
from . import facerig, jobs
from .facesurface import Measured, Probe, measure

TASK = "facemarks"
MARKS = "understudy_face_points"
"""Custom property of the object that holds the face's points, set by hand: the face's name."""

_LOOKED, _TRIED, _CHECKED, _SHUT = 0.25, 0.5, 0.7, 0.85  # shares of the time
_BATCH = 6  # expressions that are measured in one step
_MENDED = 5  # times that what bones really do is measured
_HELD_BACK = (5.0, 25.0)  # times more than usual, where a rig does not do what was foretold
_AS_FORETOLD = 0.9
_GAIN = 0.004  # of quality; what rises by less is left as it is
_WORTH = 0.98  # what is left, above which nothing is worth telling
_LEARNED = 4  # times that combinations of expressions are tried


@dataclass
class _Task:
    """A face to be mapped, and what was found for it.

    Attributes
    ----------
    motion : (C, 468, 3), how a unit of each control moves the points
    span : (3, C) low, high, and what counts as large
    target : (52, 468, 3)
    fits : of each expression
    """

    probe: Probe
    controls: list[Control]
    motion: NDArray
    span: NDArray
    target: NDArray
    fits: list[geometry.Fit]

    @property
    def bones(self) -> NDArray[np.bool_]:
        """Return (C,) which controls have to be tried: shape keys add up as they are."""
        return np.array([control.kind != KEY for control in self.controls])

    def values(self, weights: NDArray) -> dict[Control, float]:
        """Return what is not at rest."""
        return {self.controls[i]: float(weights[i]) for i in np.flatnonzero(weights)}

    def moved(self, rows: Sequence[NDArray]) -> NDArray:
        """Return (N, 468, 3): how controls at each of these (N, C) values move the points."""
        if not len(rows):
            return np.zeros((0, *self.target.shape[1:]))
        tried, bones = np.array(rows), self.bones
        made = self.probe.moved_by([self.values(row) for row in tried * bones])
        return np.array(made) + np.tensordot(tried * ~bones, self.motion, 1)


class MapJob(jobs.Job):
    """Finds a face map; the networks run beside Blender, the rig is tried a step a `poll`."""

    def __init__(
        self, obj: Object, machine: dict, references: tuple[str, ...], bones: bool
    ) -> None:
        super().__init__()
        self._face = facerig.find_face(obj)
        self._measured = measure(self._face)
        self._references, self._with_bones = references, bones
        arrays = self._measured.arrays()
        marks = marks_of(obj)
        if marks is not None:
            arrays["by_hand"] = _points_of(marks) @ self._measured.axes
        self._looking = jobs.start(TASK, machine, arrays)
        self._steps: Iterator[Progress] | None = None

    def poll(self) -> bool:
        if self.done:
            return True
        try:
            if self._steps is None:
                if self._looking.poll():
                    self._steps = self._solve(*self._looking.result())
                self._step(_LOOKED * self._looking.progress, self._looking.message)
            else:
                step = next(self._steps)
                self._step(step.fraction, step.message)
        except StopIteration:
            self.progress, self.done = 1.0, True
        except Exception as exc:  # kept for result(), where it is raised again
            self._error, self.done = exc, True
        return self.done

    def cancel(self) -> None:
        if not self.done:
            self._looking.cancel()
            self._error, self.done = Cancelled("Cancelled"), True

    def _wait(self) -> None:
        pass

    def _solve(self, meta: dict, found: dict[str, NDArray]) -> Iterator[Progress]:
        self._measured.axes = self._measured.axes @ found["frame"]
        self._measured.points = self._measured.points @ found["frame"]
        probe = Probe(self._face, self._measured, found["triangle"], found["bary"])
        controls, ranges = facerig.shape_controls(self._face)
        motion = [probe.of_key(control) for control in controls]
        usual = [1.0] * len(controls)
        if self._with_bones or not _moves(motion, probe):
            taken = self._taken()
            names = [name for name in probe.bones() if name not in taken]
            for at, name in enumerate(names):
                share = at / max(len(names), 1)
                yield Progress(_LOOKED + (_TRIED - _LOOKED) * share, f"Trying {name}")
                for control, (moved, large) in probe.of_bone(name).items():
                    controls.append(control)
                    ranges.append(probe.range_of(control))
                    motion.append(moved)
                    usual.append(large)
        if not _moves(motion, probe):
            raise RigError(
                f"Nothing moves the face of {self._face.object.name}: no shape key and no bone "
                "near it does. Give it some, or choose the mesh that has them"
            )
        yield Progress(_TRIED, "Solving the expressions")
        targets = [
            geometry.carried(geometry.reference(name), probe.rest) for name in self._references
        ]
        low, high = np.array(ranges).T
        span, moves = np.array([low, high, usual]), np.array(motion)
        fits = geometry.solve(controls, moves, low, high, targets, span[2])
        task = _Task(probe, controls, moves, span, np.mean(targets, axis=0), fits)
        yield from self._mend(task)
        yield from self._shut(task, found)
        notes = yield from self._refine(task)
        face = geometry.to_map(controls, fits)
        face.notes = [*self._face.notes, *face.notes, *notes]
        self._result = {"presence": meta["presence"]}, {"map": face, "points": probe.rest}

    def _taken(self) -> set[str]:
        """Return the bones that turn with the head and the eyes."""
        notes = list(self._face.notes)
        rig = facerig.read_rig(self._face)
        self._face.notes[:] = notes  # what it says of head and eyes is no matter of the map
        found = [rig.head, rig.both_eyes, *rig.eyes]
        return {turner.bone for turner in found if turner is not None}

    def _mend(self, task: _Task) -> Iterator[Progress]:
        """Measure what bones really do together, and take what is missing into account.

        A jaw turns along an arc, which one small try does not tell.
        """
        fits, target = task.fits, task.target
        open_ = [i for i, fit in enumerate(fits) if (task.bones & (fit.weights != 0)).any()]
        for turn, at in itertools.product(range(_MENDED), range(0, len(open_), _BATCH)):
            share = (turn + at / len(open_)) / _MENDED
            yield Progress(_TRIED + (_CHECKED - _TRIED) * share, "Checking the expressions")
            batch = [i for i in open_[at : at + _BATCH] if fits[i].gain > _GAIN]
            tried = [self._next(turn, fits[n], task.motion, task.span, target[n]) for n in batch]
            for n, weights, made in zip(batch, tried, task.moved(tried), strict=True):
                fits[n].keep(weights, made, target[n])

    def _shut(self, task: _Task, found: dict[str, NDArray]) -> Iterator[Progress]:
        """Let bones shut the eyes, and let the target say what they then do."""
        surface = Surface(**self._measured.arrays())
        of_skin = skin(surface, found["triangle"])
        for k, (n, side) in enumerate(zip(geometry.BLINKS, blink.SIDES, strict=True)):
            yield Progress(_CHECKED + k * (_SHUT - _CHECKED) / 2, "Shutting the eyes")
            lids = blink.lids(surface, of_skin, task.probe.rest, side)
            if lids is None or not (task.bones & (task.fits[n].weights != 0)).any():
                continue
            shutting = blink.Shutting(
                lids, side, task.motion, task.span, task.target[n], task.bones
            )
            if not len(shutting.used):
                continue
            places = task.probe.with_points(lids.triangle, lids.bary)
            for turn in range(blink.TURNS):
                share = (k + turn / blink.TURNS) / 2
                yield Progress(_CHECKED + share * (_SHUT - _CHECKED), "Shutting the eyes")
                nudged = places.moved_by([task.values(w) for w in shutting.nudged()])
                tried = shutting.steps(np.array(nudged))
                made = places.moved_by([task.values(w) for w in tried])
                if not shutting.take(tried, np.array(made)):
                    break
            task.fits[n] = geometry.Fit(shutting.weights, shutting.quality)
            task.target[n] = shutting.made[: len(task.probe.rest)]

    def _refine(self, task: _Task) -> Iterator[Progress]:
        """Learn what is left over where expressions come together; return what to tell."""
        weights = np.array([f.weights * (f.quality >= geometry.SHOWN) for f in task.fits])
        if not (task.bones & (weights != 0)).any():
            return []  # keys add up as they are
        learning = residual.Residual(weights, task.motion, task.span, task.target)
        for turn in range(_LEARNED):
            values, made = learning.values(), []
            for at in range(0, len(values), _BATCH):
                share = (turn + at / len(values)) / _LEARNED
                yield Progress(_SHUT + (1 - _SHUT) * share, "Learning combinations")
                made += list(task.moved(values[at : at + _BATCH]))
            if not learning.learn(np.array(made)):
                break
        for fit, row in zip(task.fits, learning.weights, strict=True):
            if fit.quality >= geometry.SHOWN:
                fit.weights = row
        before, after = learning.errors[0], min(learning.errors)
        if after > _WORTH * before:
            return []
        return [
            f"Faces tried on this rig are off by {after:.0%} of their motion, {before:.0%} before "
            "their combinations were learned"
        ]

    @staticmethod
    def _next(
        turn: int, fit: geometry.Fit, motion: NDArray, span: NDArray, target: NDArray
    ) -> NDArray:
        """Return the weights to try: those found, the same held back, then corrections."""
        if turn == 0:
            return fit.weights
        foretold = geometry.shown(np.tensordot(fit.weights, motion, 1), target)
        if turn <= len(_HELD_BACK) and fit.quality < _AS_FORETOLD * foretold:
            low, high, usual = span
            return geometry.combined(
                motion, low, high, target, usual, geometry.RIDGE * _HELD_BACK[turn - 1]
            ).weights
        return fit.step(motion, span, target)


def _moves(motion: list[NDArray], probe: Probe) -> bool:
    return any(np.abs(moved).max() > 1e-4 * probe.size for moved in motion)


def start(
    obj: Object,
    machine: dict,
    references: tuple[str, ...] = geometry.REFERENCES,
    *,
    bones: bool = False,
) -> MapJob:
    """Start finding the face map of a character by its shape.

    Parameters
    ----------
    machine : device, accelerator, models_dir: what runs the networks
    bones : try bones even where shape keys move the face
    """
    return MapJob(obj, machine, references, bones)


def marks_of(obj: Object) -> Object | None:
    """Return the object whose vertices are the face's points, set by hand."""
    return next((o for o in bpy.context.scene.objects if o.get(MARKS) == obj.name), None)


def _points_of(marks: Object) -> NDArray:
    points = np.array([marks.matrix_world @ v.co for v in marks.data.vertices])
    if len(points) != len(geometry.reference().points):
        raise RigError(
            f"{marks.name} has {len(points)} points, not {len(geometry.reference().points)}: "
            "remove it, and show the points anew"
        )
    return points


def show_marks(obj: Object, measured: Measured, found: dict[str, NDArray]) -> Object:
    """Show the face's points as the vertices of an object that a person may correct.

    Parameters
    ----------
    found : what the task that finds them returned
    """
    old = marks_of(obj)
    if old is not None:
        bpy.data.objects.remove(old)
    corners = measured.points[measured.triangles[found["triangle"]]]
    world = np.einsum("jk,jkc->jc", found["bary"], corners) @ measured.axes.T
    mesh = bpy.data.meshes.new(f"{obj.name} face points")
    mesh.from_pydata([Vector(p) for p in world], [], [])
    marks = bpy.data.objects.new(mesh.name, mesh)
    marks[MARKS] = obj.name
    marks.show_in_front, marks.hide_render = True, True
    bpy.context.scene.collection.objects.link(marks)
    return marks


def map_of(result: tuple[dict, dict]) -> FaceMap:
    """Return the map of a job's result."""
    return result[1]["map"]
