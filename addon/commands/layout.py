"""`understudy layout`: from words to a scene."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import bpy

from ...ml.errors import UnderstudyError
from ...ml.layout import mixing
from ...ml.layout.plan import Layout
from ...ml.progress import Progress
from .. import jobs, layout, reports
from ..files import check_writable
from ..layoutprops import UnderstudyLayout
from . import base

SHEET = "sheet.png"


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    parser = stages.add_parser("layout", help="turn words into a scene with cameras")
    parser.set_defaults(command=_run)
    add = parser.add_argument
    add("--prompt", required=True, help='the words: "rainy alley at night + cyberpunk"')
    setting = base.Settings(parser, UnderstudyLayout)
    setting("--seed", "seed")
    setting("--variants", "variants")
    add("--pick", type=int, metavar="N", help="which is written, from 1 (default: the best)")
    setting("--lights-of", "lights_of", default=None, metavar="N")
    add("--keep", action="append", default=[], metavar="PART=N",
        help="keep a zone or part of variant N and propose the rest anew; may be repeated: "
        f"{', '.join((*mixing.ZONES, *mixing.PARTS))}")  # fmt: skip
    add("--reroll", type=int, metavar="SEED", help="seed of the rest (default: the next seed)")
    setting("--density", "density", default=None)
    setting("--mood", "mood", default=None)
    setting("--camera-style", "camera_style", default="classic")
    add("--assets", type=Path, metavar="DIR", help="folder of own assets, used first")
    setting("--libraries", "libraries")
    add("--thumbs", type=Path, metavar="DIR", help="write a picture of each variant there")
    add("--storyboard", type=Path, metavar="FILE", help="write the shots as a sheet, PNG")
    add("--keep-world", action="store_true", help="leave the scene's world as it is")
    base.add_results(parser)
    base.add_machine(parser)
    return parser


def _parts(args: argparse.Namespace) -> list[tuple[str, int]]:
    try:
        return [layout.part_of(text, args.variants) for text in args.keep]
    except UnderstudyError as exc:
        raise base.Usage(f"--{exc}") from exc


def _run(args: argparse.Namespace) -> None:
    begun, outputs, target = time.monotonic(), _outputs(args), bpy.context.scene
    if args.assets is not None and not args.assets.is_dir():
        raise UnderstudyError(f"{args.assets} is no folder: name the folder of your assets")
    options = layout.Options(
        prompt=args.prompt,
        seed=args.seed,
        variants=args.variants,
        density=args.density,
        mood=args.mood,
        camera_style=args.camera_style,
        folder=str(args.assets or ""),
        libraries=args.libraries,
        keep=_parts(args),
        reroll=args.reroll,
        use_world=not args.keep_world,
        **base.machine_of(args),
    )
    asked = layout.request(target, options)
    picked = {"pick": args.pick, "lights_of": args.lights_of, "world": options.use_world}
    order = reports.Order("layout", target, asked.params | picked, {}, {}, outputs, begun)
    if not base.is_wanted(args, order):
        return
    job = jobs.start(layout.TASK, asked.params, {}, in_process=True)
    meta, arrays = job.result(report=base.Reporter())
    pick, parts = (args.pick or 1) - 1, {}
    if args.lights_of:
        parts = dict.fromkeys(("lights", "atmosphere"), args.lights_of - 1)
    count = len(meta["layouts"])
    if not 0 <= pick < count:
        raise base.Usage(f"--pick must be from 1 to {count}")
    mixed = layout.mix(meta, pick, parts)
    report = layout.finish(target, asked, meta, pick, mixed)
    _pictures(args, outputs, meta, arrays, mixed)
    report = base.keep(args, order, report)
    base.Reporter()(Progress(1.0, layout.summary(report)))


def _outputs(args: argparse.Namespace) -> dict[str, Path]:
    wanted = (args.save, args.report, args.thumbs, args.storyboard)
    if all(path is None for path in wanted):
        raise base.Usage("nothing would be kept: give --save, --report, --thumbs or --storyboard")
    outputs = base.outputs_of(args) if args.save or args.report else {}
    if args.thumbs is not None:
        try:
            args.thumbs.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise UnderstudyError(
                f"The folder {args.thumbs} cannot be made ({exc.strerror}): choose another"
            ) from exc
        outputs["thumbs"] = (args.thumbs / SHEET).absolute()
    if args.storyboard is not None:
        outputs["storyboard"] = args.storyboard.absolute()
        if outputs["storyboard"].suffix.lower() not in (".png", ".jpg", ".jpeg"):
            raise base.Usage("--storyboard names a .png or .jpg file")
    for path in outputs.values():
        check_writable(path)
    return outputs


def _pictures(
    args: argparse.Namespace, outputs: dict[str, Path], meta: dict, arrays: dict, shown: Layout
) -> None:
    """Write the thumbnails, their sheet and the storyboard."""
    if "thumbs" in outputs:
        from ...ml.layout.storyboard import contact_sheet

        labels = [f"Variant {k + 1}" for k in range(len(meta["layouts"]))]
        for k, picture in enumerate(arrays["pictures"], 1):
            layout.save_picture(args.thumbs.absolute() / f"variant_{k}.png", picture)
        layout.save_picture(outputs["thumbs"], contact_sheet(arrays["pictures"], labels))
        base.say(f"Saved: '{args.thumbs / SHEET}'")
    if "storyboard" in outputs:
        layout.save_picture(outputs["storyboard"], layout.board(shown, bpy.context.scene))
        base.say(f"Saved: '{args.storyboard}'")
