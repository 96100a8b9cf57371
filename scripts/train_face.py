"""Render training pictures of faces, and train the expression solver on them.

    build/env/train/bin/python scripts/train_face.py render OUT --minutes 40 --seed 1
    build/env/train/bin/python scripts/train_face.py train OUT RUN

Needs the environment "train" and the data folder (../shared/data, or UNDERSTUDY_DATA).
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import package

package.load()

from understudy.ml.train.face import data, generate  # noqa: E402


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    render = commands.add_parser("render", help="render takes, and let the mesh network look")
    render.add_argument("out", type=Path)
    render.add_argument("--minutes", type=float, default=40.0)
    render.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    if args.command == "render":
        generate.generate(data.face_folder(), args.out, args.seed, args.minutes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
