"""The Python interface for studio tools: what the commands do, as functions. Typed, and stable.

    from bl_ext.user_default.understudy.addon import api      in Blender
    import package; package.load(); from understudy.addon import api      in a checkout

    report = api.block(rig, "clip.mp4", keys=12)
    api.fill(rig, strength=0.8)
    api.film("shot.mp4", size=(640, 360))
    print(api.authorship()["statement"])

Each function blocks, changes the open file as its button would, and returns the report that
docs/report.schema.json describes. On an UnderstudyError, whose words are for people, nothing has
been changed; but keys stay in the open file where a hook raised after the work. Hooks run as
they do on the command line. Nothing is saved: `save` does that.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
from bpy.types import Object, Scene

from ..ml import progress as steps
from ..ml.errors import Cancelled, ModelError, RigError, UnderstudyError, VideoError
from ..ml.progress import Progress
from . import blocking, files, inbetween, jobs, ledger
from .pipeline import authorship as _authorship
from .pipeline import film as _film
from .pipeline import hooks

__all__ = [
    "Cancelled",
    "ModelError",
    "Progress",
    "RigError",
    "UnderstudyError",
    "VideoError",
    "authorship",
    "block",
    "fill",
    "film",
    "open_file",
    "perform",
    "save",
    "speak",
]

Watcher = Callable[[Progress], None]
"""Called at each step; raising `Cancelled` in it stops the work, and nothing is written."""


def open_file(path: str | Path) -> None:
    """Open a .blend file in the place of the one that is open."""
    files.open_blend(Path(path))


def save(path: str | Path) -> None:
    """Save a copy of the open file, whole or not at all."""
    target = Path(path).absolute()
    files.check_writable(target)
    files.save_blend(target)


def block(
    rig: Object, video: str | Path, *, watch: Watcher | None = None, **options: object
) -> dict:
    """Turn a reference video into key poses on a rig.

    Parameters
    ----------
    rig : an armature
    video : a video, a folder of images, or one image of a sequence
    watch : told of each step
    **options : fields of `blocking.Options`, such as keys=12 or tolerance_deg=4.0, keys=None
    """
    scene = bpy.context.scene
    chosen = blocking.Options(**{"frame_start": scene.frame_start, **options, "video": str(video)})
    asked = blocking.request(scene, rig, chosen)
    return _hooked("blocking", rig, asked[0], lambda: run_block(rig, chosen, asked, watch))


def run_block(
    rig: Object, options: blocking.Options, asked: tuple[dict, dict], watch: Watcher | None = None
) -> dict:
    """Carry out what `blocking.request` has read; hooks are left to the caller."""
    job = jobs.start(blocking.TASK, *asked, in_process=True)
    return blocking.finish(rig, options, job.result(report=watch))


def fill(rig: Object, *, watch: Watcher | None = None, **options: object) -> dict:
    """Fill the frames between a rig's keyed poses.

    Parameters
    ----------
    **options : fields of `inbetween.Options`, such as strength=0.8, span=(1, 48), bones=["hand"]
    """
    scene = bpy.context.scene
    span = (scene.frame_start, scene.frame_end)
    asked = inbetween.request(scene, rig, inbetween.Options(**{"span": span, **options}))
    return _hooked("inbetween", rig, asked.params, lambda: run_fill(rig, asked, watch))


def run_fill(rig: Object, asked: inbetween.Request, watch: Watcher | None = None) -> dict:
    """Carry out what `inbetween.request` has read; hooks are left to the caller."""
    job = jobs.start(inbetween.TASK, asked.params, asked.arrays, in_process=True)
    report = inbetween.finish(rig, asked, job.result(report=watch))
    return report | {"ledger": ledger.report(rig.animation_data.action)["keys"]}


def perform(character: Object, *, watch: Watcher | None = None, **options: object) -> dict:
    """Lay an actor's performance on a character's face.

    Parameters
    ----------
    **options : fields of `face.Options`, such as video="actor.mp4" or recording="take.csv"
    """
    from . import face

    scene = bpy.context.scene
    chosen = face.Options(**{"frame_start": scene.frame_start, **options})
    asked = face.request(scene, character, chosen)

    def work() -> dict:
        job = jobs.start(face.TASK, asked.params, asked.arrays, in_process=True)
        return face.finish(scene, character, asked, job.result(report=watch))

    return _hooked(face.STAGE, character, asked.params, work)


def speak(
    character: Object, lines: list[dict], *, watch: Watcher | None = None, **options: object
) -> dict:
    """Make a character's mouth say recorded lines.

    Parameters
    ----------
    lines : fields of `lipsync.Line`, a dict a line
    **options : other fields of `lipsync.Options`
    """
    from . import lipsync

    scene = bpy.context.scene
    chosen = lipsync.Options(lines=[lipsync.Line(**line) for line in lines], **options)
    asked = lipsync.request(scene, character, chosen)

    def work() -> dict:
        job = jobs.start(lipsync.TASK, asked.params, asked.arrays, in_process=True)
        return lipsync.finish(scene, character, asked, job.result(report=watch))

    return _hooked(lipsync.STAGE, character, asked.params, work)


def film(
    path: str | Path, *, scene: Scene | None = None, watch: Watcher | None = None, **options: object
) -> dict:
    """Film the scene to an .mp4 file.

    Parameters
    ----------
    **options : fields of `film.Options`, such as size=(640, 360), pace=2, engine="cycles"
    """
    target = Path(path).absolute()
    files.check_writable(target)
    making = _film.film(scene or bpy.context.scene, _film.Options(**options), target)
    return {"stage": "playblast", "status": "done", **steps.run(making, watch)}


def authorship(only: Object | None = None) -> dict:
    """Return who made which keys of the open file, or of one character; see "statement"."""
    return _authorship.report(only)


def _hooked(stage: str, owner: Object, params: dict, work: Callable[[], dict]) -> dict:
    event = hooks.Event(stage, owner, params)
    hooks.run("pre", event)
    event.report = work()
    hooks.run("post", event)
    return event.report
