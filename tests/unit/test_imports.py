"""The import table of the design, as a test: who may import whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("addon", "ops", "panels", "ml")

BLENDER = {"bpy", "bpy_extras", "bpy_types", "mathutils", "bmesh", "gpu", "gpu_extras", "blf"}
BLENDER |= {"addon_utils", "bl_ui", "bl_operators"}
HEAVY = {"onnxruntime", "cv2", "scipy"}
TRAINING = {"torch", "torchvision", "tensorflow", "tf2onnx", "mediapipe", "jax"}

# What each part may import of the extension: prefixes of dotted names below its root.
MAY = {
    "": ("addon",),
    "ml": ("ml",),
    "ml.train": ("ml",),
    "addon": ("ml", "addon", "ops", "panels"),
    "ops": ("ml", "addon", "ops"),
    "panels": ("ml.errors", "addon.about", "addon.props", "addon.prefs", "panels"),
}
# Pure `ml`: shared maths, outside the stages. It may not open networks.
ML_STAGES = ("ml.blocking", "ml.inbetween", "ml.face", "ml.layout", "ml.train")
# Modules that hand the worker's requests to the stages.
ML_ENTRIES = {"ml.runtime", "ml.tasks", "ml.worker"}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield (dotted name below the extension's root, file); the root itself is ""."""
    yield "", ROOT / "__init__.py"
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            names = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(n for n in names if n != "__init__"), path


def at_import_time(tree: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements that run when the module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from at_import_time(node)


def absolute(nodes: Iterator[ast.AST]) -> set[str]:
    """Return the top packages that are imported by absolute name."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def relative(name: str, path: Path, tree: ast.AST) -> set[str]:
    """Return the dotted names below the extension's root that are imported relatively."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        parts = [p for p in package if p]
        up = node.level - 1
        assert up <= len(parts), f"{path}: leaves the extension at line {node.lineno}"
        base = parts[: len(parts) - up] + (node.module.split(".") if node.module else [])
        found |= {".".join([*base, alias.name]) for alias in node.names}
    return found


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether a dotted name is one of `prefixes` or lies below one."""
    return any(name == p or name.startswith(p + ".") for p in prefixes)


CASES = [pytest.param(n, p, id=n or "__init__") for n, p in modules()]


@pytest.mark.parametrize(("name", "path"), CASES)
def test_imports_only_what_the_design_allows(name: str, path: Path) -> None:
    part = "ml.train" if within(name, ("ml.train",)) else name.split(".")[0]
    tree = ast.parse(path.read_text("utf-8"))
    outside = absolute(ast.walk(tree))
    assert "understudy" not in outside and not outside & set(PARTS), "must be relative"
    if part.startswith("ml"):
        assert not outside & BLENDER, "ml knows nothing of Blender"
    if part != "ml.train":
        assert not outside & TRAINING, "training tools stay in ml/train and scripts"
    bad = {n for n in relative(name, path, tree) if not within(n, MAY[part])}
    if part in ("addon", "") and name != "addon.registry":
        bad |= {n for n in relative(name, path, tree) if within(n, ("ops", "panels"))}
    if part == "addon":
        bad |= {n for n in relative(name, path, tree) if within(n, ("ml.runtime",))}
    if part == "ml" and name not in ML_ENTRIES and not within(name, ML_STAGES):
        bad |= {n for n in relative(name, path, tree) if within(n, ("ml.runtime", *ML_STAGES))}
    if part != "ml.train":
        bad |= {n for n in relative(name, path, tree) if within(n, ("ml.train",))}
    assert not bad, f"{name or '__init__'} may not import {sorted(bad)}"


@pytest.mark.parametrize(("name", "path"), CASES)
def test_nothing_heavy_is_imported_at_enable_time(name: str, path: Path) -> None:
    loaded = absolute(at_import_time(ast.parse(path.read_text("utf-8"))))
    if within(name, ("ml",)):
        return  # what the worker alone loads may be heavy; the test below finds what is not
    assert not loaded & HEAVY, f"{name} is loaded when the extension is enabled"
    if name == "":
        assert not loaded & BLENDER, "the pure part loads without Blender"


def test_enabling_reaches_no_module_with_a_heavy_import() -> None:
    """Follow the imports that run when the registry is imported, from file to file."""
    files = dict(modules())
    todo, seen = ["addon.registry"], set()
    while todo:
        name = todo.pop()
        if name in seen or name not in files:
            continue
        seen.add(name)
        tree = ast.parse(files[name].read_text("utf-8"))
        body = ast.Module(list(at_import_time(tree)), [])
        assert not absolute(body.body) & HEAVY, f"enabling imports {name}, which is heavy"
        for found in relative(name, files[name], body):
            parts = found.split(".")
            todo += [".".join(parts[:n]) for n in range(1, len(parts) + 1)]


def test_heavy_packages_cost_nothing_to_import() -> None:
    """Importing every pure module loads none of the heavy packages."""
    import subprocess
    import sys

    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
        "import package; package.load()\n"
        "from understudy.ml import errors, progress, rig, rotations, take\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert out.stdout.strip() == "[]"
