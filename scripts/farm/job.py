"""A job's folder: the plan, what runs it on a node, and what a farm reads.

It is written beside its place and moved there, so that it is there whole or not at all.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import deadline_bundle, opencue_outline, openjd_job, plain_lines, plan
from .batch import Batch
from .errors import BatchError

LAUNCH = Path(__file__).with_name("launch.py")
FLAMENCO = Path(__file__).with_name("understudy.flamenco.js")


@dataclass
class Options:
    """What does not depend on the batch.

    Attributes
    ----------
    folder : the job's own folder
    outputs : folder of the results
    python, blender, extension : what runs a task; see `launch`
    chunk : rows a task; 1 makes no use of a farm's own chunks
    """

    folder: Path
    outputs: Path
    python: str = "python3"
    blender: str = ""
    extension: str = ""
    chunk: int = 4


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
    made = openjd_job.template(job.batch.name, job.steps, job.options.chunk)
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


def deadline(job: Job) -> dict[str, str]:
    """Return a job bundle of Deadline Cloud: the template, its values, and the files."""
    given = parameters(job)
    return {
        **openjd(job),
        deadline_bundle.VALUES: _json(deadline_bundle.values(given)),
        deadline_bundle.ASSETS: _json(deadline_bundle.assets(job.batch, given["Outputs"])),
    }


def flamenco(job: Job) -> dict[str, str]:
    """Return the job type for a Flamenco Manager, and the job to be sent to its API."""
    given, options = parameters(job), job.options
    settings = {
        "job_folder": str(options.folder),
        "steps": " ".join(f"{step.name}:{len(step.rows)}" for step in job.steps),
        "chunk_size": options.chunk,
        **{name.lower(): value for name, value in given.items()},
    }
    sent = {"name": job.batch.name, "type": "understudy", "priority": 50, "settings": settings}
    return {
        "understudy.js": FLAMENCO.read_text("utf-8"),
        "flamenco_job.json": _json({**sent, "submitter_platform": "manager", "metadata": {}}),
    }


def opencue(job: Job) -> dict[str, str]:
    """Return the outline."""
    made = opencue_outline.text(job.batch.name, job.steps, parameters(job), job.options.chunk)
    return {"outline_job.py": made}


def lines(job: Job) -> dict[str, str]:
    """Return plain lines for a shell."""
    return {"lines.sh": plain_lines.text(job.steps, parameters(job))}


FORMATS = {
    "openjd": openjd,
    "deadline": deadline,
    "flamenco": flamenco,
    "opencue": opencue,
    "lines": lines,
}
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
