"""Long work: in a worker process while there is a window, in this process when there is none.

Python threads inside Blender are unsupported, and the window must not stall, so a modal timer
polls a worker process; polling only looks at the end of a file. Both kinds of job have one
interface:

    job = start("block", params, arrays)     # or start(..., in_process=True)
    while not job.poll(): ...                # never blocks; job.progress, job.message
    meta, arrays = job.result()              # raises UnderstudyError, Cancelled, or a bug
    job.cancel()                             # at any time; result() then raises Cancelled
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from ..ml import errors
from ..ml.errors import Cancelled, UnderstudyError
from ..ml.progress import Progress
from ..ml.tasks import resolve
from ..ml.worker import EVENTS, INPUT, OUTPUT, REQUEST
from .about import ROOT

Arrays = dict[str, NDArray]
Result = tuple[dict, Arrays]

_LOG = "log.txt"
_END_S = 5.0
_workers: weakref.WeakSet[WorkerJob] = weakref.WeakSet()


def start(task: str, params: dict, arrays: Arrays, *, in_process: bool | None = None) -> Job:
    """Start a task of `ml.tasks`.

    Parameters
    ----------
    in_process : bool, optional
        Run here, a step a `poll`. Default: where there is no window.
    """
    if bpy.app.background if in_process is None else in_process:
        return InProcessJob(task, params, arrays)
    return WorkerJob(task, params, arrays)


class Job:
    """Work under way.

    Attributes
    ----------
    progress : float
        Share done, 0 to 1.
    message : str
        What is being done, for a person.
    done : bool
        Whether `result` will answer at once.
    """

    def __init__(self) -> None:
        self.progress = 0.0
        self.message = ""
        self.done = False
        self._error: Exception | None = None
        self._result: Result | list[Result] | None = None

    def poll(self) -> bool:
        """Bring `progress` and `message` up to date, and return `done`."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Stop the work and clear up; `result` then raises Cancelled. Harmless when done."""
        raise NotImplementedError

    def _wait(self) -> None:
        raise NotImplementedError

    def result(self, report: Callable[[Progress], None] | None = None) -> Result:
        """Wait for the end, telling `report` of each step, and return (meta, arrays)."""
        while not self.poll():
            if report is not None:
                report(Progress(self.progress, self.message))
            self._wait()
        if self._error is not None:
            raise self._error
        return self._result

    def _step(self, fraction: float, message: str) -> None:
        self.progress, self.message = max(self.progress, fraction), message


class InProcessJob(Job):
    """Runs in this process, one step of the task for each `poll`."""

    def __init__(self, task: str, params: dict, arrays: Arrays) -> None:
        super().__init__()
        self._steps = resolve(task)(params, arrays)

    def poll(self) -> bool:
        if self.done:
            return True
        try:
            step = next(self._steps)
        except StopIteration as end:
            self._result, self.progress, self.done = end.value, 1.0, True
        except Exception as exc:  # kept for result(), where it is raised again
            self._error, self.done = exc, True
        else:
            self._step(step.fraction, step.message)
        return self.done

    def cancel(self) -> None:
        if not self.done:
            self._steps.close()
            self._error, self.done = Cancelled("Cancelled"), True

    def _wait(self) -> None:
        pass


