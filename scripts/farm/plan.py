"""The plan of a batch: one line for every task, in steps that depend on one another.

A plan is plain data, so that what runs on a node needs nothing but the standard library: each
step is a file of JSON lines, and line N says what task N runs. Paths are kept apart from words,
as {"root": …}, {"outputs": …} or {"path": …}, because a farm may map them to other places.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from .batch import Batch, Shot
from .stages import STAGES, words_of

Place = dict[str, str]


@dataclass
class Step:
    """The tasks of one stage, which may run in any order once the step before is done."""

    name: str
    rows: list[dict]

    def lines(self) -> str:
        """Return the step's file."""
        return "".join(json.dumps(row, sort_keys=True) + "\n" for row in self.rows)


def make(batch: Batch) -> list[Step]:
    """Return the steps of a batch, in the order of its stages."""
    return [
        Step(
            stage,
            [
                row(batch, shot, seed, stage)
                for shot in batch.shots
                if stage in shot.stages
                for seed in shot.seeds
            ],
        )
        for stage in batch.stages
    ]


def row(batch: Batch, shot: Shot, seed: int, stage: str) -> dict:
    """Return one task: the command's words, the file that it opens, and its arguments."""
    about, folder = STAGES[stage], f"{shot.name}/seed{seed}"
    words: list = []
    for name, value in shot.parameters.get(stage, {}).items():
        words += words_of(stage, name, value, lambda path: _place(batch, path))
    if about.seeded:
        words.append(f"--seed={seed}")
    if about.saves:
        words += ["--save", {"outputs": f"{folder}/{stage}.blend"}]
    for option, name in about.files.items():
        words += [f"--{option}", {"outputs": f"{folder}/{name}"}]
    words += ["--report", {"outputs": f"{folder}/{stage}.json"}]
    before = [s for s in shot.stages[: shot.stages.index(stage)] if STAGES[s].saves]
    opened = {"outputs": f"{folder}/{before[-1]}.blend"} if before else None
    return {
        "shot": shot.name,
        "seed": seed,
        "command": list(about.command),
        "blend": opened or _place(batch, shot.blend),
        "arguments": words,
    }


def _place(batch: Batch, path: str) -> Place:
    """Return where a path is, told from where the batch is if it lies below it."""
    if not Path(path).is_absolute() and not PureWindowsPath(path).is_absolute():
        return {"root": PurePosixPath(*Path(path).parts).as_posix()}
    try:
        return {"root": Path(path).relative_to(batch.root).as_posix()}
    except ValueError:
        return {"path": path}
