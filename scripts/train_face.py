"""Render training pictures of faces, and train the expression solver on them.

    build/env/train/bin/python scripts/train_face.py render OUT --minutes 40 --seed 1
    build/env/train/bin/python scripts/train_face.py train OUT RUN
    build/env/train/bin/python scripts/train_face.py films FILMS --minutes 50
    build/env/train/bin/python scripts/train_face.py train FILMS RUN --start RUN/last.pt

Needs the environment "train" and the data folder (../shared/data, or UNDERSTUDY_DATA).
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import fields, replace
from pathlib import Path

import package

package.load()

from understudy.ml import runtime  # noqa: E402
from understudy.ml.face.pose import Basis  # noqa: E402
from understudy.ml.train.face import batches, data, generate, sequences, train  # noqa: E402
from understudy.ml.train.face.settings import GPU, Settings  # noqa: E402


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    render = commands.add_parser("render", help="render takes, and let the mesh network look")
    render.add_argument("out", type=Path)
    render.add_argument("--minutes", type=float, default=40.0)
    render.add_argument("--seed", type=int, default=1)
    stills = commands.add_parser("stills", help="render calm takes, for the flashes")
    stills.add_argument("out", type=Path)
    stills.add_argument("--minutes", type=float, default=10.0)
    stills.add_argument("--seed", type=int, default=1)
    films = commands.add_parser("films", help="film performances, and let the tracker watch them")
    films.add_argument("out", type=Path)
    films.add_argument("--minutes", type=float, default=40.0)
    films.add_argument("--seed", type=int, default=1)
    learn = commands.add_parser("train", help="train the solver on rendered takes, or on films")
    learn.add_argument("takes_folder", type=Path, metavar="TAKES")
    learn.add_argument("out", type=Path)
    learn.add_argument("--full", action="store_true", help="start from the GPU configuration")
    named = _options(learn, Settings)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    basis = Basis.load(runtime.Settings(device="cpu"))
    if args.command == "render":
        generate.generate(data.face_folder(), args.out, args.seed, args.minutes, basis)
    elif args.command == "stills":
        generate.generate_stills(data.face_folder(), args.out, args.seed, args.minutes, basis)
    elif args.command == "films":
        sequences.generate(data.face_folder(), args.out, args.seed, args.minutes, basis)
    else:
        settings = replace(GPU if args.full else Settings(), **_given(args, named))
        if list(args.takes_folder.glob("sequence_*.npz")):
            stock = batches.read_films(args.takes_folder, basis)
        else:
            stock = batches.prepare(data.read_takes(args.takes_folder), basis)
        train.train(stock, settings, args.out)
    return 0


def _options(command: argparse.ArgumentParser, settings: type) -> list[str]:
    """Add an option for each number of a settings class, and return their names."""
    kinds = {"int": int, "float": float, "str": str}
    named = [f for f in fields(settings) if f.type in kinds]
    for f in named:
        command.add_argument(f"--{f.name.replace('_', '-')}", type=kinds[f.type], dest=f.name)
    return [f.name for f in named]


def _given(args: argparse.Namespace, names: list[str]) -> dict:
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


if __name__ == "__main__":
    sys.exit(main())
