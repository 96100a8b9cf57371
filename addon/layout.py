"""From words to a scene: what the panel and the command line share.

`request` reads the scene and the artist's assets, a job proposes layouts with thumbnails, and
`finish` writes the chosen one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np
from bpy.types import Context, Scene
from mathutils import Vector
from numpy.typing import NDArray

from ..ml.errors import UnderstudyError
from ..ml.layout import mixing
from ..ml.layout.plan import Layout, pack
from ..ml.take import Provenance
from . import assets, ledger, prefs, scene, shell
from .files import replace_with
from .surfaces import OWNED
from .translations import say

TASK = "layout_proposals"
STAGE = "layout"
PARTS = ("room", "items", "lights", "atmosphere", "ground", "palette", "shots")
"""What of one layout can be kept for the next."""
_PICTURE = (256, 144)


@dataclass
class Options:
    """What is asked for.

    Attributes
    ----------
    prompt : the words
    seed, variants : which layouts, and how many
    density : 0 to 1, or None to leave it to the words; mood : -1 to 1, likewise
    camera_style : name of a style preset
    folder : of the artist's assets, or ""
    libraries : whether Blender's asset libraries are looked through too
    locks : part to the packed part that is kept
    taken : (zone or part, the proposed layout that gives it), kept for the next proposals
    keep, reroll : (zone or part, number of a variant, from 1), kept while the rest is proposed
        anew with another seed, or None for the next
    use_world : whether the scene's world becomes the layout's sky
    """

    prompt: str
    seed: int = 0
    variants: int = 6
    density: float | None = None
    mood: float | None = None
    camera_style: str = "classic"
    folder: str = ""
    libraries: bool = False
    locks: dict = field(default_factory=dict)
    taken: list[tuple[str, Layout]] = field(default_factory=list)
    keep: list[tuple[str, int]] = field(default_factory=list)
    reroll: int | None = None
    use_world: bool = True
    device: str = "auto"
    accelerator: str = ""
    models: str = ""


def options_from(context: Context) -> Options:
    """Return what the panel says."""
    settings, machine = context.scene.understudy.layout, prefs.find(context)
    locks = {}
    now = scene.stored(context.scene)
    if now is not None:
        packed = now.pack()
        locks = {part: packed[part] for part in PARTS if getattr(settings, f"lock_{part}", False)}
    kept = context.window_manager.understudy.layout_kept
    return Options(
        prompt=settings.prompt,
        seed=settings.seed,
        variants=settings.variants,
        density=settings.density if settings.use_density else None,
        mood=settings.mood if settings.use_mood else None,
        camera_style=settings.camera_style,
        folder=bpy.path.abspath(settings.folder) if settings.folder else "",
        libraries=settings.libraries,
        locks=locks,
        taken=[(k.part, Layout.unpack(json.loads(k.data))) for k in kept],
        use_world=settings.use_world,
        device=machine.device if machine else "auto",
        accelerator=bpy.path.abspath(machine.accelerator) if machine else "",
    )


def part_of(text: str, variants: int) -> tuple[str, int]:
    """Read "back=2", a zone or part and the number of a variant, from 1."""
    part, _, number = text.partition("=")
    known = (*mixing.ZONES, *mixing.PARTS)
    if part not in known or not number.isdecimal() or not 1 <= int(number) <= variants:
        raise UnderstudyError(
            f"keep: {text!r} is not such as back=2, a number from 1 to {variants} and one of "
            f"{', '.join(known)}"
        )
    return part, int(number)


@dataclass
class Request:
    """What was read, ready for a job."""

    options: Options
    params: dict
    index: assets.Index
    notes: list[str]


def request(target: Scene, options: Options) -> Request:
    """Read the scene and the assets; refuse early what would fail late."""
    if not options.prompt.strip():
        raise UnderstudyError("Say what place it should be: write a few words first")
    if target.library is not None:
        raise UnderstudyError(f"Scene {target.name} is linked: open its own file, or make it local")
    index = assets.find(options.folder, options.libraries)
    render = target.render
    taken, said = mixing.locks_of(options.taken)
    locks = {**taken, **options.locks}
    kept = scene.kept_items(target)
    before = scene.stored(target)
    if kept and before is not None:
        # What was moved by hand stands in the old room: it stays, and so does the room.
        locks["items"] = [*locks.get("items", ()), *(pack(item) for _, item in kept)]
        locks["items"] = list({i["name"]: {**i, "locked": True} for i in locks["items"]}.values())
        locks.setdefault("room", pack(before.room))
    characters = [o for o in target.objects if o.type == "ARMATURE" and OWNED not in o]
    params = {
        "prompt": options.prompt,
        "seed": options.seed,
        "variants": options.variants,
        "density": options.density,
        "mood": options.mood,
        "camera_style": options.camera_style,
        "frame_rate": render.fps / render.fps_base,
        "aspect": (render.resolution_x * render.pixel_aspect_x)
        / max(render.resolution_y * render.pixel_aspect_y, 1e-6),
        "marks": len(characters) or None,
        "assets": [pack(box) for box in index.boxes()],
        "asset_files": index.digest(),
        "obstacles": obstacles(target),
        "locks": locks,
        "picture": list(_PICTURE),
        "device": options.device,
        "accelerator": options.accelerator,
        **({"models_dir": options.models} if options.models else {}),
    }
    if options.keep:
        seed = options.seed + 1 if options.reroll is None else options.reroll
        params["again"] = {"keep": [list(k) for k in options.keep], "seed": seed}
    return Request(options, params, index, [*index.notes, *said])


def obstacles(target: Scene) -> list[list[float]]:
    """Return [x, y, z, width, depth, height, yaw] of what the artist has in the scene."""
    found = []
    for obj in shell.artist_objects(target, OWNED):
        corners = np.array([obj.matrix_world @ Vector(c) for c in obj.bound_box])
        if obj.instance_type == "COLLECTION" and obj.instance_collection is not None:
            inner = [
                obj.matrix_world @ o.matrix_world @ Vector(c)
                for o in obj.instance_collection.all_objects
                for c in o.bound_box
            ]
            corners = np.array(inner) if inner else corners
        low, high = corners.min(axis=0), corners.max(axis=0)
        size = high - low
        if size.max() < 1e-4 or size[:2].max() > 60.0 or (size[2] < 0.02 and size[:2].max() > 1):
            continue  # nothing, a sky dome, or a ground plane
        middle = (low + high) / 2
        numbers = [*middle[:2], low[2], *np.maximum(size, 0.01), 0.0]
        found.append([round(float(n), 4) for n in numbers])
    return found


def finish(
    target: Scene, asked: Request, meta: dict, pick: int = 0, mixed: Layout | None = None
) -> dict:
    """Write one of the proposed layouts, whole or not at all, and return the report.

    Parameters
    ----------
    pick : which of the layouts, from 0
    mixed : what to write in its place, as `mix` made it
    """
    if not 0 <= pick < len(meta["layouts"]):
        raise UnderstudyError(
            f"There is no variant {pick + 1}: choose one from 1 to {len(meta['layouts'])}"
        )
    layout = mixed or Layout.unpack(meta["layouts"][pick])
    made_with = provenance(layout, asked, meta)
    loader = assets.Loader(asked.index)
    try:
        written = scene.write(target, layout, made_with, loader.collection, asked.options.use_world)
    except BaseException:
        loader.take_back()
        raise
    notes = list(dict.fromkeys([*asked.notes, *meta["notes"], *layout.notes, *loader.notes,
                                *written.notes]))  # fmt: skip
    cameras = [o for o in target.objects if o.type == "CAMERA" and OWNED in o]
    actions = {o.animation_data.action for c in cameras for o in (c, c.data)
               if o.animation_data is not None and o.animation_data.action}  # fmt: skip
    return {
        "stage": STAGE,
        "status": "done",
        "rig": target.name,
        "prompt": layout.prompt,
        "variant": layout.variant,
        "variants": len(meta["layouts"]),
        "distances": meta.get("distances", []),
        "span": list(written.frames),
        "objects": written.objects,
        "meshes": written.meshes,
        "instances_of_assets": written.instances,
        "objects_replaced": written.replaced,
        "kept": written.kept,
        "cameras": written.cameras,
        "keys": written.keys,
        "shots": [
            {k: getattr(s, k) for k in ("name", "size", "angle", "lens", "move", "duration")}
            for s in layout.shots
        ],
        "facets": layout.facets,
        "scores": layout.scores,
        "notes": notes,
        "provider": meta.get("provider", ""),
        "provenance": {
            "models": made_with.models,
            "inputs": made_with.inputs,
            "parameters": made_with.parameters,
            "seed": made_with.seed,
        },
        "ledger": _counts(actions),
    }


def provenance(layout: Layout, asked: Request, meta: dict) -> Provenance:
    """Return what the ledger of the cameras' keys writes down."""
    own = ("prompt", "seed", "variants", "density", "mood", "camera_style", "frame_rate", "aspect")
    parameters = {k: asked.params[k] for k in own} | {"variant": layout.variant}
    return Provenance(STAGE, dict(meta.get("networks") or {}), {}, parameters, layout.seed)


