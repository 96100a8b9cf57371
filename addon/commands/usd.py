"""`understudy usd`: what moves and what stands, as two layers."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import bpy

from ...ml.progress import Progress
from .. import reports
from ..files import write_atomically
from ..pipeline import usd
from . import base

KINDS = ("animation", "layout", "shot")


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
    given = {kind: getattr(args, kind) for kind in KINDS}
    paths = {kind: path.absolute() for kind, path in given.items() if path is not None}
    if not {"animation", "layout"} & paths.keys():
        raise base.Usage("nothing would be written: give --animation, --layout or both")
    for kind, path in paths.items():
        if path.suffix.lower() not in (usd.SUFFIXES if kind != "shot" else (".usda",)):
            raise base.Usage(f"--{kind}: {path.name} has another ending than a USD file's")
    if len(set(paths.values())) < len(paths):
        raise base.Usage("two layers name the same file")
    order = reports.Order("usd", None, {"libraries": base.libraries()}, {}, {}, paths, begun)
    if not base.is_wanted(args, order):
        return
    written = usd.export(scene, paths)
    for path in paths.values():
        base.say(f"Saved: '{path}'")
    if args.report is not None:
        common = {"stage": "usd", "status": "done", "notes": [], "provenance": {"models": {}}}
        report = json.dumps(order.record(common | {"objects": written}), indent=2)
        write_atomically(args.report.absolute(), report + "\n")
    count = sum(len(names) for names in written.values())
    base.Reporter()(Progress(1.0, f"{count} objects in {len(written)} layers"))
