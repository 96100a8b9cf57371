"""Writes a Layout into the open file: all of it or nothing, and a rerun replaces only its own.

Everything made carries the ID property `OWNED`. What the artist has moved, turned, scaled, locked
or given another mesh is known by comparing with what was recorded when it was written; it stays,
and the next layout is made around it. The layout itself is kept on its collection, so that parts
of it can be locked and the rest made anew.
"""

from __future__ import annotations

import base64
import contextlib
import json
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import bpy
import numpy as np
from bpy.types import Collection, Object, Scene
from mathutils import Matrix

from ..ml.errors import UnderstudyError
from ..ml.layout.geometry import overlap
from ..ml.layout.kinds import KINDS
from ..ml.layout.picture import painted_role, shape_seed, solid_of, standard_size
from ..ml.layout.plan import Item, Layout, pack
from ..ml.take import Provenance
from . import air, shell, shots
from .surfaces import ITEM, OWNED, Surfaces

ROOT = "Layout"
KEPT = "understudy_placed"
"""ID property of an item's object: its matrix as written, so that a move is known."""
LOCK = "understudy_lock"
"""ID property of an item's object that the artist has locked."""
DATA = "understudy_layout_data"
"""ID property of the layout's collection: the packed layout, compressed."""
_WORLD = "understudy_world_before"
_MOVED = 1e-4
_ASSET_TURN = 180.0
"""Degrees: people model things facing -Y, as Blender's front view and importers have it."""

PARTS = {
    "structure": "Structure",
    "furniture": "Furniture",
    "prop": "Props",
    "sign": "Props",
    "vegetation": "Vegetation",
    "vehicle": "Vehicles",
    "light": "Lights",
    "hero": "Heroes",
}
"""Role of an item to the collection it lies in."""


@dataclass
class Written:
    """What `write` did.

    Attributes
    ----------
    objects, meshes, instances, cameras, keys : int
    kept : names of what the artist had changed or locked, which stayed
    replaced : how many objects of an earlier run went
    notes : sentences for the person
    frames : (first, last) of the shots
    """

    objects: int = 0
    meshes: int = 0
    instances: int = 0
    cameras: int = 0
    keys: int = 0
    kept: list[str] = field(default_factory=list)
    replaced: int = 0
    notes: list[str] = field(default_factory=list)
    frames: tuple[int, int] = (1, 1)


def root_of(scene: Scene) -> Collection | None:
    """Return the collection of the scene's layout, if there is one."""
    return next((c for c in scene.collection.children_recursive if DATA in c), None)


def stored(scene: Scene) -> Layout | None:
    """Return the layout that the scene was written from; None where there is none."""
    root = root_of(scene)
    if root is None:
        return None
    try:
        return Layout.unpack(json.loads(zlib.decompress(base64.b64decode(root[DATA]))))
    except (ValueError, zlib.error, UnderstudyError):
        return None  # spoilt: it is then a collection like any other


def kept_items(scene: Scene) -> list[tuple[Object, Item]]:
    """Return what the artist locked, moved or remade, as items where they are now."""
    found = []
    for obj in _ours(scene):
        if ITEM not in obj or not is_kept(obj):
            continue
        item = Item(**json.loads(obj[ITEM]))
        item.locked, item.parent = True, -1
        place, turn, scale = obj.matrix_world.decompose()
        before = _recorded(obj)
        old = before.to_scale() if before is not None else scale
        # Never nothing: a thing scaled to a plane still stands somewhere.
        grown = [abs(a / b) if abs(b) > 1e-9 else 1.0 for a, b in zip(scale, old, strict=True)]
        item.size = tuple(max(s * g, 1e-3) for s, g in zip(item.size, grown, strict=True))
        item.pos = tuple(place)
        item.yaw = math.degrees(turn.to_euler("XYZ").z)
        if obj.get("understudy_asset"):
            item.yaw -= _ASSET_TURN
        found.append((obj, item))
    return found


def is_kept(obj: Object) -> bool:
    """Tell whether an item's object is no longer as it was written, or is locked."""
    if obj.get(LOCK):
        return True
    before = _recorded(obj)
    if before is None:
        return True
    moved = np.abs(np.array(before) - np.array(obj.matrix_basis)).max() > _MOVED
    return bool(moved or _remade(obj))


