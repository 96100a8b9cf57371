"""The worker process: `python ml/worker.py FOLDER` runs one task outside Blender.

Everything passes through files in FOLDER: what happens is appended to newline-delimited JSON,
because a file can be polled without blocking on every system, and a library that prints cannot
disturb it. Standard input carries nothing: its end means that whoever asked is gone, and so
the worker goes too, and takes the folder along. It waits for that end also when its work is done:
whoever asked may be killed before the result was fetched, and nobody else would clear up.

    request   {"root", "path": [...], "task", "params"} in request.json, arrays in request.npz
    events    {"progress": 0.5, "message": "..."}
              {"result": meta}, arrays in result.npz
              {"error": class name, "message": sentence}      for people
              {"traceback": text}                             a bug
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import threading
import time
import traceback
from pathlib import Path

PACKAGE = "understudy"
REQUEST, INPUT, EVENTS, OUTPUT = "request.json", "request.npz", "events.ndjson", "result.npz"
_PACE_S = 0.05


def _load(root: str) -> None:
    """Load the extension's folder as a package, without Blender."""
    spec = importlib.util.spec_from_file_location(
        PACKAGE, Path(root) / "__init__.py", submodule_search_locations=[root]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


def _follow_parent(folder: Path) -> None:
    """End this process as soon as the other end of standard input is closed."""
    while sys.stdin.buffer.read(1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # whatever the other thread is at


def _run(folder: Path, request: dict, events: object) -> dict:
    """Run the task, reporting progress, and return the last event."""
    import numpy as np

    errors = importlib.import_module(f"{PACKAGE}.ml.errors")
    tasks = importlib.import_module(f"{PACKAGE}.ml.tasks")
    try:
        with np.load(folder / INPUT, allow_pickle=False) as stored:
            arrays = dict(stored)
        steps, last = tasks.resolve(request["task"])(request["params"], arrays), 0.0
        while True:
            try:
                step = next(steps)
            except StopIteration as done:
                meta, out = done.value
                np.savez(folder / OUTPUT, **out)
                return {"result": meta}
            if time.monotonic() - last > _PACE_S:
                last = time.monotonic()
                _say(events, {"progress": step.fraction, "message": step.message})
    except errors.UnderstudyError as exc:
        return {"error": type(exc).__name__, "message": str(exc)}


def _say(events: object, event: dict) -> None:
    events.write(json.dumps(event) + "\n")
    events.flush()


def main(folder: Path) -> None:
    """Serve the one request in a folder, and stay until whoever asked is gone or ends this."""
    follower = threading.Thread(target=_follow_parent, args=(folder,), daemon=True)
    follower.start()
    request = json.loads((folder / REQUEST).read_text("utf-8"))
    sys.path += [p for p in request["path"] if p not in sys.path]
    with open(folder / EVENTS, "a", encoding="utf-8") as events:
        try:
            _load(request["root"])
            event = _run(folder, request, events)
        except BaseException:  # anything at all, MemoryError too, has to reach the asker
            event = {"traceback": traceback.format_exc()}
        _say(events, event)
    follower.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
