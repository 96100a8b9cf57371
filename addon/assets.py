"""The artist's own assets: found, measured once and remembered, loaded when they are placed.

An asset is a thing of a .blend file (what is marked as an asset, in asset libraries and in the
open file; else its collections or objects), or a whole file of another kind. What was measured is
kept in a file of the machine, and looked up by path, size and time of the asset's file.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import bpy
from bpy.types import ID, Collection

from ..ml import digest
from ..ml.errors import UnderstudyError
from ..ml.layout.match import guess_kind
from ..ml.layout.plan import AssetBox, Item
from . import assetfiles
from .about import PACKAGE
from .files import write_atomically
from .surfaces import OWNED

MOST_FILES = 2000
SOURCE = "understudy_source"
_FORMAT = 2
_MOST_TOLD = 8
_NOISE = {"a", "b", "c", "d", "the", "of", "and", "mesh", "model", "asset", "obj", "lod", "low",
          "poly", "lowpoly", "highpoly", "without", "with", "large", "small", "medium"}  # fmt: skip


@dataclass
class Entry:
    """One asset: where it is, its words, its size in metres as it is, its file's size and time."""

    name: str
    path: str
    kind: str
    block: str
    tags: list[str]
    size: tuple[float, float, float]
    state: list[int]


@dataclass
class Index:
    """What was found.

    Attributes
    ----------
    entries : by name, which is unique
    notes : sentences for the person: files that were left out, and why
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def boxes(self) -> list[AssetBox]:
        """Return what the layout stage needs to know of them."""
        return [
            AssetBox(e.name, e.path, e.tags, e.size, guess_kind(e.tags, e.size))
            for e in self.entries.values()
        ]

    def digest(self) -> str:
        """Return a digest of the files' states: an edited asset makes another layout."""
        return digest.of_values([[e.name, e.state] for e in self.entries.values()])

    def add(self, path: Path | None, kind: str, block: str, tags: list[str], size: tuple) -> None:
        """Add an asset under a name of its own."""
        stem = block or (path.stem if path else "asset")
        name, count = stem, 2
        while name in self.entries:
            name, count = f"{stem} ({count})", count + 1
        words = list(dict.fromkeys([*tags, *words_of(stem), *words_of(path.stem if path else "")]))
        state = _state(path) if path else [0, 0]
        where = str(path) if path else ""
        self.entries[name] = Entry(name, where, kind, block, words, tuple(size), state)


