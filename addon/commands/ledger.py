"""`understudy ledger report`: which keys were generated, edited or made by hand."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import bpy

from ...ml import digest
from ...ml.errors import UnderstudyError
from ...ml.progress import Progress
from .. import actions, reports
from ..about import LEDGER
from ..files import write_atomically
from ..pipeline import authorship
from . import base


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return the parser of its one action."""
    led = stages.add_parser("ledger", help="tell generated keys from an artist's")
    report = led.add_subparsers(required=True, metavar="ACTION").add_parser(
        "report", help="write down which keys were generated, edited or made by hand"
    )
    report.set_defaults(command=_report)
    add = report.add_argument
    add("--rig", help="name of one character (default: everything in the file)")
    add("--report", type=Path, help="write the report to this JSON file")
    add("--text", type=Path, help="write the AI use statement to this file")
    add("--force", action="store_true", help="do it again even where nothing has changed")
    return report


def _report(args: argparse.Namespace) -> None:
    begun = time.monotonic()
    only = base.find_rig(args.rig) if args.rig is not None else None
    if only is not None and actions.action_of(only) is None:
        raise UnderstudyError(f"{only.name} has no action: there is nothing to report")
    outputs = {"text": args.text.absolute()} if args.text is not None else {}
    if args.report is not None and args.report.absolute() in outputs.values():
        raise base.Usage("--text and --report name the same file")
    params = {"rig": args.rig, "actions": _content()}
    order = reports.Order("report", None, params, {}, {}, outputs, begun)
    if not base.is_wanted(args, order):
        return
    record = authorship.report(only)
    if args.text is not None:
        write_atomically(outputs["text"], record["statement"] + "\n")
    made = {"authorship": record, "keys": record["keys"]}
    base.keep(args, order, base.of_file(order, made))
    base.say(record["statement"])
    base.Reporter()(Progress(1.0, f"{len(record['characters'])} animated things reported"))


def _content() -> str:
    """Return the digest of what a report is made from; it may come from libraries too."""
    found = [
        [
            action.name,
            action.get(LEDGER),
            [
                [slot, curve.data_path, curve.array_index, actions.read_keys(curve)]
                for slot, bag in actions.bags_of(action)
                for curve in bag.fcurves
            ],
        ]
        for action in bpy.data.actions
    ]
    return digest.of_values(found)
