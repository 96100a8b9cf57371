"""Train the acoustic network of lip sync. Needs the environment "train", espeak-ng and flite.

    build/env/train/bin/python scripts/train_voice.py OUT            16 minutes of one core
    … --minutes 5 --width 96                                         any setting by its name
    … --export onnx_models/voice_v1.onnx                             write what OUT holds

espeak-ng comes as the Python package espeakng-loader; flite is a program of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import sys
from dataclasses import fields, replace
from pathlib import Path

import package

package.load()

from understudy.ml.train.voice import train  # noqa: E402
from understudy.ml.train.voice.settings import Settings  # noqa: E402

SHARED = Path(os.environ.get("UNDERSTUDY_SHARED", package.ROOT.parent / "shared"))
DICTIONARY = Path("data") / "face" / "dict" / "cmudict.dict"


def main() -> int:
    """Train, or export what was trained."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder for the speech, the weights and the log")
    parser.add_argument("--export", type=Path, metavar="FILE", help="write the ONNX file and end")
    named = [f for f in fields(Settings) if f.type in ("int", "float")]
    for f in named:
        kind = {"int": int, "float": float}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, dest=f.name)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(args.out / "train.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    if args.export is not None:
        difference = train.export(train.load(args.out / "voice.pt"), args.export)
        digest = hashlib.sha256(args.export.read_bytes()).hexdigest()
        logging.info("torch against ONNX %.1e\nsha256: %s", difference, digest)
        return 0
    given = {f.name: getattr(args, f.name) for f in named if getattr(args, f.name) is not None}
    settings = replace(Settings(), **given)
    data = train.make_data(settings, SHARED / DICTIONARY, args.out)
    train.train(settings, data, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