def _counts(actions: set) -> dict[str, int]:
    total: dict[str, int] = {"ai": 0, "edited": 0, "retimed": 0, "human": 0, "deleted": 0}
    for action in actions:
        for name, count in ledger.report(action)["keys"].items():
            total[name] = total.get(name, 0) + count
    return total


def mix(meta: dict, pick: int, parts: dict[str, int]) -> Layout:
    """Return one layout with some parts of others.

    Parameters
    ----------
    parts : part ("lights", "atmosphere", "palette", "shots") to the number of the layout that
        gives it. Lights that hang with an item stay those of the picked one.
    """
    chosen = Layout.unpack(meta["layouts"][pick])
    for part, number in parts.items():
        if not 0 <= number < len(meta["layouts"]):
            raise UnderstudyError(f"There is no variant {number + 1} to take the {part} of")
        other = Layout.unpack(meta["layouts"][number])
        if part == "lights":
            free = [light for light in other.lights if light.item < 0]
            chosen.lights = [light for light in chosen.lights if light.item >= 0] + free
        elif part == "palette":
            chosen.palette = other.palette
        else:
            setattr(chosen, part, getattr(other, part))
    return chosen


def summary(report: dict) -> str:
    """Say in one sentence what was done."""
    objects, cameras = report["objects"], report["cameras"]
    text = say("{objects} objects and {cameras} cameras", objects=objects, cameras=cameras)
    if report["instances_of_assets"]:
        text += say(", {count} of them your own assets", count=report["instances_of_assets"])
    if report["kept"]:
        text += say("; {count} that you moved or locked stayed", count=len(report["kept"]))
    return text


def save_picture(path: Path, picture: NDArray) -> None:
    """Write a picture file whole or not at all."""
    from ..ml.layout.storyboard import encoded

    data = encoded(picture, path.suffix.lower() or ".png")
    replace_with(path, lambda beside: beside.write_bytes(data))


def board(layout: Layout, target: Scene) -> NDArray:
    """Return the storyboard of a layout at the scene's rate and aspect."""
    from ..ml.layout.storyboard import storyboard

    render = target.render
    aspect = render.resolution_x * render.pixel_aspect_x / max(
        render.resolution_y * render.pixel_aspect_y, 1e-6
    )  # fmt: skip
    return storyboard(layout, aspect, render.fps / render.fps_base)
