"""`understudy serve`: a Blender that stays for many tasks of a farm."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...ml import tasks
from ..files import check_writable
from ..pipeline import serve

OPENS_NO_FILE = True
_IDLE_S = 900.0


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    parser = stages.add_parser("serve", help="stay, and carry out what a farm's tasks ask for")
    parser.set_defaults(command=_run)
    add = parser.add_argument
    add("--address", type=Path, required=True, help="file to write where it listens to")
    add("--idle", type=float, default=_IDLE_S, metavar="S", help="end after so long a rest (900)")
    return parser


def _run(args: argparse.Namespace) -> None:
    from .. import cli  # it imports this module

    address = args.address.absolute()
    serve.check(address)
    check_writable(address)
    tasks.keep_networks_open()
    parser = cli.parser("understudy", opens_file=True)
    serve.serve(address, lambda words: cli.run(parser, words, cli.open_named), args.idle)
