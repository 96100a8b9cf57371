"""`understudy operations`: what can be asked for by name, as JSON for other programs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .. import operations
from ..files import check_writable, write_atomically
from . import base

OPENS_NO_FILE = True


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    parser = stages.add_parser("operations", help="list the typed operations as JSON")
    parser.set_defaults(command=_run)
    parser.add_argument("--to", type=Path, metavar="FILE", help="write them there, not here")
    return parser


def _run(args: argparse.Namespace) -> None:
    text = json.dumps(operations.listing(), indent=2)
    if args.to is None:
        base.say(text)
        return
    check_writable(args.to.absolute())
    write_atomically(args.to.absolute(), text + "\n")
