"""A Blender that stays, so that many tasks of a farm share one start and open networks.

It listens on a socket of this computer only, runs one command at a time as the command line
would, and sends back what it prints. Both ways go JSON lines:

    asked     {"key": text}, {"command": [word], "blend": path, "arguments": [word]}
    answered  {"out": line} or {"err": line}, as they come; then {"status": exit code}

The file that says where it listens is its life: once that is gone, or nobody asks for a while,
it ends. SIGTERM ends the command that runs; with none running, it ends all.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import json
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ...ml.errors import Cancelled, UnderstudyError
from ..cli import FAILED
from ..files import write_atomically

_LOOK_S = 1.0
_ASK_LIMIT_S = 10.0
Run = Callable[[list[str]], int]


def serve(address: Path, run: Run, idle_s: float) -> None:
    """Answer until the file `address` is gone, or nobody has asked for `idle_s` seconds.

    Parameters
    ----------
    address : file to write, readable by this user only
    run : carries out the words of one command and returns its exit code
    """
    key = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
        link, place = _listen(Path(folder))
        with link:
            told = {"address": place, "key": key, "pid": os.getpid()}
            write_atomically(address, json.dumps(told))
            address.chmod(0o600)
            try:
                _answer_all(link, key, address, run, idle_s)
            finally:
                address.unlink(missing_ok=True)


def _listen(folder: Path) -> tuple[socket.socket, str | list]:
    """Return a listening socket and its address: a file where the system has such sockets."""
    if hasattr(socket, "AF_UNIX"):
        # It works without a network too, not even one's own.
        link, place = socket.socket(socket.AF_UNIX), str(folder / "socket")
        link.bind(place)
    else:
        link = socket.socket()
        link.bind(("127.0.0.1", 0))
        place = list(link.getsockname())
    link.listen()
    link.settimeout(_LOOK_S)
    return link, place


def _answer_all(link: socket.socket, key: str, address: Path, run: Run, idle_s: float) -> None:
    asked = time.monotonic()
    while address.exists() and time.monotonic() - asked < idle_s:
        try:
            caller, _ = link.accept()
        except TimeoutError:
            continue
        with caller, contextlib.suppress(OSError, ValueError, KeyError):
            caller.settimeout(_ASK_LIMIT_S)
            _answer(caller, key, run)
        asked = time.monotonic()


def _answer(caller: socket.socket, key: str, run: Run) -> None:
    with caller.makefile("rw", encoding="utf-8") as stream:
        if not hmac.compare_digest(json.loads(stream.readline())["key"], key):
            _send(stream, {"err": "This task does not have the key of the Blender that stays"})
            _send(stream, {"status": FAILED})
            return
        asked = json.loads(stream.readline())
        caller.settimeout(None)
        words = [*asked["command"], asked["blend"], *asked["arguments"]]
        out, err = _Lines(stream, "out"), _Lines(stream, "err")
        _forget_peak_memory()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run(words)
        for lines in (out, err):
            lines.end()
        _send(stream, {"status": status})


def _send(stream: io.TextIOBase, event: dict) -> None:
    stream.write(json.dumps(event) + "\n")
    stream.flush()


class _Lines(io.TextIOBase):
    """Sends what is printed, line by line; that nobody listens any more ends the work."""

    def __init__(self, stream: io.TextIOBase, kind: str) -> None:
        self._stream, self._kind, self._open = stream, kind, ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._open = (self._open + text).split("\n")
        try:
            for line in lines:
                _send(self._stream, {self._kind: line})
        except OSError as exc:
            raise Cancelled("Cancelled: whoever asked is gone") from exc
        return len(text)

    def end(self) -> None:
        """Send what no line end has followed."""
        if self._open:
            self.write("\n")


def _forget_peak_memory() -> None:
    """Have the system count the most memory held anew, so that a report tells its own task's."""
    with contextlib.suppress(OSError):  # Linux only
        Path("/proc/self/clear_refs").write_text("5")


def check(address: Path) -> None:
    """Refuse a place that cannot be used."""
    if address.exists():
        raise UnderstudyError(f"{address} is there already: name a new file")
