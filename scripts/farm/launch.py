"""What runs on a node of a farm: the tasks of a plan, one after the other. Standard library only.

    launch.py run STEP ROWS …     run rows such as "1-4" of the plan's file STEP
    launch.py start STEP …        start a Blender that stays, for the rows that follow
    launch.py stop                end it

A Blender that stays has its networks open already. Where none was started, or it has died, each
row gets a Blender of its own. Exit status: 0 done, 2 wrong usage, 3 failed, 4 cancelled.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path, PurePosixPath, PureWindowsPath

DONE, USAGE, FAILED, CANCELLED = 0, 2, 3, 4
SERVER = "UNDERSTUDY_SERVER"
START_LIMIT_S = 120.0
_GIVEN = ("CUE_GPU_CORES",)  # by which a farm names the graphics cards of a task: OpenCue's
_PROGRESS = ("openjd_progress:", "Progress:", "PROGRESS:")


class Stop(Exception):  # noqa: N818 - an outcome, not a fault
    """The farm asked for the end."""


def say(text: str) -> None:
    """Print a line at once: a farm reads along, through a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def numbers(words: str) -> list[int]:
    """Return the numbers of "3", "1-4" or "1-9:2,12"."""
    found: list[int] = []
    for part in words.split(","):
        span, _, pace = part.partition(":")
        first, _, last = span.partition("-")
        found += range(int(first), int(last or first) + 1, int(pace or 1))
    if not found or min(found) < 1:
        raise ValueError(f"{words} names no rows")
    return found


def lines_of(path: Path, wanted: list[int]) -> list[dict]:
    """Return these lines of a plan, counted from 1; the others are not read into memory."""
    rows: dict[int, dict] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if number in wanted:
                rows[number] = _row(line, f"{path}, row {number}")
    if len(rows) < len(wanted):
        raise ValueError(f"{path} has no row {min(set(wanted) - set(rows))}")
    return [rows[number] for number in wanted]


def _row(line: str, at: str) -> dict:
    """Return a row of a plan, or say what is wrong with it."""
    try:
        row = json.loads(line)
    except ValueError as exc:
        raise ValueError(f"{at} is not JSON: {exc}") from exc
    lists = isinstance(row, dict) and all(
        isinstance(row.get(name), list) and row[name] for name in ("command", "arguments")
    )
    if not lists or not isinstance(row.get("shot"), str) or "seed" not in row:
        raise ValueError(f"{at} is no task: it has no shot, seed, command or arguments")
    if not all(isinstance(word, str) for word in row["command"]):
        raise ValueError(f"{at}: the command is not made of words")
    for word in [row.get("blend"), *row["arguments"]]:
        if not isinstance(word, str) and not _is_place(word):
            raise ValueError(f"{at}: {word!r} is neither a word nor a path in a folder of the job")
    if not _is_place(row.get("blend")):
        raise ValueError(f"{at} names no .blend file")
    return row


def _is_place(word: object) -> bool:
    """Tell a path; below a folder of the job it may not lead out of it."""
    if not isinstance(word, dict) or len(word) != 1:
        return False
    ((kind, path),) = word.items()
    if not isinstance(path, str) or not path or "\0" in path:
        return False
    pure = PurePosixPath(path)
    inside = not pure.is_absolute() and ".." not in pure.parts
    return kind == "path" or kind == "root" or (kind == "outputs" and inside)


class Places:
    """Where a plan's paths are on this node."""

    def __init__(self, root: str, outputs: str, rules: str | None) -> None:
        self._folders = {"root": root, "outputs": outputs}
        self._rules: list[dict] = []
        if rules and Path(rules).is_file():
            self._rules = _rules(Path(rules))

    def __call__(self, place: dict) -> str:
        """Return a path as a word."""
        ((kind, path),) = place.items()
        if kind != "path":
            return str(Path(self._folders[kind]).absolute() / path)
        return self._mapped(path)

    def _mapped(self, path: str) -> str:
        for rule in self._rules:
            windows = rule.get("source_path_format") == "WINDOWS"
            pure = PureWindowsPath if windows else PurePosixPath
            with contextlib.suppress(ValueError):  # it lies elsewhere
                below = pure(path).relative_to(pure(rule["source_path"]))
                return str(Path(rule["destination_path"]).joinpath(*below.parts))
        return path


def _rules(path: Path) -> list[dict]:
    """Return the path mapping rules of a session."""
    try:
        found = json.loads(path.read_text("utf-8") or "{}").get("path_mapping_rules", [])
        for rule in found:
            if not all(isinstance(rule[k], str) for k in ("source_path", "destination_path")):
                raise TypeError
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise ValueError(f"{path} holds no path mapping rules of Open Job Description") from exc
    return found


