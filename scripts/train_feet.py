"""Train the judgement of standing feet. Needs the environment "train", `measure_noise.py`'s files,
and the clips for noise and for tuning of `render_truth.py`.

build/env/train/bin/python scripts/train_feet.py OUT             on one core, some 5 minutes
build/env/train/bin/python scripts/train_feet.py OUT --full      more of everything, one GPU
… --steps 5000 --width 48                                       any setting by its name
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import fields, replace
from pathlib import Path

import package
import truth_clip

package.load()

from understudy.ml import runtime  # noqa: E402
from understudy.ml.errors import VideoError  # noqa: E402
from understudy.ml.train.feet import data, train  # noqa: E402
from understudy.ml.train.feet.train import GPU, Settings  # noqa: E402


def rendered() -> tuple[list[data.Example], list[data.Example]]:
    """Return clips that the real detector saw, (to learn from, to watch by).

    Every second one of the clips for tuning is kept to watch by.
    """
    learn, away, count = [], [], 0
    for use in ("noise", "tune"):
        for path in truth_clip.rendered(use):
            truth = truth_clip.read(path)
            if len(truth.keys) > 2:
                continue
            try:
                marks = truth_clip.watch(truth.video)
            except VideoError:  # of some clips every frame hides the person
                continue
            example = data.seen(marks, truth.contact, truth.fps, use == "noise")
            if example is None:
                continue
            count += use == "tune"
            (away if use == "tune" and count % 2 else learn).append(example)
    return learn, away


def main() -> int:
    """Train with the settings that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder for the checkpoint and the log")
    parser.add_argument("--full", action="store_true", help="start from the GPU configuration")
    parser.add_argument("--inputs", type=Path, default=package.ROOT / "build" / "lifter")
    named = [f for f in fields(Settings) if f.type in ("int", "float", "str")]
    for f in named:
        kind = {"int": int, "float": float, "str": str}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, dest=f.name)
    args = parser.parse_args()
    given = {f.name: getattr(args, f.name) for f in named if getattr(args, f.name) is not None}
    args.out.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(args.out / "train.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    runtime.keep_open()  # the lifter serves thousands of clips
    learn, away = rendered()
    logging.info("%d clips seen to learn from, %d to watch by", len(learn), len(away))
    settings = replace(GPU if args.full else Settings(), **given)
    train.train(settings, args.out, args.inputs, learn, away)
    return 0


if __name__ == "__main__":
    sys.exit(main())
