"""Train the in-betweening network. Needs the environment "train" and the motion packs.

    build/env/train/bin/python scripts/train_inbetween.py OUT             on a CPU, one hour
    build/env/train/bin/python scripts/train_inbetween.py OUT --full      the full model, one GPU
    … --minutes 30 --width 96 --blocks 6                                  any setting by its name

A run that was stopped goes on where its last checkpoint stands.
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import fields, replace
from pathlib import Path

import package

package.load()

from understudy.ml.train.inbetween import train  # noqa: E402
from understudy.ml.train.inbetween.settings import GPU, Settings  # noqa: E402


def main() -> int:
    """Train with the settings that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder for checkpoints and the log")
    parser.add_argument("--full", action="store_true", help="start from the GPU configuration")
    named = [f for f in fields(Settings) if f.type in ("int", "float", "str")]
    for f in named:
        kind = {"int": int, "float": float, "str": str}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, dest=f.name)
    args = parser.parse_args()
    given = {f.name: getattr(args, f.name) for f in named if getattr(args, f.name) is not None}
    settings = replace(GPU if args.full else Settings(), **given)
    args.out.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(args.out / "train.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    train.train(settings, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