def words_of(row: dict, places: Places, make: bool = True) -> tuple[list[str], str, list[str]]:
    """Return (command, .blend file, arguments) of a row, and make its folder."""
    for word in row["arguments"]:
        if make and isinstance(word, dict) and "outputs" in word:
            Path(places(word)).parent.mkdir(parents=True, exist_ok=True)
    words = [places(word) if isinstance(word, dict) else word for word in row["arguments"]]
    return row["command"], places(row["blend"]), words


def surroundings() -> dict[str, str]:
    """Return the environment of a Blender: it sees the graphics cards that the farm gave, only.

    Networks then run on the first of these. What has been chosen by CUDA_VISIBLE_DEVICES stays.
    """
    found = dict(os.environ)
    given = next((found[name] for name in _GIVEN if found.get(name)), "")
    if given and "CUDA_VISIBLE_DEVICES" not in found:
        # The farm counts as the driver does, CUDA by itself from the fastest on.
        found |= {"CUDA_VISIBLE_DEVICES": given, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    return found | {"PYTHONUTF8": "1"}


def program(args: argparse.Namespace) -> list[str]:
    """Return the words that start the bpy module's command line."""
    return [args.python or sys.executable, str(Path(args.extension) / "scripts" / "understudy.py")]


def by_itself(args: argparse.Namespace, row: tuple) -> list[str]:
    """Return the words of a Blender that does one row."""
    command, blend, words = row
    if args.blender:
        return [args.blender, "-b", blend, *_understudy(command), *words]
    return [*program(args), *command, blend, *words]


def _understudy(command: list[str]) -> list[str]:
    return ["--command", "understudy", *command]


class Chunk:
    """Rows that are run in turn, and the progress of all of them together."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args, self._share, self._span = args, 0.0, 1.0
        self._running: int | None = None
        self._stopping = False

    def run(self, rows: list[dict], places: Places) -> int:
        """Run the rows; go on past one that fails, and return the gravest status."""
        worst, failed = DONE, []
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for number, row in enumerate(rows):
            self._share, self._span = number / len(rows), 1 / len(rows)
            say(f"openjd_status: {row['shot']}, seed {row['seed']}: {' '.join(row['command'])}")
            status = self._one(words_of(row, places))
            if status == CANCELLED or self._stopping:
                return CANCELLED
            if status:
                failed.append(f"{row['shot']} seed {row['seed']} (status {status})")
                worst = max(worst, status)
        if failed:
            say(f"openjd_fail: {len(failed)} of {len(rows)} failed: {', '.join(failed)}")
        return worst

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True
        if self._running is not None:
            # Its own handler takes back what is under way, and answers with 4.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._running, signal.SIGTERM)
        else:
            raise Stop

    def _one(self, words: tuple) -> int:
        server = Path(os.environ.get(SERVER, ""))
        if server.is_file():
            status = self._by_server(server, words)
            if status is not None:
                return status
            say("openjd_status: the Blender that was to stay has ended; starting one for this task")
        return self._by_itself(by_itself(self._args, words))

    def _by_itself(self, command: list[str]) -> int:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env=surroundings(),
        )
        self._running = process.pid
        for line in process.stdout:
            self._pass_on(line.rstrip("\n"))
        status = process.wait()
        self._running = None
        if self._stopping and status != DONE:  # it may not have come to where it answers with 4
            return CANCELLED
        if status not in (DONE, USAGE, FAILED, CANCELLED):
            say(f"openjd_fail: Blender ended by itself with status {status}")
            return FAILED
        return status

    def _by_server(self, server: Path, words: tuple) -> int | None:
        """Have the row done by the Blender that stays; None where it does not answer."""
        try:
            where = json.loads(server.read_text("utf-8"))
            link = connect(where)
        except (OSError, ValueError):
            return None
        command, blend, arguments = words
        task = {"command": command, "blend": blend, "arguments": arguments}
        self._running = where["pid"]
        status, heard = self._answers(link, [{"key": where["key"]}, task])
        self._running = None
        if status is None and heard:
            say("openjd_fail: Blender ended by itself: see its log in the session's folder")
            return FAILED
        # One that has just been killed may take a call still; it has done nothing of the row.
        return status

    def _answers(self, link: socket.socket, calls: list[dict]) -> tuple[int | None, bool]:
        """Return (status, None where the link broke; whether anything was heard before)."""
        status, heard = None, False
        with contextlib.suppress(OSError), link, link.makefile("rw", encoding="utf-8") as stream:
            stream.write("".join(json.dumps(call) + "\n" for call in calls))
            stream.flush()
            for line in stream:
                heard = True
                event = json.loads(line)
                if "status" in event:
                    status = event["status"]
                    break
                if "out" in event:
                    self._pass_on(event["out"])
                else:
                    sys.stderr.write(event["err"] + "\n")
                    sys.stderr.flush()
        return status, heard

    def _pass_on(self, line: str) -> None:
        for head in _PROGRESS:
            if line.startswith(head):
                part = float(line[len(head) :].strip().rstrip("%"))
                whole = 100 * self._share + part * self._span
                say(
                    f"{head} {whole:.1f}"
                    if head.endswith("d_progress:")
                    else f"{head} {whole:.0f}%"
                )
                return
        say(line)


def connect(where: dict) -> socket.socket:
    """Return a socket to the Blender that stays."""
    if isinstance(where["address"], str):
        link = socket.socket(socket.AF_UNIX)
        link.connect(where["address"])
        return link
    return socket.create_connection(tuple(where["address"]))


def start(args: argparse.Namespace) -> int:
    """Start a Blender that stays, and tell the tasks that follow where it is."""
    server = Path(args.session).absolute() / f"understudy-{args.step}-{secrets.token_hex(4)}.json"
    log = server.with_suffix(".log")
    words = ["serve", "--address", str(server)]
    command = [*program(args), *words]
    if args.blender:
        command = [args.blender, "-b", *_understudy(words)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,  # not ours: a farm waits until nobody holds its end
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=surroundings(),
        )
    until = time.monotonic() + START_LIMIT_S
    while not server.is_file():
        if process.poll() is not None or time.monotonic() > until:
            tail = log.read_text("utf-8", "replace")[-2000:]
            sys.stderr.write(f"Blender did not start: {' '.join(command)}\n{tail}\n")
            process.kill()
            return FAILED
        time.sleep(0.02)
    say(f"openjd_env: {SERVER}={server}")
    return DONE


def stop() -> int:
    """End the Blender that stays, if it is still there."""
    server = Path(os.environ.get(SERVER, ""))
    if server.is_file():
        with contextlib.suppress(OSError, ValueError):
            os.kill(json.loads(server.read_text("utf-8"))["pid"], signal.SIGTERM)
        with contextlib.suppress(FileNotFoundError):
            server.unlink()
    return DONE


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser("launch.py", description=__doc__.split("\n\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    run, begin = actions.add_parser("run"), actions.add_parser("start")
    actions.add_parser("stop")
    for action in (run, begin):
        action.add_argument("step", help="name of a step of the plan")
        action.add_argument("--python", default="", help="a Python with bpy; default: this one")
        action.add_argument("--blender", default="", help="a Blender; default: the bpy module")
        action.add_argument("--extension", default="", help="folder that holds scripts/")
    begin.add_argument("--session", default=tempfile.gettempdir(), help="folder of the session")
    run.add_argument("rows", type=numbers, help='such as "7" or "1-4"')
    run.add_argument("--plan", default=Path(__file__).parent / "plan", type=Path)
    run.add_argument("--root", required=True, help="folder that the batch's paths begin from")
    run.add_argument("--outputs", required=True, help="folder of the results")
    run.add_argument("--rules", help="path mapping rules, as Open Job Description writes them")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Carry out one action and return the exit status."""
    for stream in (sys.stdout, sys.stderr):  # a node may lack the letters of a shot's name
        stream.reconfigure(errors="backslashreplace")
    args = parse(argv)
    if args.action == "stop":
        return stop()
    if args.action == "start":
        return start(args)
    try:
        rows = lines_of(args.plan / f"{args.step}.ndjson", args.rows)
        places = Places(args.root, args.outputs, args.rules)
    except (OSError, ValueError) as exc:  # nothing has been done yet
        return _say_failed(exc, USAGE)
    try:
        return Chunk(args).run(rows, places)
    except Stop:
        return CANCELLED
    except (OSError, ValueError) as exc:
        return _say_failed(exc, FAILED)


def _say_failed(exc: Exception, status: int) -> int:
    say(f"openjd_fail: {exc}")
    sys.stderr.write(f"launch.py: {exc}\n")
    return status


if __name__ == "__main__":
    if sys.getfilesystemencoding().lower() != "utf-8":  # a shot's name may have any letters
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.argv])
    sys.exit(main(sys.argv[1:]))
