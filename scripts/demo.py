"""Block a clip onto a Rigify human and film it: the first of the README's two commands.

    python3 scripts/demo.py [--video PATH] [--rig FILE.blend [--rig-name NAME]] [--keys 12]
    python3 scripts/demo.py --stage face [--video PATH]
    python3 scripts/demo.py --stage layout [--prompt "WORDS"]
    python3 scripts/demo.py --stage shot [--prompt "WORDS"] [--video PATH]

Sets up what it needs by itself, and leaves build/demo/: demo.blend, playblast.mp4 (the detected
skeleton and the rig side by side), contact_sheet.png (the key poses) and report.json. The face
stage lays an actor's face on a head that is made in code, and leaves the same in build/demo_face/.
The layout stage turns words into a scene, and leaves in build/demo_layout/: demo.blend, the
variants as variants.png, storyboard.png and report.json. The shot stage does all of it in a row,
and films the performer on the set in build/demo_shot/.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import env

ROOT = env.ROOT
CLIP = ROOT / "tests" / "data" / "demo_clip.mp4"
FACE_CLIP = ROOT / "tests" / "data" / "face_clip.mp4"
RESULTS = ("demo.blend", "playblast.mp4", "contact_sheet.png", "report.json")
LAYOUT_RESULTS = ("demo.blend", "variants.png", "storyboard.png", "report.json")
PROMPT = "underwater dragon palace + cyberpunk"
LIMIT_S = 1200
SHOWN = 6  # lines at the end of a log that say what went wrong


class DemoError(Exception):
    """Says which step failed, and why."""


def step(text: str, command: list[str | Path], log: Path) -> None:
    """Run one step with its output in a log file; show the log's end when it fails."""
    env.say(text)
    with log.open("w", encoding="utf-8") as output:
        try:
            status = subprocess.run(
                [str(c) for c in command],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                timeout=LIMIT_S,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired as exc:
            raise DemoError(f"{text}: stopped after {LIMIT_S} s; see {log}") from exc
    if status:
        lines = log.read_text("utf-8", errors="replace").strip().splitlines()
        end = "\n".join(f"    {line}" for line in lines[-SHOWN:])
        raise DemoError(f"{text}: failed with status {status}\n{end}\nAll of it: {log}")


def film(args: argparse.Namespace, python: Path, out: Path) -> None:
    """Make the rig, block the clip as a person would, and film the result."""
    scripts = ROOT / "scripts"
    rig, name = args.rig, args.rig_name
    if rig is None:
        rig, name = out / "rig.blend", "Human"
        command = [python, scripts / "demo_rig.py", rig, "--like", args.video]
        step("making a Rigify human with a body", command, out / "rig.log")
    block = [python, scripts / "understudy.py", "block", rig, "--video", args.video]
    block += ["--rig", name] if name else []
    block += ["--keys", str(args.keys)]
    block += ["--save", out / "demo.blend", "--report", out / "report.json"]
    step("blocking the clip onto the rig", block, out / "block.log")
    command = [python, scripts / "demo_film.py", out / "demo.blend", args.video, out]
    command += ["--report", out / "report.json"]
    step("filming it beside the source", command, out / "film.log")


def film_face(args: argparse.Namespace, python: Path, out: Path) -> None:
    """Make a head, lay the actor's face on it as a person would, and film the result."""
    scripts, head = ROOT / "scripts", out / "head.blend"
    step("making a head", [python, scripts / "demo_head.py", head], out / "head.log")
    perform = [python, scripts / "understudy.py", "face", head, "--video", args.video]
    perform += ["--mesh", "Suzanne", "--save", out / "demo.blend", "--report", out / "report.json"]
    step("laying the actor's face on it", perform, out / "face.log")
    command = [python, scripts / "demo_face_film.py", out / "demo.blend", "Suzanne", args.video]
    step("filming it beside the source", [*command, out], out / "film.log")


def lay_out(args: argparse.Namespace, python: Path, out: Path) -> None:
    """Turn the words into a scene, as a person would."""
    empty = out / "empty.blend"
    step(
        "making an empty file",
        [python, ROOT / "scripts" / "demo_empty.py", empty],
        out / "empty.log",
    )
    words = [python, ROOT / "scripts" / "understudy.py", "layout", empty, "--prompt", args.prompt]
    words += ["--seed", "7", "--thumbs", out / "thumbs", "--storyboard", out / "storyboard.png"]
    words += ["--save", out / "demo.blend", "--report", out / "report.json", "--force"]
    step(f"laying out: {args.prompt}", words, out / "layout.log")
    (out / "thumbs" / "sheet.png").replace(out / "variants.png")


def shoot(args: argparse.Namespace, python: Path, out: Path) -> None:
    """Make a whole shot: a set from words, a performer and a face from videos, and the film."""
    scripts = ROOT / "scripts"

    def understudy(*words: str | Path) -> list[str | Path]:
        return [python, scripts / "understudy.py", *words]

    rig, head, stage = out / "rig.blend", out / "head.blend", out / "set.blend"
    ready, blocked, filled = out / "cast.blend", out / "blocked.blend", out / "filled.blend"
    made = [python, scripts / "demo_rig.py", rig, "--like", CLIP]
    step("making a Rigify human with a body", made, out / "rig.log")
    step("making a head", [python, scripts / "demo_head.py", head], out / "head.log")
    words = ["--prompt", args.prompt, "--seed", "7", "--save", stage, "--force"]
    step(f"laying out: {args.prompt}", understudy("layout", rig, *words), out / "layout.log")
    cast = [python, scripts / "demo_shot.py", "cast", stage, head, ready]
    step("casting", cast, out / "cast.log")
    words = ["--rig", "Human", "--video", args.video, "--save", blocked, "--force"]
    step("blocking the performer", understudy("block", ready, *words), out / "block.log")
    words = ["--rig", "Human", "--save", filled, "--force"]
    step("filling the in-betweens", understudy("inbetween", blocked, *words), out / "fill.log")
    words = ["--mesh", "Suzanne", "--video", FACE_CLIP, "--no-head", "--save", out / "demo.blend"]
    words += ["--report", out / "report.json", "--force"]
    step("laying an actor's face on", understudy("face", filled, *words), out / "face.log")
    film = out / "playblast.mp4"
    words = ["--film", film, "--size", "640", "360", "--pace", "2", "--force"]
    step("filming", understudy("playblast", out / "demo.blend", *words), out / "film.log")
    sheet = [python, scripts / "demo_shot.py", "sheet", film, out / "contact_sheet.png"]
    step("laying out the sheet", sheet, out / "sheet.log")


STAGES = {
    "blocking": (film, CLIP, "demo", RESULTS),
    "face": (film_face, FACE_CLIP, "demo_face", RESULTS),
    "shot": (shoot, CLIP, "demo_shot", RESULTS),
    "layout": (lay_out, None, "demo_layout", LAYOUT_RESULTS),
}
"""Stage to what runs it, its own clip, the folder that it fills, and with what."""


def main() -> int:
    """Run the demo and say where the results lie."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--stage", choices=STAGES, default="blocking", help="what to show")
    parser.add_argument("--video", type=Path, help="your own clip")
    parser.add_argument("--prompt", default=PROMPT, help="the place, in words, for the layout")
    parser.add_argument("--rig", type=Path, help="a .blend file with your own rig")
    parser.add_argument("--rig-name", help="the armature object in it, where there are several")
    parser.add_argument("--keys", type=int, default=12, help="how many key poses; default 12")
    parser.add_argument("--out", type=Path, help="the folder to fill; default build/demo…")
    args = parser.parse_args()
    run, clip, folder, results = STAGES[args.stage]
    args.video, args.out = args.video or clip, args.out or env.BUILD / folder
    for path in filter(None, (args.video, args.rig)):
        if not path.exists():
            parser.error(f"{path} does not exist")
    start = time.monotonic()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in results:  # what lies there afterwards is from this run
        (args.out / name).unlink(missing_ok=True)
    try:
        pythons = env.ensure("py311", "export")
        env.ensure_networks(pythons["export"])
        run(args, pythons["py311"], args.out.resolve())
    except (DemoError, env.SetupError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    env.say(f"done in {time.monotonic() - start:.0f} s:")
    for name in results:
        env.say(f"  {args.out / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