def words_of(name: str) -> list[str]:
    """Return the words of a file's or asset's name: `Chair_old_A.001` gives chair, old."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [w for w in re.findall(r"[^\W\d_]+", spaced.lower()) if w not in _NOISE and len(w) > 1]


def find(folder: str = "", libraries: bool = False) -> Index:
    """Look through a folder, Blender's asset libraries, and the assets of the open file.

    Raises
    ------
    UnderstudyError
        The folder is none. A file that cannot be read is noted and left out.
    """
    index, memory = Index(), _Memory()
    roots = []
    if folder:
        if not Path(folder).is_dir():
            raise UnderstudyError(f"{folder} is no folder: choose the folder of your assets")
        roots.append((Path(folder), (assetfiles.BLEND, *assetfiles.IMPORTED)))
    if libraries:
        _add_local(index)
        for library in bpy.context.preferences.filepaths.asset_libraries:
            if library.path and Path(library.path).is_dir():
                roots.append((Path(library.path), (assetfiles.BLEND,)))
    broken: list[str] = []
    for root, kinds in roots:
        files = sorted(p for p in root.rglob("*") if p.suffix.lower() in kinds and p.is_file())
        if len(files) > MOST_FILES:
            index.notes.append(
                f"{root} holds {len(files)} files: only the first {MOST_FILES} were looked at"
            )
        for path in files[:MOST_FILES]:
            _add_file(index, memory, root, path.absolute(), broken)
    memory.save()
    if broken:
        shown = "; ".join(broken[:_MOST_TOLD])
        more = f"; and {len(broken) - _MOST_TOLD} more" if len(broken) > _MOST_TOLD else ""
        index.notes.append(f"Assets left out: {shown}{more}")
    return index


def _add_file(index: Index, memory: _Memory, root: Path, path: Path, broken: list[str]) -> None:
    found = memory.get(path)
    if found is None:
        try:
            found = [list(one) for one in assetfiles.measure(path)]
        except UnderstudyError as exc:
            found = str(exc)
        memory.put(path, found)
    if isinstance(found, str):
        broken.append(found)
        return
    around = [w for part in path.relative_to(root.absolute()).parts[:-1] for w in words_of(part)]
    for kind, name, size, texts in found:
        index.add(path, kind, name, [w for t in texts for w in words_of(t)], tuple(size))
        last = next(reversed(index.entries.values()))
        last.tags = list(dict.fromkeys([*last.tags, *around]))


def _add_local(index: Index) -> None:
    """Add what is marked as an asset in the open file."""
    for kind in ("collections", "objects"):
        for block in getattr(bpy.data, kind):
            if block.asset_data is None or OWNED in block:
                continue
            objects = list(block.all_objects) if kind == "collections" else [block]
            box = assetfiles.box_of(objects)
            if box is not None:
                tags = [w for text in assetfiles.words_on(block) for w in words_of(text)]
                index.add(None, kind, block.name, tags, tuple(float(n) for n in box[1] - box[0]))


def _state(path: Path) -> list[int]:
    try:
        stat = path.stat()
    except OSError:
        return [0, 0]
    return [stat.st_size, stat.st_mtime_ns]


class _Memory:
    """What was measured before, in a file of this machine."""

    def __init__(self) -> None:
        self._path, self._changed, self._known = memory_file(), False, {}
        with contextlib.suppress(OSError, ValueError, KeyError, AttributeError):
            kept = json.loads(self._path.read_text("utf-8"))
            if kept["format"] == _FORMAT:
                self._known = dict(kept["files"])

    def get(self, path: Path) -> list | str | None:
        entry = self._known.get(str(path))
        return entry["found"] if entry and entry["state"] == _state(path) else None

    def put(self, path: Path, found: list | str) -> None:
        self._known[str(path)] = {"state": _state(path), "found": found}
        self._changed = True

    def save(self) -> None:
        """Write what is new; a place that cannot be written only costs time the next time."""
        if self._changed and self._path is not None:
            with contextlib.suppress(OSError, UnderstudyError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path, json.dumps({"format": _FORMAT, "files": self._known}))


def memory_file() -> Path:
    """Return the file in which sizes of assets are remembered."""
    try:
        folder = bpy.utils.extension_path_user(PACKAGE)
    except ValueError:  # it runs from a checkout, not as an installed extension
        folder = bpy.utils.user_resource("CONFIG", path="understudy")
    return Path(folder) / "assets.json"


class Loader:
    """Loads assets into the file, each once, as collections that items are instances of.

    Attributes
    ----------
    notes : what could not be loaded
    """

    def __init__(self, index: Index) -> None:
        self._index, self.notes = index, []
        self._there: dict[str, Collection | None] = {}
        self._came: list[ID] = []

    def collection(self, item: Item) -> Collection | None:
        """Return the collection of an item's asset, standing on its origin; None without."""
        entry = self._index.entries.get(item.asset)
        if entry is None:
            return None
        if item.asset not in self._there:
            self._there[item.asset] = self._known(entry) or self._load(entry)
        return self._there[item.asset]

    def _key(self, entry: Entry) -> str:
        return json.dumps([entry.path, entry.kind, entry.block, list(entry.size)])

    def _known(self, entry: Entry) -> Collection | None:
        """Return what an earlier run loaded, if it is still there and unchanged."""
        key = self._key(entry)
        return next((c for c in bpy.data.collections if c.get(SOURCE) == key), None)

    def _load(self, entry: Entry) -> Collection | None:
        try:
            if entry.path:
                objects, came = assetfiles.bring(Path(entry.path), entry.kind, entry.block)
            else:
                block = getattr(bpy.data, entry.kind)[entry.block]
                objects, came = list(getattr(block, "all_objects", [block])), []
            box = assetfiles.box_of(objects)
            if box is None:
                assetfiles.drop(came)
                raise UnderstudyError(f"{entry.name} has no body any more")
        except (UnderstudyError, KeyError) as exc:
            self.notes.append(f"{exc}; the kit stands in for it")
            return None
        made = bpy.data.collections.new(entry.name)
        for obj in objects:
            made.objects.link(obj)
        low, high = box
        made.instance_offset = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2])
        made["size"] = [float(n) for n in high - low]
        made[SOURCE] = self._key(entry)
        for block in (made, *came):
            with contextlib.suppress(TypeError, RuntimeError):  # linked data takes no property
                block[OWNED] = "assets"
        self._came += [made, *came]
        return made

    def take_back(self) -> None:
        """Remove what was loaded, after a failure."""
        assetfiles.drop(self._came)
