"""From keyed poses to in-betweens: what the panel, the preview and the command line share.

`request` reads the artist's curves, a job of `ml.inbetween` fills the gaps, and `finish` tries
the fitted keys on copies of the curves, adds some where Blender's own handles stray, and writes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import bpy
import numpy as np
from bpy.types import Context, Object, Scene
from numpy.typing import NDArray

from ..ml.errors import RigError, UnderstudyError
from ..ml.inbetween.settings import Settings
from ..ml.take import Take
from . import fcurves, prefs
from .curvecopy import scratch
from .fillread import STAGE, Reading, read
from .fillrefine import refine
from .translations import say

TASK = "inbetween"


@dataclass(kw_only=True)
class Options(Settings):
    """How gaps are to be filled.

    Attributes
    ----------
    span : (first, last) scene frames
    bones : names, or None for every keyed bone
    device, accelerator, models : see `ml.runtime.Settings`
    """

    span: tuple[int, int]
    bones: list[str] | None = None
    device: str = "auto"
    accelerator: str = ""
    models: str = ""

    def params(self) -> dict:
        """Return the parameters of the job that do not come from the file."""
        left = ("span", "bones", "models")
        values = {k: v for k, v in asdict(self).items() if k not in left}
        # Blender keeps settings in single precision: a button and a command mean the same number.
        values = {k: round(v, 6) if isinstance(v, float) else v for k, v in values.items()}
        return values | ({"models_dir": self.models} if self.models else {})


@dataclass
class Request:
    """What was read, ready for a job."""

    reading: Reading
    params: dict
    arrays: dict[str, NDArray]


def options_from(context: Context) -> Options:
    """Return what the panel says: selected bones in Pose Mode, else every keyed bone."""
    scene, machine = context.scene, prefs.find(context)
    settings = scene.understudy.inbetween
    if settings.use_range:
        span = (settings.range_start, settings.range_end)
    elif scene.use_preview_range:
        span = (scene.frame_preview_start, scene.frame_preview_end)
    else:
        span = (scene.frame_start, scene.frame_end)
    return Options(
        span=span,
        bones=_chosen(context).get(context.object),
        strength=settings.strength,
        contact_hold=settings.contact_hold,
        smoothness=settings.smoothness,
        tolerance_deg=float(np.degrees(settings.tolerance)),
        tolerance_size=settings.tolerance_size / 100.0,
        variant=settings.variant,
        breakdown=settings.density == "breakdown",
        every_frame=settings.density == "every",
        align=settings.align,
        method=settings.method,
        device=machine.device if machine else "auto",
        accelerator=bpy.path.abspath(machine.accelerator) if machine else "",
    )


def request(scene: Scene, obj: Object, options: Options) -> Request:
    """Read the artist's curves; refuse early what would fail late."""
    if obj.type != "ARMATURE":
        raise RigError(f"{obj.name} is not an armature: choose a rig")
    reading = read(scene, obj, options.bones, options.span)
    params = reading.params | options.params() | {"notes": reading.notes}
    return Request(reading, params, reading.arrays)


def rigs_of(context: Context) -> list[Object]:
    """Return the rigs that a fill goes onto: the active one, then the others selected or posed."""
    if context.mode == "POSE":
        others = context.objects_in_mode_unique_data
    else:
        others = context.selected_objects
    found = {obj.name: obj for obj in (context.object, *others) if obj is not None}
    return [obj for obj in found.values() if obj.type == "ARMATURE"]


def _chosen(context: Context) -> dict[Object, list[str]]:
    """Return the selected bones of each rig in Pose Mode; empty where all are meant."""
    found: dict[Object, list[str]] = {}
    if context.mode == "POSE" and context.scene.understudy.inbetween.only_selected:
        for bone in context.selected_pose_bones or ():
            found.setdefault(bone.id_data, []).append(bone.name)
    return found


def request_all(
    context: Context, options: Options
) -> tuple[list[tuple[Object, Request]], list[str]]:
    """Read every rig of `rigs_of`; return what was read, and sentences on those left out.

    Where bones are selected in Pose Mode, each rig is filled on its own, and rigs without are not.

    Raises
    ------
    UnderstudyError
        None of them can be filled; the sentence is about the first.
    """
    chosen = _chosen(context)
    rigs = [rig for rig in rigs_of(context) if not chosen or rig in chosen]
    if not rigs:
        raise RigError("Select a rig: an armature")
    asked, left_out = [], []
    for rig in rigs:
        try:
            own = replace(options, bones=chosen.get(rig))
            asked.append((rig, request(context.scene, rig, own)))
        except UnderstudyError as exc:
            left_out.append(exc)
    if not asked:
        raise left_out[0]
    return asked, [f"Left out: {exc}" for exc in left_out]


def finish(obj: Object, asked: Request, result: tuple[dict, dict[str, NDArray]]) -> dict:
    """Write what the task made onto the rig, whole or not at all, and return the report."""
    return finish_all([(obj, asked, result)])[0]


def finish_all(made: list[tuple[Object, Request, tuple[dict, dict]]]) -> list[dict]:
    """Write what the task made for each of several rigs, all of it or nothing."""
    takes, fitted = [], []
    for obj, asked, (meta, arrays) in made:
        take = Take.unpack(meta, {k: arrays[k] for k in ("keys", "confidence")})
        with scratch() as copy:
            fitted.append(refine(take, asked.reading, asked.params, arrays, copy))
        takes.append((obj, take))
    written = fcurves.write_takes(takes)
    return [
        _report(obj, asked, meta, take, done) | {"fitted": fit}
        for (obj, asked, (meta, _)), (_, take), done, fit in zip(
            made, takes, written, fitted, strict=True
        )
    ]


def _report(obj: Object, asked: Request, meta: dict, take: Take, written: fcurves.Written) -> dict:
    driven = [t for t in asked.reading.tracks if t["driven"]]
    return {
        "stage": STAGE,
        "status": "done",
        "rig": obj.name,
        "action": obj.animation_data.action.name,
        "span": list(take.span),
        "bones": sorted({t["group"] for t in driven}),
        "curves": written.curves,
        "keys": written.keys,
        "keys_replaced": written.replaced,
        "keys_left_to_artist": written.yielded,
        "method": meta["method"],
        "provider": meta["provider"],
        "notes": take.notes,
        "provenance": {
            "models": take.provenance.models,
            "parameters": take.provenance.parameters,
            "seed": take.provenance.seed,
        },
    }


def summary(report: dict) -> str:
    """Say in one sentence what was done."""
    if not report["keys"]:
        text = say(
            "Your own curves on {rig} are what would be proposed: no key added", rig=report["rig"]
        )
    else:
        count = len(report["bones"])
        said = "{keys} keys on {count} bones of {rig}"
        text = say(said, keys=report["keys"], count=count, rig=report["rig"])
    if report["method"] == "plain":
        text += say(" (plain method, no network)")
    return text


def summary_all(reports: list[dict]) -> str:
    """Say in one sentence what was done to one rig, or to several."""
    if len(reports) == 1:
        return summary(reports[0])
    keys = sum(report["keys"] for report in reports)
    return say("{keys} keys on {count} rigs", keys=keys, count=len(reports))