def lock(scene: Scene, objects: list[Object], locked: bool, zone: bool = False) -> int:
    """Lock items, or let them go, and return how many; `zone` takes their zones' others along."""
    chosen = {o for o in objects if ITEM in o and OWNED in o}
    if zone:
        zones = {json.loads(o[ITEM])["zone"] for o in chosen}
        chosen |= {o for o in _ours(scene) if ITEM in o and json.loads(o[ITEM])["zone"] in zones}
    for obj in chosen:
        if locked:
            obj[LOCK] = True
        else:
            obj.pop(LOCK, None)
    return len(chosen)


def _remade(obj: Object) -> bool:
    data = obj.data if obj.type == "MESH" else obj.instance_collection
    return data is not None and OWNED not in data and not obj.get("understudy_asset")


def _recorded(obj: Object) -> Matrix | None:
    numbers = obj.get(KEPT)
    if numbers is None or len(numbers) != 16:
        return None
    return Matrix([numbers[i : i + 4] for i in range(0, 16, 4)])


def _ours(scene: Scene) -> list[Object]:
    root = root_of(scene)
    return [o for o in root.all_objects if OWNED in o] if root is not None else []


def _meet(a: Item, b: Item) -> bool:
    """Tell whether two items' boxes overlap by more than a touch."""
    apart = a.pos[2] + a.size[2] <= b.pos[2] + 0.01 or b.pos[2] + b.size[2] <= a.pos[2] + 0.01
    kinds = [KINDS[i.kind].solid for i in (a, b) if i.kind in KINDS]
    if apart or not all(kinds):
        return False
    prints = [
        np.array([[*i.pos[:2], i.size[0] / 2, i.size[1] / 2, math.radians(i.yaw)]]) for i in (a, b)
    ]
    return bool(overlap(*prints)[0])


Instancer = Callable[[Item], Collection | None]
"""Gives the collection of an asset, bottom middle at its origin, for an item that names one."""


def write(
    scene: Scene,
    layout: Layout,
    provenance: Provenance,
    assets: Instancer = lambda item: None,
    use_world: bool = True,
) -> Written:
    """Put a layout into a scene, in the place of an earlier one.

    Raises
    ------
    UnderstudyError
        It cannot be written; nothing was changed.
    """
    if scene.library is not None:
        raise UnderstudyError(f"Scene {scene.name} is linked: open its own file, or make it local")
    writer = _Writer(scene, layout, assets)
    with contextlib.ExitStack() as undo:
        undo.callback(writer.take_back)
        written = writer.build(provenance)
        undo.pop_all()
    writer.replace(written, use_world)
    return written


