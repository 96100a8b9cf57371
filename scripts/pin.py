"""Write requirements/*.txt anew from requirements/*.in: exact versions, with hashes.

    python3 scripts/pin.py [NAME ...]      (needs uv, from the package registry)

A pin that still satisfies its .in file is kept; delete the .txt first to take newer ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
# What each file must hold on: a bundle on three Pythons; tensorflow is named by system.
PYTHONS = {
    "py311": ["python_version == '3.11'"],
    "py313": ["python_version == '3.13'"],
    "docs": ["python_version == '3.11'"],
    "farm": ["python_version == '3.11'"],
    "export": [
        f"python_version == '3.11' and sys_platform == '{system}'"
        for system in ("linux", "win32", "darwin")
    ],
    "bundle": ["python_version >= '3.11' and python_version <= '3.14'"],
    "bundle-gpu": [
        f"python_version >= '3.11' and python_version <= '3.14' and sys_platform == '{system}'"
        for system in ("linux", "win32")
    ],
}
LOWEST = {"py313": "3.13"}
OPTIONS = (
    "--universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate "
    "--no-header --no-emit-package numpy --quiet"
).split()


def pin(name: str) -> None:
    """Write requirements/<name>.txt."""
    options = list(OPTIONS)
    if not name.startswith("bundle"):  # Blender has its own numpy; the environments do not
        options = [o for o in options if o not in ("--no-emit-package", "numpy")]
    options += ["--python-version", LOWEST.get(name, "3.11")]
    with tempfile.TemporaryDirectory() as folder:
        # uv reads the platforms to solve for from the project it is run in.
        project = Path(folder) / "pyproject.toml"
        project.write_text(f"[tool.uv]\nenvironments = {json.dumps(PYTHONS[name])}\n", "utf-8")
        command = ["uv", "pip", "compile", f"{FOLDER / name}.in", "-o", f"{FOLDER / name}.txt"]
        env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
        subprocess.run([*command, *options], cwd=folder, env=env, check=True)


def main(names: list[str]) -> int:
    """Pin the named files, or all."""
    if shutil.which("uv") is None:
        sys.exit("uv is not on the PATH: python3 -m pip install uv")
    unknown = set(names) - set(PYTHONS)
    if unknown:
        sys.exit(f"No such requirement files: {', '.join(sorted(unknown))}")
    for name in names or PYTHONS:
        sys.stderr.write(f"pinning {name}\n")
        pin(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
