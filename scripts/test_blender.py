"""Install the built zip into a real Blender and use it there, as a person would.

    python3 scripts/test_blender.py FOLDER [--photograph gui_shot.py]

FOLDER holds bin/blender, bin/blender-gui and bin/blender-python. Builds the zip for that Blender's
Python, installs and enables it in settings of its own, blocks the demo clip with the headless
command, runs tests/blender against the installed copy, presses the buttons in windows on a virtual
screen, and photographs the panel.
Leaves its results in build/blender_trial.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import env
from build import PYTHONS, Target, build

ROOT = env.ROOT
TRIAL = env.BUILD / "blender_trial"
MODULE = "bl_ext.user_default.understudy"
CLIP = ROOT / "tests" / "data" / "demo_clip.mp4"
ENABLE_LIMIT_MS = 50.0
NO_SUCH_VIDEO = 3  # "failed", of the documented exit codes
PURE_PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments")

# Runs in Blender with the extension installed, enabled and its wheels unpacked.
ENABLING = f"""
import json, sys, time
import addon_utils
heavy = sorted(set(sys.modules) & {{"onnxruntime", "cv2", "scipy"}})
state = addon_utils.check({MODULE!r})
took = 1000.0
for _ in range(3):  # of the processor's time, the least: what else the machine does is not ours
    addon_utils.disable({MODULE!r}, refresh_handled=True)
    for name in [n for n in sys.modules if n.startswith({MODULE!r})]:
        del sys.modules[name]
    start = time.process_time()
    addon_utils.enable({MODULE!r}, refresh_handled=True)
    took = min(took, 1000 * (time.process_time() - start))
import cv2, onnxruntime, scipy
facts = dict(enabled=all(state), heavy=heavy, ms=took, onnxruntime=onnxruntime.__version__,
             cv2=cv2.__version__, scipy=scipy.__version__, file=sys.modules[{MODULE!r}].__file__)
