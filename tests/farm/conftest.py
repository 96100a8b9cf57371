"""The farm's own tools: these tests run in the environment `farm`, which holds them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

# In the other environments these tests would only skip, or run once more.
collect_ignore_glob = [] if importlib.util.find_spec("openjd") else ["test_*.py"]
ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"


@pytest.fixture(scope="session")
def bpy_python() -> str:
    """Return a Python with bpy, which stands for a node's Blender."""
    import env

    for python in (os.environ.get("UNDERSTUDY_BPY_PYTHON"), str(env.python_of("py311"))):
        if python and Path(python).is_file():
            return python
    pytest.skip(
        "no Python with bpy: run python3 scripts/env.py py311, or set UNDERSTUDY_BPY_PYTHON"
    )


@pytest.fixture(scope="session")
def shots(bpy_python, tmp_path_factory) -> Path:
    """Return the batch of four small shots."""
    folder = tmp_path_factory.mktemp("shots")
    command = [bpy_python, str(SCRIPTS / "farm_shots.py"), str(folder), "4"]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return folder / "reel.json"


@pytest.fixture
def farm():
    """Return what runs scripts/farm in a process of its own."""

    def run(*words: object) -> subprocess.CompletedProcess:
        command = [sys.executable, str(SCRIPTS / "farm"), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run
