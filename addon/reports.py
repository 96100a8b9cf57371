"""What every stage's report holds, and whether a repeated command has anything to do.

A report carries a digest of all that its job depended on, and one of each file it saved. A
command whose digest is the same, and whose files are there as they were saved, is already done.
"""

from __future__ import annotations

import contextlib
import json
import platform
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import bpy
from bpy.types import Object
from numpy.typing import NDArray

from ..ml import digest
from ..ml.errors import ModelError, VideoError
from ..ml.tasks import networks
from ..ml.video import content_sha256
from .about import LEDGER, version
from .actions import action_of, curves_of, read_keys
from .pipeline import hooks

SCHEMA = 1
"""Version of the report's form, as docs/report.schema.json describes it."""

# What runs the networks does not shape the result; their content, and the sources', counts,
# not where they lie.
_NOT_SHAPING = ("device", "accelerator", "models_dir", "video")
_RUNS_PYTHON = {"-P", "--python", "--python-expr", "--python-text", "--python-console"}


class Report(TypedDict, total=False):
    """What a stage says of its work; docs/report.schema.json describes all of it.

    JSON values only. Which further fields are there depends on the stage.
    """

    schema: int
    stage: str
    status: str
    rig: str
    action: str
    span: list[float]
    keys: int | dict[str, int]
    keys_replaced: int
    keys_left_to_artist: int
    notes: list[str]
    provenance: dict
    provider: str
    ledger: dict[str, int]
    outputs: dict[str, dict[str, str]]
    digest: str | None
    seconds: float
    peak_memory_mb: float | None
    understudy: str
    blender: str
    machine: str
    studio: object


@dataclass
class Order:
    """What a command was asked for.

    Attributes
    ----------
    stage : name of the stage, as in `ml.take.Provenance`
    owner : what is animated; None where it is about the whole file
    params, arrays : the task's request
    sources : name, as the Take's provenance gives it, to path of each clip that is read
    outputs : kind ("save") to path of each file that is written, but for the report
    begun : when it was asked for, `time.monotonic` seconds
    """

    stage: str
    owner: Object | None
    params: dict
    arrays: dict[str, NDArray]
    sources: dict[str, str | Path] = field(default_factory=dict)
    outputs: dict[str, Path] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._settings = self._look()  # now: the job is going to change the rig

    def _look(self) -> str:
        """Return the digest of the file, the rig and the request as they are now."""
        opened, studio = _opened(), hooks.content()
        action = action_of(self.owner) if self.owner is not None else None
        curves = curves_of(self.owner) if self.owner is not None else {}
        return digest.of_values(
            {
                "stage": self.stage,
                "understudy": version(),
                "blender": bpy.app.version_string,
                "file": digest.of_files(opened),
                "rig": self.owner.name if self.owner is not None else "",
                # They may come from a library, which the file's own content does not show.
                "arrays": self.arrays,
                "keys": [[*key, read_keys(c)] for key, c in curves.items()],
                "ledger": action.get(LEDGER) if action is not None else None,
                # Some stages do without a network that is not there.
                "networks": list(networks(self.params)),
                "params": {k: v for k, v in self.params.items() if k not in _NOT_SHAPING},
                **({"hooks": studio} if studio else {}),
            }
        )

    def _digest(self, models: dict[str, str], sources: dict[str, str]) -> str | None:
        """Return the digest of all; None where a script may have shaped the scene as well."""
        if _scripted():
            return None
        return digest.of_values({"settings": self._settings, "models": models, "sources": sources})

    def is_done(self, path: Path) -> bool:
        """Tell whether the report at `path` is of an equal job whose files are all there.

        No network is opened and nothing decoded.
        """
        # Reading a pipe would wait for ever.
        if _scripted() or not all(file.is_file() for file in (path, *self.outputs.values())):
            return False
        try:
            report = json.loads(path.read_text("utf-8"))
            if report["schema"] != SCHEMA or report["status"] != "done":
                return False
            saved = {kind: entry["sha256"] for kind, entry in report["outputs"].items()}
            if saved != {kind: digest.of_files([file]) for kind, file in self.outputs.items()}:
                return False
            there = networks(self.params)
            names = report["provenance"]["models"]
            models = {name: digest.of_files([there[name]]) for name in names}
            sources = {name: content_sha256(file) for name, file in self.sources.items()}
            return report["digest"] == self._digest(models, sources)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ModelError, VideoError):
            # No report, not one of these, or something that it needs is gone: the job says what.
            return False

    def record(self, report: dict) -> Report:
        """Return a stage's report, once its files are written, with what every report holds."""
        if any(file.samefile(o) for file in self.outputs.values() for o in _opened()):
            self._settings = self._look()  # it was saved in place: a rerun begins with this file
        made_with = report["provenance"]
        sources = {name: made_with["inputs"][name] for name in self.sources}
        outputs = {kind: written(file) for kind, file in self.outputs.items()}
        return whole(report, self.begun, outputs, self._digest(made_with["models"], sources))


def written(file: Path) -> dict[str, str]:
    """Return what a report says of a file that was saved."""
    return {"path": str(file), "sha256": digest.of_files([file])}


def whole(
    report: dict, begun: float, outputs: dict | None = None, digest: str | None = None
) -> Report:
    """Return a stage's report with what every report holds.

    Parameters
    ----------
    begun : when the work was asked for, `time.monotonic` seconds
    outputs : kind to path and sha256 of each file that was saved
    digest : of all that it depended on; None where nobody asks whether it has to be done again
    """
    return {
        "schema": SCHEMA,
        **report,
        "outputs": outputs or {},
        "digest": digest,
        "seconds": round(time.monotonic() - begun, 3),
        "peak_memory_mb": peak_memory_mb(),
        "understudy": version(),
        "blender": bpy.app.version_string,
        "machine": f"{platform.system()} {platform.machine()}",
    }


def _opened() -> list[Path]:
    """Return the file that is open, if there is one."""
    path = Path(bpy.data.filepath)
    return [path] if path.is_file() else []


def _scripted() -> bool:
    """Tell whether Blender ran a script before the command: what that did cannot be known."""
    words = sys.argv[: sys.argv.index("--command")] if "--command" in sys.argv else []
    return not _RUNS_PYTHON.isdisjoint(words)


def peak_memory_mb() -> float | None:
    """Return the most memory this process has held, 1 MB = 10^6 bytes; None where unknown."""
    with contextlib.suppress(OSError):
        # Not getrusage: on Linux that counts in what the parent process held.
        for line in Path("/proc/self/status").read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) * 1024 / 1e6, 1)
    if sys.platform != "darwin":
        return None
    import resource

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 1)
