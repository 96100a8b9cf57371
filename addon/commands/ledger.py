"""`understudy ledger report`: which keys were generated, edited or made by hand."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ...ml.errors import UnderstudyError
from .. import actions, ledger
from ..files import check_writable, write_atomically
from . import base


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return the parser of its one action."""
    led = stages.add_parser("ledger", help="tell generated keys from an artist's")
    report = led.add_subparsers(required=True, metavar="ACTION").add_parser(
        "report", help="write down which keys were generated, edited or made by hand"
    )
    report.set_defaults(command=_report)
    report.add_argument("--rig", help="name of the object (default: the only armature)")
    report.add_argument("--report", type=Path, help="write the report to this JSON file")
    report.add_argument("--text", type=Path, help="write the AI use statement to this file")
    return report


def _report(args: argparse.Namespace) -> None:
    owner = base.find_rig(args.rig)
    action = actions.action_of(owner)
    if action is None:
        raise UnderstudyError(f"{owner.name} has no action: there is nothing to report")
    record = ledger.report(action)
    for path in (args.report, args.text):
        if path is not None:
            check_writable(path.absolute())
    if args.report is not None:
        write_atomically(args.report.absolute(), json.dumps(record, indent=2) + "\n")
    if args.text is not None:
        write_atomically(args.text.absolute(), record["statement"] + "\n")
    base.say(record["statement"])
