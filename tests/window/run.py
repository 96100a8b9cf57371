"""Use the extension in a real Blender's window with real mouse and key events.

    python3 tests/window/run.py FOLDER [--out build/window] [--scales 0.8 2.0] [--language zh_HANS]
                                [--parts story quitting album]

FOLDER holds bin/blender and bin/blender-gui (with a virtual screen behind it). Builds the zip for
that Blender's Python, installs it in settings of its own, lets story.py use it as a person would,
quits in the middle of things and looks at what is left, and photographs every panel in every state
at two sizes of the interface, and once more in another language where this Blender knows it.
Prints what was measured.

The documentation's pictures: --scales 1.0, then scripts/docs_pictures.py.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(Path(__file__).resolve().parent)]

from aftermath import quit_in_the_middle  # noqa: E402

import env  # noqa: E402
from build import PYTHONS, Target, build  # noqa: E402
from test_blender import CLIP, Blender, TrialError, expect, install  # noqa: E402

HERE = Path(__file__).resolve().parent
LIMIT_S = 1000
PARTS = ("story", "quitting", "album")
SCALES = {"0.8": "420x1700", "1.0": "470x1950", "2.0": "900x3900"}
"""Scale of the interface to the screen's size: tall enough for the longest panel, open."""


def tell(blender: Blender, out: Path) -> None:
    """Let story.py run, and print its facts."""
    env.say("a first day in the window")
    folder = out / "temporary"  # its own, so that what is left there is seen
    folder.mkdir()
    done = blender.run(
        ["--python", HERE / "story.py"],
        LIMIT_S,
        program="blender-gui",
        WINDOW_OUT=str(out),
        WINDOW_CLIP=str(CLIP),
        TMPDIR=str(folder),
    )
    expect(done.returncode == 0 and "WINDOW ok" in done.stdout, "it goes well", done)
    for name, value in json.loads((out / "facts.json").read_text("utf-8")).items():
        env.say(f"  {name}: {value}")


def photograph(
    blender: Blender, out: Path, scale: str, *, language: str = "", watch: bool = False
) -> None:
    """Picture every panel in every state; `watch` what is done to draw them, too."""
    out.mkdir(exist_ok=True)
    done = blender.run(
        ["--python", HERE / "album.py"],
        LIMIT_S,
        program="blender-gui",
        WINDOW_OUT=str(out),
        WINDOW_CLIP=str(CLIP),
        WINDOW_SCALE=scale,
        WINDOW_LANGUAGE=language,
        WINDOW_WATCH="1" if watch else "",
        DISPLAY_SIZE=SCALES[scale],
    )
    if language and "ALBUM no such language" in done.stdout:
        env.say(f"  this Blender was built without {language}: not photographed")
        return
    good = done.returncode == 0 and "ALBUM ok" in done.stdout
    expect(good, f"every panel is photographed at a scale of {scale} {language}".rstrip(), done)
    if watch:
        for name, value in json.loads((out / "drawing.json").read_text("utf-8")).items():
            env.say(f"  {name}: {max(value.values())} at most: {value}")


def main() -> int:
    """Try the Blender that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=env.BUILD / "window")
    parser.add_argument("--scales", nargs="+", choices=SCALES, default=["0.8", "2.0"])
    parser.add_argument("--language", help="photograph in this language as well")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    args = parser.parse_args()
    out = args.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    try:
        pythons = env.ensure("py311", "export")
        env.ensure_networks(pythons["export"])
        blender = Blender(args.folder, out / "trial")
        version = blender.python()
        if version not in PYTHONS:
            raise TrialError(f"This Blender runs Python {version}; zips are built for {PYTHONS}")
        install(blender, build(Target("linux-x64", version, False), pythons["py311"]))
        if "story" in args.parts:
            tell(blender, out)
        if "quitting" in args.parts:
            env.say("quitting in the middle of things")
            env.say(f"  quit_s: {quit_in_the_middle(blender, out / 'quitting')}")
        if "album" in args.parts:
            env.say("every panel in every state")
            for scale in args.scales:
                photograph(blender, out, scale, watch=scale == args.scales[0])
            if args.language:
                photograph(blender, out / args.language, "1.0", language=args.language)
    except (TrialError, env.SetupError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    env.say(f"the window works; pictures in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
