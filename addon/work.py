"""A stage's work between reading and writing: the same for buttons, operators, API and commands.

A `Work` is what a stage has read, ready for its task, with what writes the result. Whoever runs
it decides where: beside a window, or here and now. A studio's hooks are called around it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bpy
from bpy.types import ID, Object, Scene

from ..ml.errors import UnderstudyError
from ..ml.progress import Progress
from . import jobs, reports
from .pipeline import hooks

Watcher = Callable[[Progress], None]
"""Called at each step; raising `Cancelled` in it stops the work, and nothing is written."""


@dataclass
class Work:
    """What was read, and what is done with the task's result.

    Attributes
    ----------
    stage : as in `ml.take.Provenance`
    owner : what is animated, or the scene
    task, params, arrays : of `jobs.start`
    sources : name, as the Take's provenance gives it, to path of each clip that is read
    finish : writes the result onto the owner, whole or not at all, and returns the report
    summary : says in one sentence what a report tells
    begun : when it was asked for, `time.monotonic` seconds
    """

    stage: str
    owner: ID
    task: str
    params: dict
    arrays: dict
    finish: Callable[[ID, jobs.Result], dict]
    summary: Callable[[dict], str]
    sources: dict[str, Path] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def before(self, limit_s: float | None = None) -> None:
        """Call the hooks that may still stop it."""
        hooks.run("pre", self._event(), limit_s)

    def after(self, report: dict, limit_s: float | None = None) -> None:
        """Call the hooks that are told of the result; they may add to the report."""
        event = self._event()
        event.report = report
        hooks.run("post", event, limit_s)

    def _event(self) -> hooks.Event:
        return hooks.Event(self.stage, self.owner, self.params)

    def start(self, in_process: bool | None = None) -> jobs.Job:
        """Start the task; see `jobs.start`."""
        return jobs.start(self.task, self.params, self.arrays, in_process=in_process)

    def run(self, watch: Watcher | None = None) -> reports.Report:
        """Do it here, hooks included, and return the report, whole."""
        self.before()
        made = self.finish(self.owner, self.start(in_process=True).result(report=watch))
        report = reports.whole(made, self.begun)
        self.after(report)
        return report


def block(scene: Scene, rig: Object, options: object) -> Work:
    """Read what blocking needs; `options` is a `blocking.Options`."""
    from . import blocking

    asked = blocking.request(scene, rig, options)

    def finish(owner: Object, result: jobs.Result) -> dict:
        return blocking.finish(owner, options, result)

    clip = Path(asked[0]["video"])
    sources = {clip.name: clip}
    return Work("blocking", rig, blocking.TASK, *asked, finish, blocking.summary, sources)


def fill(scene: Scene, rig: Object, options: object) -> Work:
    """Read what in-betweens need; `options` is an `inbetween.Options`."""
    from . import inbetween

    return filling(rig, inbetween.request(scene, rig, options))


def filling(rig: Object, asked: object) -> Work:
    """Return the work of one rig's in-betweens; `asked` is an `inbetween.Request`."""
    from . import inbetween, ledger

    def finish(owner: Object, result: jobs.Result) -> dict:
        report = inbetween.finish(owner, asked, result)
        return report | {"ledger": ledger.report(owner.animation_data.action)["keys"]}

    task = inbetween.TASK
    return Work("inbetween", rig, task, asked.params, asked.arrays, finish, inbetween.summary)


def perform(scene: Scene, character: Object, options: object) -> Work:
    """Read what a face needs; `options` is a `face.Options`."""
    from . import face

    return _on_face(face, scene, character, options)


def speak(scene: Scene, character: Object, options: object) -> Work:
    """Read what lip sync needs; `options` is a `lipsync.Options`."""
    from . import lipsync

    return _on_face(lipsync, scene, character, options)


def _scene(name: str) -> Scene:
    """Return a scene by its name: undo may have freed what was there when the work began."""
    scene = bpy.data.scenes.get(name)
    if scene is None:
        raise UnderstudyError(f"The scene {name} was removed meanwhile: run again")
    return scene


def _on_face(stage: object, scene: Scene, character: Object, options: object) -> Work:
    asked, name = stage.request(scene, character, options), scene.name

    def finish(owner: Object, result: jobs.Result) -> dict:
        return stage.finish(_scene(name), owner, asked, result)

    read = asked.params, asked.arrays, finish, stage.summary, asked.sources
    return Work(stage.STAGE, character, stage.TASK, *read)


def lay_out(
    scene: Scene, options: object, pick: int = 0, parts: dict[str, int] | None = None
) -> Work:
    """Read what a layout needs; `options` is a `layout.Options`.

    Parameters
    ----------
    pick : which of the proposals is written, from 0
    parts : see `layout.mix`
    """
    from . import layout

    asked, name = layout.request(scene, options), scene.name

    def finish(_owner: Scene, result: jobs.Result) -> dict:
        meta, _pictures = result
        mixed = layout.mix(meta, pick, parts or {}) if pick < len(meta["layouts"]) else None
        return layout.finish(_scene(name), asked, meta, pick, mixed)

    return Work("layout", scene, layout.TASK, asked.params, {}, finish, layout.summary)
