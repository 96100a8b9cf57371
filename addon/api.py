"""The Python interface for studio tools: what the commands do, as functions. Typed, and stable.

    from bl_ext.user_default.understudy.addon import api      in Blender
    import package; package.load(); from understudy.addon import api      in a checkout

    report = api.block(rig, "clip.mp4", keys=12)
    api.fill(rig, strength=0.8)
    api.film("shot.mp4", size=(640, 360))
    print(api.authorship()["statement"])

    api.call("inbetween", {"rig": "Hero", "first": 1, "last": 48, "strength": 0.8})

`call` does the same by name with JSON values, for programs that choose at run time; `operations`
lists what there is. Each function blocks, changes the open file as its button would, and returns
the report that docs/report.schema.json describes; its digest is null. On an UnderstudyError, whose
words are for people, nothing has been changed; but keys stay in the open file where a hook raised
after the work. Hooks run as they do on the command line. Nothing is saved: `save` does that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import bpy
from bpy.types import Object, Scene

from ..ml import progress as steps
from ..ml.errors import Cancelled, ModelError, RigError, UnderstudyError, VideoError
from ..ml.progress import Progress
from . import blocking, files, inbetween, reports, work
from .pipeline import authorship as _authorship
from .pipeline import film as _film
from .pipeline import hooks
from .pipeline import usd as _usd
from .reports import Report
from .work import Watcher

__all__ = [
    "Cancelled",
    "ModelError",
    "Progress",
    "Report",
    "RigError",
    "UnderstudyError",
    "VideoError",
    "authorship",
    "block",
    "call",
    "fill",
    "film",
    "lay_out",
    "layers",
    "open_file",
    "operations",
    "perform",
    "report_authorship",
    "save",
    "speak",
]


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
) -> Report:
    """Turn a reference video into key poses on a rig.

    Parameters
    ----------
    rig : an armature
    video : a video, a folder of images, or one image of a sequence
    watch : told of each step
    **options : fields of `blocking.Options`, such as keys=12 or tolerance_deg=4.0, keys=None
    """
    scene = bpy.context.scene
    given = {"frame_start": scene.frame_start, **options, "video": str(video)}
    return work.block(scene, rig, blocking.Options(**given)).run(watch)


def fill(rig: Object, *, watch: Watcher | None = None, **options: object) -> Report:
    """Fill the frames between a rig's keyed poses.

    Parameters
    ----------
    **options : fields of `inbetween.Options`, such as strength=0.8, span=(1, 48), bones=["hand"]
    """
    scene = bpy.context.scene
    given = {"span": (scene.frame_start, scene.frame_end), **options}
    return work.fill(scene, rig, inbetween.Options(**given)).run(watch)


def perform(character: Object, *, watch: Watcher | None = None, **options: object) -> Report:
    """Lay an actor's performance on a character's face.

    Parameters
    ----------
    **options : fields of `face.Options`, such as video="actor.mp4" or recording="take.csv"
    """
    from . import face

    scene = bpy.context.scene
    given = {"frame_start": scene.frame_start, **options}
    return work.perform(scene, character, face.Options(**given)).run(watch)


def speak(
    character: Object, lines: list[dict], *, watch: Watcher | None = None, **options: object
) -> Report:
    """Make a character's mouth say recorded lines.

    Parameters
    ----------
    lines : fields of `lipsync.Line`, a dict a line
    **options : other fields of `lipsync.Options`
    """
    from . import lipsync

    spoken = [lipsync.Line(**line) for line in lines]
    chosen = lipsync.Options(lines=spoken, **options)
    return work.speak(bpy.context.scene, character, chosen).run(watch)


def lay_out(
    prompt: str,
    *,
    pick: int = 1,
    parts: dict[str, int] | None = None,
    watch: Watcher | None = None,
    **options: object,
) -> Report:
    """Turn words into a scene: things, light, weather, cameras.

    Parameters
    ----------
    pick : which of the proposals is written; 1 is the best
    parts : "lights", "atmosphere", "palette" or "shots" to the number, from 1, of the proposal
        that gives them
    **options : fields of `layout.Options`, such as seed=7, variants=3, density=0.8
    """
    from . import layout

    mixed = {part: number - 1 for part, number in (parts or {}).items()}
    chosen = layout.Options(prompt, **options)
    return work.lay_out(bpy.context.scene, chosen, pick - 1, mixed).run(watch)


def film(
    path: str | Path, *, scene: Scene | None = None, watch: Watcher | None = None, **options: object
) -> Report:
    """Film the scene to an .mp4 file.

    Parameters
    ----------
    **options : fields of `film.Options`, such as size=(640, 360), pace=2, engine="cycles"
    """
    target, chosen = Path(path).absolute(), _film.Options(**options)
    if target.suffix.lower() != ".mp4":
        raise UnderstudyError(f"{target.name}: give the film a name that ends in .mp4")
    files.check_writable(target)
    shown = scene or bpy.context.scene

    def make() -> dict:
        return steps.run(_film.film(shown, chosen, target), watch)

    return _hooked("playblast", vars(chosen), {"film": target}, make)


def layers(
    *,
    animation: str | Path | None = None,
    layout: str | Path | None = None,
    shot: str | Path | None = None,
) -> Report:
    """Write what moves and what stands as USD layers; `shot` is the root that has both."""
    given = {"animation": animation, "layout": layout, "shot": shot}
    paths = {kind: Path(path).absolute() for kind, path in given.items() if path}
    _usd.check(paths)
    for path in paths.values():
        files.check_writable(path)

    def make() -> dict:
        return {"objects": _usd.export(bpy.context.scene, paths)}

    return _hooked("usd", {}, paths, make)


def authorship(only: Object | None = None) -> dict:
    """Return who made which keys of the open file, or of one character; see "statement"."""
    return _authorship.report(only)


def report_authorship(only: Object | None = None, *, text: str | Path | None = None) -> Report:
    """Report who made which keys, and write the AI use statement to a text file if one is named."""
    outputs = {"text": Path(text).absolute()} if text else {}
    for path in outputs.values():
        files.check_writable(path)

    def make() -> dict:
        record = authorship(only)
        for path in outputs.values():
            files.write_atomically(path, record["statement"] + "\n")
        return {"authorship": record, "keys": record["keys"]}

    return _hooked("report", {"rig": only.name if only else None}, outputs, make)


def operations() -> dict:
    """Return what `call` takes: a list of tools with JSON schemas, as JSON values."""
    from . import operations as known

    return known.listing()


def call(name: str, values: dict, *, watch: Watcher | None = None) -> Report:
    """Do something by its name, with JSON values; the operator run_<name> does the same.

    Raises
    ------
    UnderstudyError
        There is no such operation, or it does not take these values; nothing has been changed.
    """
    from . import operations as known

    operation = known.named(name)
    given = known.Given(operation, values)
    if operation.act is not None:
        report = operation.act(bpy.context, given)
    else:
        report = operation.start(bpy.context, given).run(watch)
    known.write_report(given.path("report_file"), report)
    return report


def _hooked(stage: str, params: dict, outputs: dict[str, Path], make: Callable[[], dict]) -> Report:
    """Do what is about the whole file, with the hooks before and after, and report it."""
    begun, event = time.monotonic(), hooks.Event(stage, None, params, outputs)
    hooks.run("pre", event)
    common = {"stage": stage, "status": "done", "notes": [], "provenance": {"models": {}}}
    made = make()
    written = {kind: reports.written(path) for kind, path in outputs.items()}
    event.report = reports.whole(common | made, begun, written)
    hooks.run("post", event)
    return event.report
