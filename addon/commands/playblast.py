"""`understudy playblast`: the scene as a small film."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import bpy

from ...ml.progress import Progress, run
from .. import reports
from ..pipeline import film
from . import base


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    parser = stages.add_parser("playblast", help="film the scene, small and fast")
    parser.set_defaults(command=_run)
    add = parser.add_argument
    add("--film", type=Path, required=True, help="write the film to this .mp4 file")
    add("--report", type=Path, help="write a report to this JSON file")
    add("--force", action="store_true", help="do it again even where nothing has changed")
    add("--size", type=_even, nargs=2, metavar=("W", "H"), help="pixels (default: the scene's)")
    add("--range", type=int, nargs=2, metavar=("A", "B"), help="frames (default: the scene's)")
    add("--pace", type=_count, default=1, metavar="N", help="film every N-th frame (1)")
    add("--camera", default="", metavar="NAME", help="camera (default: the scene's, by markers)")
    add("--engine", choices=film.ENGINES, default="workbench", help="what renders (workbench)")
    add("--note", default="", help="a line that is drawn into every picture")
    return parser


def _even(word: str) -> int:
    value = int(word)
    if not 16 <= value <= 8192 or value % 2:
        raise argparse.ArgumentTypeError(f"{word} is no even number from 16 to 8192")
    return value


def _count(word: str) -> int:
    value = int(word)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{word} is not from 1 to 1000")
    return value


def _run(args: argparse.Namespace) -> None:
    begun, scene = time.monotonic(), bpy.context.scene
    path = args.film.absolute()
    if path.suffix.lower() != ".mp4":
        raise base.Usage("--film: give the file a name that ends in .mp4")
    options = film.Options(
        size=tuple(args.size) if args.size else None,
        span=tuple(args.range) if args.range else None,
        pace=args.pace,
        camera=args.camera,
        engine=args.engine,
        note=args.note,
    )
    params = vars(options) | {"libraries": base.libraries()}
    order = reports.Order("playblast", None, params, {}, {}, {"film": path}, begun)
    if not base.is_wanted(args, order):
        return
    made = run(film.film(scene, options, path), base.Reporter())
    base.say(f"Saved: '{args.film}'")
    base.keep(args, order, base.of_file(order, made))
    base.Reporter()(Progress(1.0, f"{made['frames']} pictures by {made['camera']}"))