print("FACTS " + json.dumps(facts), flush=True)
"""
# Needs no pip in Blender: pytest is pure Python and is lent from the test environment.
TESTING = """
import os, sys
sys.path[:0] = [{site!r}]
import pytest
status = pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", {root!r}, {tests!r}])
sys.stdout.flush()
os._exit(int(status))
"""


class TrialError(Exception):
    """Says what did not work in the real Blender."""


class Blender:
    """A Blender with settings of its own, so that nothing of the user's is touched."""

    def __init__(self, folder: Path, trial: Path = TRIAL) -> None:
        self.folder = folder.resolve()
        self.user = trial / "user"
        shutil.rmtree(trial, ignore_errors=True)
        self.user.mkdir(parents=True)

    def run(
        self, arguments: list[str | Path], limit_s: float, *, program: str = "blender", **extra: str
    ) -> subprocess.CompletedProcess:
        """Run it and return what it said; a TrialError when it takes too long."""
        # Mesa's cache too: another version of it may shorten the file that this one has mapped,
        # which ends Blender with a bus error.
        own = {"BLENDER_USER_RESOURCES": self.user, "MESA_SHADER_CACHE_DIR": self.user / "shaders"}
        variables = {**os.environ, **{name: str(path) for name, path in own.items()}, **extra}
        command = [str(self.folder / "bin" / program), *(str(a) for a in arguments)]
        try:
            return subprocess.run(
                command,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=limit_s,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise TrialError(f"{' '.join(command)} took longer than {limit_s:.0f} s") from exc

    def python(self) -> str:
        """Return the version of its Python, such as "3.14"."""
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        out = self.run(["-c", code], 60, program="blender-python")
        return out.stdout.strip().splitlines()[-1]


def expect(good: bool, what: str, out: subprocess.CompletedProcess) -> None:
    """Raise a TrialError with the end of the output unless `good`."""
    if not good:
        tail = "\n".join(out.stdout.strip().splitlines()[-25:])
        raise TrialError(f"{what} (status {out.returncode}):\n{tail}")
    env.say(f"  {what}: yes")


def install(blender: Blender, archive: Path) -> Path:
    """Install and enable the zip; return the installed folder."""
    env.say(f"installing {archive.name}")
    command = ["--command", "extension", "install-file", "-r", "user_default", "-e", archive]
    out = blender.run(command, 300)
    # Blender says "STATUS Installed" and exits with 0 also where the wheels do not fit.
    fits = out.returncode == 0 and "is incompatible" not in out.stdout
    expect(fits, "it is installed and its wheels fit this Python", out)
    out = blender.run(["-b", "--python-exit-code", "3", "--python-expr", ENABLING], 120)
    line = next((x for x in out.stdout.splitlines() if x.startswith("FACTS ")), None)
    expect(line is not None, "its wheels can be imported", out)
    facts = json.loads(line.removeprefix("FACTS "))
    env.say(f"  {facts}")
    expect(facts["enabled"], "it is enabled", out)
    expect(not facts["heavy"], "enabling imports none of the heavy packages", out)
    fast = facts["ms"] < ENABLE_LIMIT_MS
    expect(fast, f"enabling takes less than {ENABLE_LIMIT_MS:.0f} ms ({facts['ms']:.0f})", out)
    return Path(facts["file"]).parent


def block(blender: Blender, python: Path) -> Path:
    """Block the demo clip with the headless command; return the file it saved."""
    env.say("blocking the demo clip with the headless command")
    rig, saved, report = TRIAL / "rig.blend", TRIAL / "out.blend", TRIAL / "out.json"
    script = ROOT / "scripts" / "demo_rig.py"
    made = subprocess.run(
        [str(python), str(script), str(rig), "--like", str(CLIP)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    expect(made.returncode == 0, "the rig is made", made)
    command = ["-b", rig, "--command", "understudy", "block", "--rig", "Human"]
    given = [*command, "--video", CLIP, "--keys", "12", "--save", saved, "--report", report]
    out = blender.run(given, 600)
    done = out.returncode == 0 and saved.is_file() and report.is_file()
    expect(done, "it writes the file and the report", out)
    spoken = all(word in out.stdout for word in ("openjd_progress:", "Progress: ", "PROGRESS: "))
    expect(spoken, "it prints the farms' progress lines", out)
    start = time.monotonic()
    out = blender.run(given, 60)
    took = time.monotonic() - start
    skipped = out.returncode == 0 and "nothing has changed" in out.stdout
    expect(skipped, f"the same command again does nothing ({took:.1f} s)", out)
    never = TRIAL / "never.blend"
    out = blender.run([*command, "--video", TRIAL / "no.mp4", "--save", never], 120)
    refused = out.returncode == NO_SUCH_VIDEO and not never.exists()
    expect(refused, "a missing video ends with status 3 and writes nothing", out)
    return saved


def lend_pytest(python: Path) -> Path:
    """Copy pytest, which is pure Python, out of the test environment."""
    code = "import pytest, pathlib; print(pathlib.Path(pytest.__file__).parents[1])"
    out = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    site = TRIAL / "site"
    for name in PURE_PYTEST:
        shutil.copytree(Path(out.stdout.strip()) / name, site / name)
    shutil.copy2(Path(out.stdout.strip()) / "py.py", site)  # pytest's own name for its paths
    return site


def run_tests(blender: Blender, python: Path, installed: Path) -> None:
    """Run tests/blender against the installed copy."""
    env.say("running tests/blender against the installed copy")
    tests = ROOT / "tests" / "blender"
    code = TESTING.format(site=str(lend_pytest(python)), root=str(ROOT), tests=str(tests))
    command = ["-b", "--python-exit-code", "3", "--python-expr", code]
    out = blender.run(command, 900, UNDERSTUDY_ROOT=str(installed))
    sys.stdout.write("".join(f"  {x}\n" for x in out.stdout.strip().splitlines()[-12:]))
    expect(out.returncode == 0, "tests/blender passes", out)


def photograph(blender: Blender, script: Path, scene: Path) -> None:
    """Open a window on a virtual screen, show the Understudy tab, and save a picture."""
    env.say("photographing the panel")
    picture = TRIAL / "panel.png"
    # The rig's own script, of a file made here, would else be asked about in the middle of it all.
    choose = f"import bpy; bpy.context.scene.understudy.video = {str(CLIP)!r}"
    out = blender.run(
        ["--enable-autoexec", scene, "--python-expr", choose, "--python", script],
        240,
        program="blender-gui",
        GUI_TAB="Understudy",
        GUI_SHOT=str(picture),
    )
    shown = out.returncode == 0 and picture.is_file()
    expect(shown, f"the tab is shown: {picture.relative_to(ROOT)}", out)


def press(blender: Blender) -> None:
    """Press the button in a window: stop it half-way, run it to the end, undo it once."""
    env.say("pressing Block from Video in a window")
    picture = TRIAL / "progress.png"
    out = blender.run(
        ["--enable-autoexec", TRIAL / "rig.blend", "--python", ROOT / "scripts/press_button.py"],
        300,
        program="blender-gui",
        PRESS_VIDEO=str(CLIP),
        PRESS_SHOT=str(picture),
    )
    done = out.returncode == 0 and "PRESSED " in out.stdout
    expect(done, f"it stops, blocks, and is undone in one step: {picture.relative_to(ROOT)}", out)


def press_fill(blender: Blender) -> None:
    """Fill in-betweens in a window, by the button and by the preview, and undo each once."""
    env.say("pressing Fill In-betweens in a window")
    saved = TRIAL / "previewed.blend"
    out = blender.run(
        ["--python", ROOT / "scripts/press_fill.py"],
        300,
        program="blender-gui",
        PRESS_SAVE=str(saved),
    )
    done = out.returncode == 0 and "PRESSED " in out.stdout and saved.is_file()
    expect(done, "it fills, previews, is undone in one step, and saves what it shows", out)


def main() -> int:
    """Try the extension in the Blender that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photograph", type=Path, help="the script that pictures a sidebar tab")
    args = parser.parse_args()
    try:
        pythons = env.ensure("py311", "export")
        env.ensure_networks(pythons["export"])
        blender = Blender(args.folder)
        version = blender.python()
        if version not in PYTHONS:
            raise TrialError(f"This Blender runs Python {version}; zips are built for {PYTHONS}")
        env.say(f"building the zip for Python {version}")
        archive = build(Target("linux-x64", version, False), pythons["py311"])
        installed = install(blender, archive)
        saved = block(blender, pythons["py311"])
        run_tests(blender, pythons["py311"], installed)
        press(blender)
        press_fill(blender)
        if args.photograph:
            photograph(blender, args.photograph.resolve(), saved)
    except (TrialError, env.SetupError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    env.say("the extension works in the real Blender")
    return 0


if __name__ == "__main__":
    sys.exit(main())
