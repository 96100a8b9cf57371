"""Load the repository root as the package `understudy`, as Blender would load the extension."""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

NAME = "understudy"
ROOT = Path(__file__).resolve().parent.parent


def load(root: str | os.PathLike | None = None) -> ModuleType:
    """Put the extension in `sys.modules` as `understudy` and return it.

    Parameters
    ----------
    root : path, optional
        The extension's folder. Default: the environment variable UNDERSTUDY_ROOT (to try an
        installed copy), else this checkout.

    Raises
    ------
    FileNotFoundError
        No extension is in that folder.
    ImportError
        Another copy was loaded before.
    """
    folder = Path(root or os.environ.get("UNDERSTUDY_ROOT") or ROOT).resolve()
    loaded = sys.modules.get(NAME)
    if loaded is not None:
        if Path(loaded.__file__).resolve().parent != folder:
            raise ImportError(f"{NAME} is already loaded from {loaded.__file__}, not {folder}")
        return loaded
    init = folder / "__init__.py"
    if not init.is_file():
        raise FileNotFoundError(f"No extension in {folder}: it has no __init__.py")
    spec = importlib.util.spec_from_file_location(
        NAME, init, submodule_search_locations=[str(folder)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[NAME]
        raise
    return module


def end_with(main: Callable[[], int]) -> NoReturn:
    """Run a script's `main` and end the process with what it returns, at once.

    Python's own way out runs bpy's clean-up, in which bpy 4.5 with Rigify hangs.
    """
    status: int = 1
    try:
        status = main()
    except SystemExit as exc:
        status = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
        if isinstance(exc.code, str):
            sys.stderr.write(exc.code + "\n")
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