class _Writer:
    """One layout on its way into a scene."""

    def __init__(self, scene: Scene, layout: Layout, assets: Instancer) -> None:
        self.scene, self.layout, self.assets = scene, layout, assets
        self.name = f"{layout.seed}:{layout.variant}"
        self.surfaces = Surfaces(layout, self.name)
        self.old = _ours(scene)
        self.old_root = root_of(scene)
        kept = kept_items(scene)
        self.kept = {item.name: obj for obj, item in kept}
        self.standing = [item for _, item in kept]
        self.gave_way: list[str] = []
        self.root: Collection | None = None
        self.parts: dict[str, Collection] = {}
        self.items: list[Object | None] = []
        self.instances = 0

    def build(self, provenance: Provenance) -> Written:
        """Make everything in a collection of its own, beside what is there."""
        root = self.surfaces.own(bpy.data.collections.new(ROOT))
        self.root = root
        text = json.dumps(self.layout.pack()).encode()
        root[DATA] = base64.b64encode(zlib.compress(text, 6)).decode("ascii")
        self.scene.collection.children.link(root)
        for item in self.layout.items:
            self.items.append(self._item(item))
        self.floors = shell.own_floors(self.scene, OWNED)
        sunk = shell.SUNK if self.floors else 0.0
        shell.build(self.layout, self.surfaces, self._new, sunk)
        self.world = air.build(self.layout, self.surfaces, self._new, self.items)
        for mark in self.layout.marks:
            spot = self._new(mark.name, None, "Marks")
            spot.empty_display_type, spot.empty_display_size = "SINGLE_ARROW", 0.5
            spot.matrix_world = Matrix.Translation(mark.pos) @ Matrix.Rotation(
                math.radians(mark.yaw), 4, "Z"
            )
        cameras = shots.build(self.layout, self.surfaces, self._new)
        start = self.scene.frame_start
        self.shots = shots.animate(self.layout, self.surfaces, cameras, start, provenance)
        for obj in root.all_objects:
            if KEPT not in obj:
                self._record(obj)
        return Written(
            objects=len(root.all_objects),
            meshes=sum(isinstance(b, bpy.types.Mesh) for b in self.surfaces.made),
            instances=self.instances,
            cameras=len(cameras),
            keys=sum(keys for _, _, keys in self.shots),
            kept=sorted(self.kept),
            notes=self._notes(),
        )

    def _notes(self) -> list[str]:
        notes = self._left_out()
        if self.floors:
            names = ", ".join(self.floors[:3]) + (", …" if len(self.floors) > 3 else "")
            notes.append(f"The layout stands on your own {names}: its ground lies just below")
        return notes

    def _left_out(self) -> list[str]:
        if not self.gave_way:
            return []
        names = ", ".join(self.gave_way[:6]) + (", …" if len(self.gave_way) > 6 else "")
        return [f"Left out, because what you moved or locked stands there: {names}"]

    def _new(self, name: str, data: object, part: str) -> Object:
        """Make an object in one of the layout's collections."""
        obj = self.surfaces.own(bpy.data.objects.new(name, data), name)
        if part not in self.parts:
            self.parts[part] = self.surfaces.own(bpy.data.collections.new(part))
            self.root.children.link(self.parts[part])
        self.parts[part].objects.link(obj)
        return obj

    def _item(self, item: Item) -> Object | None:
        if any(item.name == s.name and item.kind == s.kind for s in self.standing):
            return None  # it stands there already, where the artist put it
        if item.parent < 0 and any(_meet(item, other) for other in self.standing):
            self.gave_way.append(item.name)
            return None
        part = PARTS.get(item.role, "Props")
        source, turn = (self.assets(item) if item.asset else None), 0.0
        if source is not None:
            obj = self._new(item.name, None, part)
            obj.instance_type, obj.instance_collection = "COLLECTION", source
            obj.empty_display_size = 0.1
            obj["understudy_asset"] = item.asset
            # A flat asset, such as a decal, has a side of nothing: it keeps it.
            pairs = zip(item.size, source["size"], strict=True)
            scale = [s / b if b > 1e-6 else 1.0 for s, b in pairs]
            turn = _ASSET_TURN
            self.instances += 1
        else:
            obj = self._new(item.name, self._mesh(item), part)
            whole = standard_size(item.size)
            scale = [a / b for a, b in zip(item.size, whole, strict=True)]
            self._repaint(obj, item)
        obj.location, obj.scale = item.pos, scale
        obj.rotation_euler.z = math.radians(item.yaw + turn)
        obj[ITEM] = json.dumps(pack(item))
        self._record(obj)
        return obj

    def _mesh(self, item: Item) -> bpy.types.Mesh:
        seed = shape_seed(item, self.layout.seed)
        key = (item.kind, standard_size(item.size), item.style, seed)
        return self.surfaces.mesh(key, item.kind.replace("_", " ").capitalize(),
                                  solid_of(item, self.layout.seed))  # fmt: skip

    def _repaint(self, obj: Object, item: Item) -> None:
        """Give one object its own colour, on its shared mesh."""
        solid = solid_of(item, self.layout.seed)
        role = painted_role(item, solid)
        if role is None or item.material not in self.layout.palette:
            return
        slot = obj.material_slots[solid.roles.index(role)]
        slot.link = "OBJECT"
        slot.material = self.surfaces.material(f"palette {item.material}")

    @staticmethod
    def _record(obj: Object) -> None:
        # Read back: Blender keeps single precision.
        obj[KEPT] = [n for row in obj.matrix_basis for n in row]

    def replace(self, written: Written, use_world: bool) -> None:
        """Take the earlier layout away and put this one in its place; nothing here can fail."""
        scene, kept = self.scene, set(self.kept.values())
        for obj in kept:
            self._adopt(obj)
        cameras = {o for o in self.old if o.type == "CAMERA" and o not in kept}
        was_ours = scene.camera is None or scene.camera in cameras
        shots.unbind(scene, cameras)
        written.replaced = len([o for o in self.old if o not in kept])
        before = scene.world
        remove_blocks(scene, self.old_root, kept)
        self._set_world(before, use_world, written)
        _remove_unused()
        self.surfaces.rename()
        written.notes += shots.bind(scene, self.shots)
        if self.shots and was_ours:
            scene.camera = self.shots[0][0]
        self._fit_range(written)

    def _adopt(self, obj: Object) -> None:
        """Move a kept object over into the new tree."""
        parts = [c for c in obj.users_collection if OWNED in c]
        name = parts[0].name.split(".")[0] if parts else "Props"
        if name not in self.parts:
            self.parts[name] = self.surfaces.own(bpy.data.collections.new(name))
            self.root.children.link(self.parts[name])
        for part in parts:
            part.objects.unlink(obj)
        if obj.name not in self.parts[name].objects:
            self.parts[name].objects.link(obj)

    def _set_world(self, before: bpy.types.World | None, use_world: bool, written: Written) -> None:
        scene, name = self.scene, ""
        with contextlib.suppress(ReferenceError):  # it was the earlier layout's, and is gone
            name = before.name if before is not None and OWNED not in before else ""
        if not name and self.old_root is None and scene.get(_WORLD):
            name = scene[_WORLD]
        if use_world:
            if name:
                scene[_WORLD] = name
                bpy.data.worlds[name].use_fake_user = True
                written.notes.append(
                    f"The scene's world {name} was put aside for the layout's sky; it is kept in "
                    "the file, and Remove Layout puts it back"
                )
            scene.world = self.world
        else:
            written.notes.append(f"The sky is in the file as the world {self.world.name}")
            self.world.use_fake_user = True

    def _fit_range(self, written: Written) -> None:
        scene = self.scene
        if not self.shots:
            return
        durations = [max(int(s.duration), 1) for s in self.layout.shots if s.keys]
        last = scene.frame_start + sum(durations) - 1
        written.frames = (scene.frame_start, last)
        theirs = [a for a in bpy.data.actions if OWNED not in a]
        if last > scene.frame_end:
            if theirs:
                written.notes.append(
                    f"The shots end at frame {last}, after the scene's last frame {scene.frame_end}"
                )
            else:
                scene.frame_end = last

    def take_back(self) -> None:
        """Remove everything that was made, after a failure."""
        if self.root is not None and self.root.name in self.scene.collection.children:
            self.scene.collection.children.unlink(self.root)
        _remove(self.surfaces.made)
        _remove_unused()


