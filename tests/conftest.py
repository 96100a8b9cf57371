"""Loads the extension as `understudy`, and gives each test that uses bpy an empty file."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("unit", "blender", "real", "farm")
HAS_BPY = importlib.util.find_spec("bpy") is not None

sys.path.insert(0, str(ROOT / "scripts"))
import package  # noqa: E402 - found through the line above

package.load()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave tests/blender alone where there is no Blender to import."""
    if not HAS_BPY and ROOT / "tests" / "blender" in (collection_path, *collection_path.parents):
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the folder it lies in."""
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in FOLDERS:
            item.add_marker(folder)


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the optional folder of footage and rigs, or skip."""
    folder = Path(os.environ.get("UNDERSTUDY_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no data folder: set UNDERSTUDY_DATA to one, or lay it at ../shared/data")
    return folder


@pytest.fixture(scope="session")
def extension():
    """Register the extension once, as Blender does, and unregister it at the end.

    A handler, timer or command left over crashes or hangs bpy 4.2-4.5 at exit.
    """
    import addon_utils
    import bpy

    import understudy

    installed = f"bl_ext.user_default.{package.NAME}"
    if addon_utils.check(installed)[1]:
        # A copy under test inside a real Blender: its wheels stay in place, its classes go.
        addon_utils.disable(installed, default_set=False, refresh_handled=True)
    # What enabling it in the Preferences would make: a place for its preferences.
    bpy.context.preferences.addons.new().module = package.NAME
    understudy.register()
    yield understudy
    understudy.unregister()


@pytest.fixture(autouse=True)
def _empty_file(request: pytest.FixtureRequest) -> None:
    """Give an empty file, with the extension registered, to every test in a bpy module."""
    bpy = getattr(request.module, "bpy", None)
    if bpy is None and request.node.get_closest_marker("blender") is None:
        return
    import bpy

    request.getfixturevalue("extension")
    # Not read_factory_settings: that would drop the preferences of the extension and of Rigify.
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the exit status for `pytest_unconfigure`."""
    session.config.understudy_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End a process that holds bpy at once: bpy 4.5 with Rigify hangs in its own clean-up."""
    if "bpy" not in sys.modules:
        return
    config.get_terminal_writer().flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(getattr(config, "understudy_status", 1))
