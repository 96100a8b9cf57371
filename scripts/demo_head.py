"""Make a head that needs no download: Suzanne with the 52 ARKit shape keys, on a neck.

<python with bpy> scripts/demo_head.py OUT.blend
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import package

package.load()
from understudy.addon import examplehead  # noqa: E402


def add_neck(head: bpy.types.Object) -> None:
    """Hang the head on an armature's bone, which can turn it."""
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones.new("head")
    bone.head, bone.tail = (0, 0.1, -0.9), (0, 0.1, 0.6)
    bpy.ops.object.mode_set(mode="OBJECT")
    head.vertex_groups.new(name="head").add(range(len(head.data.vertices)), 1.0, "REPLACE")
    head.modifiers.new("Armature", "ARMATURE").object = rig
    head.parent = rig


def main() -> int:
    """Make the file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    add_neck(examplehead.add(bpy.context.scene, "Suzanne"))
    bpy.context.scene.render.fps = 30
    bpy.ops.wm.save_as_mainfile(filepath=str(args.out.resolve()))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    package.end_with(main)