def remove_blocks(scene: Scene, root: Collection | None, kept: set[Object]) -> None:
    """Remove a layout's own data-blocks; what was put into its collections by hand is moved out."""
    if root is None:
        return
    tree = [root, *root.children_recursive]
    blocks: list = []
    for obj in list(root.all_objects):
        if obj in kept:
            continue
        if OWNED in obj:
            # Its mesh may be that of a thing that stays: what nobody uses goes afterwards.
            blocks.append(obj)
        else:
            scene.collection.objects.link(obj) if obj.name not in scene.collection.objects else None
    blocks += [c for c in tree if OWNED in c]
    _remove(blocks)


def _remove(blocks: list) -> None:
    """Remove data-blocks; those that are gone already are passed over."""
    seen = []
    for block in blocks:
        with contextlib.suppress(ReferenceError):
            if block.name and block not in seen:
                seen.append(block)
    # Objects first, then what they used, so that nothing is in use when it goes.
    seen.sort(key=lambda b: (not isinstance(b, Object), not isinstance(b, Collection)))
    bpy.data.batch_remove(seen)


def _remove_unused() -> None:
    """Remove meshes, materials, worlds and node groups of layouts that nothing uses any more."""
    for _ in range(6):  # a mesh goes first, then its material, then that one's image or group
        unused = [
            block
            for kind in (
                "collections",
                "objects",
                "meshes",
                "materials",
                "images",
                "armatures",
                "lights",
                "cameras",
                "node_groups",
                "actions",
                "worlds",
            )
            for block in getattr(bpy.data, kind)
            if OWNED in block and not block.users - block.use_fake_user
        ]
        if not unused:
            return
        bpy.data.batch_remove(unused)


def remove(scene: Scene) -> int:
    """Remove the scene's layout but for what the artist changed; return how many objects went."""
    root = root_of(scene)
    if root is None:
        return 0
    kept = {obj for obj, _ in kept_items(scene)}
    ours = [o for o in root.all_objects if OWNED in o]
    cameras = {o for o in ours if o.type == "CAMERA" and o not in kept}
    for obj in kept:
        for part in [c for c in obj.users_collection if OWNED in c]:
            part.objects.unlink(obj)
        scene.collection.objects.link(obj)
        for name in (OWNED, KEPT, ITEM, LOCK):
            obj.pop(name, None)
    shots.unbind(scene, cameras)
    world = scene.world
    if world is not None and OWNED in world:
        scene.world = bpy.data.worlds.get(scene.get(_WORLD, ""))
        bpy.data.worlds.remove(world)
    scene.pop(_WORLD, None)
    remove_blocks(scene, root, kept)
    _remove_unused()
    return len(ours) - len(kept)
