"""The scripts that set up, load and package the extension."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import build
import env
import package

ROOT = Path(__file__).resolve().parents[2]


def test_package_refuses_a_folder_without_an_extension(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, package.NAME)
    with pytest.raises(FileNotFoundError, match="No extension in"):
        package.load(tmp_path)


def test_package_refuses_a_second_copy(tmp_path):
    (tmp_path / "__init__.py").write_text("")
    with pytest.raises(ImportError, match="already loaded"):
        package.load(tmp_path)


@pytest.mark.parametrize(
    ("body", "status"),
    [("return 0", 0), ("return 4", 4), ("sys.exit('no')", 1), ("sys.exit(2)", 2), ("1 / 0", 1)],
)
def test_a_script_ends_with_what_its_main_says(body, status):
    code = f"import sys, package\ndef main():\n    {body}\npackage.end_with(main)\n"
    scripts = ROOT / "scripts"
    done = subprocess.run([sys.executable, "-c", code], cwd=scripts, timeout=60, check=False)
    assert done.returncode == status


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux names its libraries so")
def test_missing_system_libraries_are_named_with_what_installs_them(monkeypatch):
    absent = env.Library("libnothere.so.9", "libnothere9", "libnothere")
    assert env.missing_libraries([env.LIBRARIES[0], absent])[-1] == absent
    monkeypatch.setattr(env, "missing_libraries", lambda: [absent])
    with pytest.raises(env.SetupError, match="libnothere.so.9") as caught:
        env.check_libraries()
    assert "libnothere9" in str(caught.value)


def test_a_missing_python_is_fatal_only_where_it_is_needed(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(env, "BUILD", tmp_path)
    monkeypatch.setattr(env, "check_libraries", lambda: None)
    monkeypatch.setattr(env, "find_python", lambda _version: None)
    assert env.ensure("py313") == {}
    assert "no Python 3.13 found" in capsys.readouterr().out
    with pytest.raises(env.SetupError, match=r"Python 3\.11 .* is needed"):
        env.ensure("py311")


def test_an_environment_is_ready_only_for_the_present_pins(monkeypatch, tmp_path):
    monkeypatch.setattr(env, "BUILD", tmp_path)
    python = env.python_of("py311")
    python.parent.mkdir(parents=True)
    python.touch()
    stamp = tmp_path / "env" / "py311" / env.STAMP
    stamp.write_text("older pins")
    assert not env.is_ready("py311")
    stamp.write_text(env._wanted("py311"))
    assert env.is_ready("py311")


def test_pins_say_no_place_and_carry_hashes():
    files = sorted((ROOT / "requirements").glob("*.txt"))
    assert {f.stem for f in files} >= {"py311", "py313", "export", "bundle", "bundle-gpu"}
    for file in files:
        text = file.read_text("utf-8")
        assert "://" not in text and "--index" not in text
        assert text.count("--hash=sha256:") >= text.count("==")


def test_numpy_is_never_bundled():
    for name in ("bundle", "bundle-gpu"):
        pins = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        assert not any(line.startswith("numpy==") for line in pins.splitlines())


def test_the_built_manifest_keeps_the_tracked_one_and_adds_the_wheels(tmp_path):
    target = build.Target("windows-x64", "3.13", gpu=True)
    build.write_manifest(target, [Path("a-1-py3-none-any.whl")], tmp_path)
    made = tomllib.loads((tmp_path / "blender_manifest.toml").read_text("utf-8"))
    assert made.pop("platforms") == ["windows-x64"]
    assert made.pop("wheels") == ["./wheels/a-1-py3-none-any.whl"]
    assert made == build.manifest()
    assert target.name == "windows-x64-py313-gpu"


def make_wheel(folder: Path, files: dict[str, str]) -> Path:
    wheel = folder / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return wheel


def test_a_wheels_licence_texts_are_collected_once(tmp_path):
    meta = "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nLicense: MIT\n"
    wheel = make_wheel(
        tmp_path,
        {
            "thing-1.0.dist-info/METADATA": meta,
            "thing-1.0.dist-info/licenses/LICENSE": "the terms",
            "thing/LICENSE": "the terms",
            "thing/NOTICE.txt": "thanks",
        },
    )
    name, version, stated, files = build.collect_licences(wheel, tmp_path / "LICENSES")
    assert (name, version, stated) == ("thing", "1.0", "MIT")
    texts = [(tmp_path / "LICENSES" / f).read_text() for f in files]
    assert sorted(texts) == ["thanks", "the terms"]


def test_a_wheel_without_a_licence_text_is_not_bundled(tmp_path):
    meta = "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nLicense: Odd\n"
    wheel = make_wheel(tmp_path, {"thing-1.0.dist-info/METADATA": meta})
    with pytest.raises(build.BuildError, match="no licence text"):
        build.collect_licences(wheel, tmp_path / "LICENSES")


def test_repacking_gives_the_same_bytes_whatever_the_dates(tmp_path):
    archives = []
    for number, names in enumerate((("a", "b"), ("b", "a"))):
        path = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(name, (2000 + number, 1, 1, 0, 0, 0)), name)
        build.repack(path)
        archives.append(path.read_bytes())
    assert archives[0] == archives[1]
