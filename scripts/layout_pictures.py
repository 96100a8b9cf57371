"""Render the documentation's places as Blender shows them, and lay them out as a sheet.

    build/blender-5.2/bin/with-display build/env/py311/bin/python scripts/layout_pictures.py OUT

Twelve places in Workbench and four in Cycles, each through a camera of its own, as single pictures
and as OUT/layout_contact_sheet.jpg.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import bpy
import numpy as np

import package

package.load()

from understudy.addon import layout, scene  # noqa: E402
from understudy.ml import progress, runtime, tasks  # noqa: E402
from understudy.ml.layout.plan import Layout  # noqa: E402
from understudy.ml.layout.storyboard import ENDING, contact_sheet  # noqa: E402
from understudy.ml.take import Provenance  # noqa: E402

WORKBENCH = (
    "rainy Tokyo alley at night",
    "underwater dragon palace + cyberpunk",
    "bedroom of a boy who fears exams",
    "medieval market square at dawn",
    "a witch brews potions in her hut",
    "a starship bridge under attack",
    "a Wild West town at noon",
    "library with a spiral of books and four armchairs",
    "snowy village at dusk",
    "coral reef with a sunken chest",
    "a cosy cafe on a snowy morning",
    "ruins of a Mayan temple in the jungle",
)
CYCLES = (WORKBENCH[0], WORKBENCH[1], "throne room of a mad king by candlelight", WORKBENCH[8])
SIZE = (640, 360)


def build(prompt: str, seed: int) -> Layout:
    """Write a place into the empty file and return it."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    task = tasks.resolve("layout")({"prompt": prompt, "seed": seed, "variants": 2}, {})
    made = Layout.unpack(progress.run(task)[0]["layouts"][0])
    scene.write(bpy.context.scene, made, Provenance("layout", seed=seed))
    return made


def render(engine: str, path: Path, shot: int) -> np.ndarray:
    """Render through one of the cameras, and return (height, width, 3) uint8."""
    view = bpy.context.scene
    cameras = sorted((o for o in view.objects if o.type == "CAMERA"), key=lambda o: o.name)
    shot = min(shot, len(cameras) - 1)
    view.camera = cameras[shot]
    before = sum(c["shot_duration"] for c in cameras[:shot])
    ends = view.camera["shot_move"] in ENDING
    into = view.camera["shot_duration"] - 1 if ends else 12
    view.frame_set(view.frame_start + before + into)
    view.timeline_markers.clear()  # they would bind another camera
    view.render.engine = engine
    view.render.resolution_x, view.render.resolution_y = SIZE
    view.render.resolution_percentage = 100
    view.view_settings.view_transform = "Standard" if engine != "CYCLES" else "AgX"
    # Workbench knows no lamps: dark colours are to be read in a small picture.
    view.view_settings.exposure = 0.5 if engine != "CYCLES" else 0.0
    if engine == "CYCLES":
        view.cycles.samples, view.cycles.use_denoising, view.cycles.device = 16, True, "CPU"
    else:
        shading = view.display.shading
        shading.light, shading.color_type = "STUDIO", "MATERIAL"
        shading.show_shadows, shading.show_cavity = True, True
        shading.background_type = "WORLD"
        view.display.render_aa = "8"
    view.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    picture = bpy.data.images.load(str(path))
    pixels = np.empty(len(picture.pixels), np.float32)
    picture.pixels.foreach_get(pixels)
    pixels = pixels.reshape(SIZE[1], SIZE[0], -1)[::-1, :, :3]
    bpy.data.images.remove(picture)
    return (np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def main() -> int:
    """Render all, or those that the command line counts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--shot", type=int, default=0, help="which camera, from 0: the widest")
    parser.add_argument("--workbench", type=int, default=len(WORKBENCH))
    parser.add_argument("--cycles", type=int, default=len(CYCLES))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    runtime.keep_open()
    jobs = [("BLENDER_WORKBENCH", p) for p in WORKBENCH[: args.workbench]]
    jobs += [("CYCLES", p) for p in CYCLES[: args.cycles]]
    pictures = []
    for number, (engine, prompt) in enumerate(jobs, 1):
        build(prompt, args.seed)
        pictures.append(render(engine, args.out / f"{number:02}.png", args.shot))
        sys.stderr.write(f"{number}/{len(jobs)} {engine} {prompt}\n")
    labels = [prompt + (" (Cycles)" if engine == "CYCLES" else "") for engine, prompt in jobs]
    sheet = contact_sheet(np.array(pictures), labels, columns=4)
    layout.save_picture(args.out / "layout_contact_sheet.jpg", sheet)
    layout.save_picture(args.out / "layout_contact_sheet.png", sheet)
    return 0


if __name__ == "__main__":
    package.end_with(main)
