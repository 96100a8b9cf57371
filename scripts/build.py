"""Build installable zips of the extension, one per platform and Python, wheels included.

    python3 scripts/build.py                                     all of them
    python3 scripts/build.py --platform linux-x64 --python 3.14  one
    python3 scripts/build.py --gpu                               with onnxruntime-gpu

Python 3.11 serves Blender 4.2 to 5.0, 3.13 serves 5.1 and 5.2, 3.14 serves Debian's builds.
Needs no Blender: its own extension tool comes with the bpy wheel.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

import env

ROOT = env.ROOT
DIST = env.BUILD / "dist"
CODE = ("addon", "ops", "panels", "ml")
FILES = ("__init__.py", "LICENSE", "README.md", "CHANGELOG.md")
APACHE = ROOT / "onnx_models" / "LICENSE.Apache-2.0.txt"
# Wheels that state no licence and carry no text: what they are under, and that text.
UNSTATED = {
    "espeakng-loader": ("GPL-3.0-or-later (espeak-ng), MIT (the loader)", ROOT / "LICENSE"),
}
PYTHONS = ("3.11", "3.13", "3.14")
PLATFORMS = {
    "linux-x64": [
        "manylinux_2_28_x86_64",
        "manylinux_2_27_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
    ],
    "windows-x64": ["win_amd64"],
    "macos-arm64": ["macosx_14_0_arm64"],
}
GPU_PLATFORMS = ("linux-x64", "windows-x64")
LICENCE_NAME = re.compile(r"(licen[cs]e|copying|notice|thirdparty|authors)", re.IGNORECASE)


class BuildError(Exception):
    """Says what keeps the zip from being built."""


@dataclass(frozen=True)
class Target:
    """One zip: where it is to run, and on which ONNX runtime."""

    platform: str
    python: str
    gpu: bool

    @property
    def name(self) -> str:
        """Return the part of file names that tells targets apart."""
        return f"{self.platform}-py{self.python.replace('.', '')}{'-gpu' if self.gpu else ''}"


def manifest() -> dict:
    """Return the tracked manifest."""
    return tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))


def run(command: list[str | Path], what: str) -> None:
    """Run a command; raise a BuildError with the end of its output when it fails."""
    out = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, timeout=1200, check=False
    )
    if out.returncode:
        tail = "\n".join((out.stdout + out.stderr).strip().splitlines()[-20:])
        raise BuildError(f"{what} failed:\n{tail}")


def download(target: Target, python: Path) -> list[Path]:
    """Return the target's wheels, downloaded by their pins where they are not there yet."""
    pins = ROOT / "requirements" / ("bundle-gpu.txt" if target.gpu else "bundle.txt")
    folder = env.BUILD / "wheels" / target.name
    # pip judges the markers by the system it runs on; these pins hold on every target.
    wanted = re.sub(r" ; [^\\\n]*", " ", pins.read_text("utf-8"))
    listed = folder / "requirements.txt"
    if not (listed.is_file() and listed.read_text("utf-8") == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        partial = folder / "requirements.partial.txt"
        partial.write_text(wanted, "utf-8")
        abi = "cp" + target.python.replace(".", "")
        options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input"]
        options += ["--implementation", "cp", "--python-version", target.python]
        options += [o for name in (abi, "abi3", "none") for o in ("--abi", name)]
        options += [o for name in PLATFORMS[target.platform] for o in ("--platform", name)]
        command = [python, "-m", "pip", "download", "--disable-pip-version-check", *options]
        run([*command, "-d", folder, "-r", partial], f"Downloading the wheels of {target.name}")
        partial.rename(listed)  # the last step: an interrupted download is begun anew
    return sorted(folder.glob("*.whl"))


def copy_code(stage: Path) -> None:
    """Copy what runs inside Blender; tests, scripts and training stay behind."""
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "train")
    for name in CODE:
        shutil.copytree(ROOT / name, stage / name, ignore=ignore)
    for name in FILES:
        shutil.copy2(ROOT / name, stage / name)
    models = sorted((ROOT / "onnx_models").glob("*.onnx"))
    if not models:
        raise BuildError("onnx_models holds no network: run scripts/export_perception.py")
    (stage / "onnx_models").mkdir()
    for model in models:
        card = model.with_suffix(".md")
        if not card.is_file():
            raise BuildError(f"{model.name} has no card {card.name}; it may not ship")
        shutil.copy2(model, stage / "onnx_models")
        shutil.copy2(card, stage / "onnx_models")
    shutil.copy2(APACHE, stage / "onnx_models")


