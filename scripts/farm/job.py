"""A job's folder: the plan, what runs it on a node, and what a farm reads.

It is written beside its place and moved there, so that it is there whole or not at all.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import openjd_job, plan
from .batch import Batch
from .errors import BatchError

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass
class Options:
    """What does not depend on the batch.

    Attributes
    ----------
    outputs : folder of the results
    python, blender, extension : what runs a task; see `launch`
    chunks : whether a task may have several rows
    """

    outputs: Path
    python: str = "python3"
    blender: str = ""
    extension: str = ""
    chunks: bool = True


@dataclass
class Job:
    """What the formats write from."""

    batch: Batch
    options: Options
    steps: list[plan.Step] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = plan.make(self.batch)

    def files(self, formats: Iterable[str]) -> dict[str, str]:
        """Return the job's files: name in the folder to text."""
        texts = {f"plan/{step.name}.ndjson": step.lines() for step in self.steps}
        texts["launch.py"] = LAUNCH.read_text("utf-8")
        for name in formats:
            texts |= FORMATS[name](self)
        return texts


def openjd(job: Job) -> dict[str, str]:
    """Return the Open Job Description template and the values of its parameters."""
    made = openjd_job.template(job.batch.name, job.steps, chunks=job.options.chunks)
    return {openjd_job.NAME: _json(made), "parameters.json": _json(parameters(job))}


def parameters(job: Job) -> dict[str, str]:
    """Return the values of the job parameters, as they are on this machine."""
    options = job.options
    return {
        "Root": str(job.batch.root),
        "Outputs": str(options.outputs),
        "Python": options.python,
        "Blender": options.blender,
        "Extension": options.extension,
    }


FORMATS = {"openjd": openjd}
"""Name to what returns its files."""


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write the job's folder whole; an older job of ours in its place goes."""
    folder = folder.absolute()
    if folder.exists() and not (folder / "launch.py").is_file() and any(folder.iterdir()):
        raise BatchError(f"{folder} holds something else: name a folder of its own for the job")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".understudy-") as beside:
            new = Path(beside) / "new"
            for name, text in texts.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_text(text, "utf-8")
            if folder.exists():
                folder.rename(Path(beside) / "old")
            new.rename(folder)
    except OSError as exc:
        raise BatchError(f"{folder} cannot be written: {exc.strerror}") from exc