class WorkerJob(Job):
    """Runs in a process of its own, which dies with this one."""

    def __init__(self, task: str, params: dict, arrays: Arrays) -> None:
        super().__init__()
        _workers.add(self)
        self._read = 0
        self._folder = Path(tempfile.mkdtemp(prefix="understudy-"))
        try:
            self._process = self._launch(task, params, arrays)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def _launch(self, task: str, params: dict, arrays: Arrays) -> subprocess.Popen:
        np.savez(self._folder / INPUT, **arrays)
        request = {
            "root": str(ROOT),
            "path": sys.path,  # the extension's bundled wheels lie on it
            "task": task,
            "params": params,
        }
        (self._folder / REQUEST).write_text(json.dumps(request), "utf-8")
        # Isolated: no variable of the person's shell changes what the worker imports.
        flags = ["-I", *(["-B"] if sys.dont_write_bytecode else [])]
        with open(self._folder / _LOG, "wb") as output:
            return subprocess.Popen(
                [find_python(), *flags, str(ROOT / "ml" / "worker.py"), str(self._folder)],
                stdin=subprocess.PIPE,  # its end tells the worker that this process is gone
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder.parent,  # Windows keeps a folder that a process works in
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )

    def poll(self) -> bool:
        if self.done:
            return True
        ended = self._process.poll() is not None  # before reading, so that no event is missed
        for event in self._events():
            self._take(event)
        if ended and not self.done:
            self._fail(
                UnderstudyError(
                    f"The worker process ended by itself (code {self._process.returncode}); the "
                    "computer may be out of memory: close other programs and try again, or use a "
                    f"shorter range\n{self._tail()}".rstrip()
                )
            )
        if self.done:
            self._clear()
        return self.done

    def _events(self) -> Iterator[dict]:
        """Yield the events that are new since the last call."""
        with contextlib.suppress(FileNotFoundError), open(self._folder / EVENTS, "rb") as file:
            file.seek(self._read)
            data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            self._read += len(whole)
            yield from map(json.loads, whole.splitlines())

    def _take(self, event: dict) -> None:
        if "progress" in event:
            self._step(event["progress"], event["message"])
        elif "result" in event:
            with np.load(self._folder / OUTPUT, allow_pickle=False) as stored:
                self._result = event["result"], dict(stored)
            self.progress, self.done = 1.0, True
        elif "error" in event:
            kind = getattr(errors, event["error"], UnderstudyError)
            self._fail(kind(event["message"]))
        else:
            self._fail(RuntimeError(f"The worker process failed.\n{event['traceback']}"))

    def _fail(self, error: Exception) -> None:
        self._error, self.done = error, True

    def _tail(self) -> str:
        try:
            return (self._folder / _LOG).read_text("utf-8", "replace")[-4000:]
        except FileNotFoundError:
            return ""

    def cancel(self) -> None:
        if not self.done:
            self._fail(Cancelled("Cancelled"))
            self._clear()

    def _clear(self) -> None:
        """End the process and leave nothing on disk."""
        if self._process.poll() is None:
            self._process.kill()  # it holds nothing but the folder that is removed below
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.05)


class Jobs(Job):
    """Several jobs, one after the other; their results come as a list.

    Parameters
    ----------
    starts : what starts each of them; the next is started when the one before it is done
    """

    def __init__(self, starts: Sequence[Callable[[], Job]]) -> None:
        super().__init__()
        self._starts, self._results = list(starts), []
        self._job = self._starts[0]()

    def poll(self) -> bool:
        if self.done:
            return True
        ended = self._job.poll()
        self._step((len(self._results) + self._job.progress) / len(self._starts), self._job.message)
        if not ended:
            return False
        try:
            self._results.append(self._job.result())
        except Exception as exc:  # kept for result(), where it is raised again
            self._error, self.done = exc, True
            return True
        if len(self._results) < len(self._starts):
            self._job = self._starts[len(self._results)]()
        else:
            self._result, self.done = self._results, True
        return self.done

    def cancel(self) -> None:
        if not self.done:
            self._job.cancel()
            self._error, self.done = Cancelled("Cancelled"), True

    def _wait(self) -> None:
        self._job._wait()


def cancel_all() -> None:
    """Stop every worker process, as when the extension is disabled."""
    for job in list(_workers):
        job.cancel()


def find_python() -> str:
    """Return the Python that belongs to this Blender.

    Raises
    ------
    UnderstudyError
        None is found.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    names = [f"python{version}", "python3", "python"]
    if os.name == "nt":
        names = ["python.exe"]
    folders = [Path(sys.prefix) / "bin", Path(sys.prefix), Path(sys.base_prefix) / "bin"]
    for path in [Path(sys.executable or "."), *(f / n for f in folders for n in names)]:
        # sys.executable is Blender itself in some builds.
        if path.name.lower().startswith("python") and path.is_file():
            return str(path)
    raise UnderstudyError(
        "Blender's own Python program was not found beside it: run from the command line "
        "(blender -b … --command understudy), which does not need it, or reinstall Blender"
    )


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into Cancelled, for work without a window.

    It is raised wherever the work happens to be: a running job closes, a write that is under
    way is taken back, a file being saved never reaches its place.
    """

    def stop(_number: int, _frame: object) -> None:
        raise Cancelled("Cancelled: nothing was changed")

    wanted = [getattr(signal, name) for name in ("SIGINT", "SIGTERM") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            # Blender's own handler, in C, cannot be put back from Python.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