def collect_licences(wheel: Path, folder: Path) -> tuple[str, str, str, list[str]]:
    """Copy a wheel's licence texts into `folder`.

    Returns
    -------
    (name, version, licence as the wheel states it, files written)
    """
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        meta_name = next(n for n in names if n.endswith(".dist-info/METADATA"))
        meta = Parser().parsestr(archive.read(meta_name).decode("utf-8"))
        found = [n for n in names if LICENCE_NAME.search(n.rsplit("/", 1)[-1])]
        found = [n for n in found if not n.endswith((".py", ".pyc", ".pyi", ".h", ".xml"))]
        # Some wheels hold the same text twice, beside the code and in their metadata.
        texts = {archive.read(n): n for n in sorted(found, key=len, reverse=True)}
    target = folder / meta["Name"]
    target.mkdir(parents=True)
    written = []
    for text, name in sorted(texts.items(), key=lambda item: item[1]):
        file = target / name.replace(".dist-info/", "/").replace("/", "_")
        file.write_bytes(text)
        written.append(f"{target.name}/{file.name}")
    classes = [c for c in meta.get_all("Classifier", []) if c.startswith("License ::")]
    stated = (
        meta["License-Expression"]
        or "; ".join(c.rsplit(" :: ", 1)[-1] for c in classes)
        or (meta["License"] or "").strip().split("\n")[0]  # some put the whole text there
    )
    if not written:
        text = APACHE if "apache" in stated.lower() else None
        if not stated and meta["Name"] in UNSTATED:
            stated, text = UNSTATED[meta["Name"]]
        if text is None:
            raise BuildError(f"{wheel.name} carries no licence text ({stated or 'none stated'})")
        shutil.copy2(text, target / "LICENSE.txt")
        written.append(f"{target.name}/LICENSE.txt")
    return meta["Name"], meta["Version"], stated, written


def write_licences(wheels: list[Path], stage: Path) -> None:
    """Write LICENSES/ with every bundled component's licence, and an index of them."""
    folder = stage / "LICENSES"
    rows = [
        "# Licences of what this extension carries",
        "",
        "Understudy itself: GPL-3.0-or-later (../LICENSE). Perception networks in ../onnx_models: "
        "each card names its source and licence; those from MediaPipe are Apache-2.0 "
        "(../onnx_models/LICENSE.Apache-2.0.txt).",
        "",
        "| component | version | licence, as it states it | texts |",
        "|---|---|---|---|",
    ]
    for wheel in wheels:
        name, version, stated, files = collect_licences(wheel, folder)
        rows.append(f"| {name} | {version} | {stated} | {', '.join(files)} |")
    (folder / "README.md").write_text("\n".join([*rows, ""]), "utf-8")


def write_manifest(target: Target, wheels: list[Path], stage: Path) -> None:
    """Write the tracked manifest with this target's platform and wheels added."""
    text = (ROOT / "blender_manifest.toml").read_text("utf-8")
    listed = "".join(f'  "./wheels/{w.name}",\n' for w in wheels)
    added = f'platforms = ["{target.platform}"]\nwheels = [\n{listed}]\n\n'
    table = text.index("\n[") + 1  # top-level keys come before the first table
    (stage / "blender_manifest.toml").write_text(text[:table] + added + text[table:], "utf-8")


def repack(archive: Path) -> None:
    """Rewrite a zip so that the same content gives the same bytes."""
    partial = archive.with_suffix(".partial")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(partial, "w") as new:
        for name in sorted(n for n in old.namelist() if not n.endswith("/")):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            packed = name.endswith(".whl")  # a zip already
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    partial.replace(archive)


def extension_tool(python: Path) -> Path:
    """Return Blender's extension tool inside the bpy wheel."""
    packages = python.parent.parent
    found = sorted(packages.glob("**/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    if not found:
        raise BuildError("the bpy wheel holds no blender_ext.py: run scripts/env.py py311")
    return found[0]


def build(target: Target, python: Path) -> Path:
    """Build and validate one zip."""
    wheels = download(target, python)
    stage = env.BUILD / "stage" / target.name
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    copy_code(stage)
    (stage / "wheels").mkdir()
    for wheel in wheels:
        shutil.copy2(wheel, stage / "wheels")
    write_licences(wheels, stage)
    write_manifest(target, wheels, stage)
    DIST.mkdir(parents=True, exist_ok=True)
    archive = DIST / f"understudy-{manifest()['version']}-{target.name}.zip"
    tool = [python, extension_tool(python)]
    run([*tool, "validate", stage], f"Validating {target.name}")
    run([*tool, "build", "--source-dir", stage, "--output-filepath", archive], "Building")
    repack(archive)
    run([*tool, "validate", archive], f"Validating {archive.name}")
    shutil.rmtree(stage)
    return archive


def targets(args: argparse.Namespace) -> list[Target]:
    """Return the targets that the command line asks for."""
    platforms = args.platform or (GPU_PLATFORMS if args.gpu else list(PLATFORMS))
    if args.gpu and set(platforms) - set(GPU_PLATFORMS):
        raise BuildError(f"the GPU flavour is built for {' and '.join(GPU_PLATFORMS)} only")
    return [Target(p, v, args.gpu) for p in platforms for v in args.python or PYTHONS]


def main() -> int:
    """Build what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--platform", action="append", choices=list(PLATFORMS))
    parser.add_argument("--python", action="append", choices=PYTHONS)
    parser.add_argument("--gpu", action="store_true", help="with onnxruntime-gpu")
    args = parser.parse_args()
    try:
        wanted = targets(args)
        pythons = env.ensure("py311", "export")
        env.ensure_networks(pythons["export"])
        for target in wanted:
            archive = build(target, pythons["py311"])
            size = archive.stat().st_size / 1e6
            env.say(f"built {archive.relative_to(ROOT)} ({size:.0f} MB)")
    except (BuildError, env.SetupError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
