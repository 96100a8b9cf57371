"""`understudy usd`: what moves and what stands, as two layers."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import bpy

from ...ml.errors import UnderstudyError
from ...ml.progress import Progress
from .. import reports
from ..pipeline import usd
from . import base


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    parser = stages.add_parser("usd", help="write what moves and what stands as USD layers")
    parser.set_defaults(command=_run)
    add = parser.add_argument
    add("--animation", type=Path, help="write what moves to this .usda or .usdc file")
    add("--layout", type=Path, help="write what stands to this .usda or .usdc file")
    add("--shot", type=Path, help="write the root that has both as layers to this .usda file")
    add("--report", type=Path, help="write a report to this JSON file")
    add("--force", action="store_true", help="do it again even where nothing has changed")
    return parser


def _run(args: argparse.Namespace) -> None:
    begun, scene = time.monotonic(), bpy.context.scene
    given = {kind: getattr(args, kind) for kind in usd.KINDS}
    paths = {kind: path.absolute() for kind, path in given.items() if path is not None}
    try:
        usd.check(paths)
    except UnderstudyError as exc:
        raise base.Usage(str(exc)) from exc
    order = reports.Order("usd", None, {"libraries": base.libraries()}, {}, {}, paths, begun)
    if not base.is_wanted(args, order):
        return
    written = usd.export(scene, paths)
    for path in paths.values():
        base.say(f"Saved: '{path}'")
    base.keep(args, order, base.of_file(order, {"objects": written}))
    count = sum(len(names) for names in written.values())
    base.Reporter()(Progress(1.0, f"{count} objects in {len(written)} layers"))
