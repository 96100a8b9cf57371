"""Draw docs/pictures/face_heads.jpg: the face clip that ships, laid on six heads, side by side.

    build/env/py311/bin/python scripts/face_heads_picture.py [--out FILE]

Reads the optional data folder. Two of the heads are moved by Rigify's face: finding their maps
takes minutes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from numpy.typing import NDArray

import bench_face_retarget as bench  # it loads the extension
import package
from face_rigs import bind, fit_rigify

# isort: split
from understudy.addon import examplehead, facemaps, facerig, facesolve
from understudy.ml import progress
from understudy.ml.face import raster
from understudy.ml.face.facemap import FaceMap
from understudy.ml.face.performance import INDEX, Performance
from understudy.ml.face.pipeline import capture

CLIP = package.ROOT / "tests" / "data" / "face_clip.mp4"
COLUMNS, SIDE = 12, 120
_FRAMING = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight", "mouthSmileLeft",
            "mouthSmileRight", "mouthShrugLower")  # fmt: skip
_MOVES = 0.2  # share of the largest motion, from which on a vertex is of the face
_MARGIN = 1.12


class Model(bench.Poser):
    """A head, the controls of its face, and a picture of it as it stands."""

    def __init__(self, target: bpy.types.Object, found: FaceMap) -> None:
        super().__init__(target, found)
        rest = self.points(np.zeros(len(INDEX)))
        near = np.zeros(len(rest), bool)
        for name in _FRAMING:
            away = np.linalg.norm(self.points(np.eye(len(INDEX))[INDEX[name]]) - rest, axis=1)
            near |= away > _MOVES * away.max()
        low, high = rest[near].min(axis=0)[:2], rest[near].max(axis=0)[:2]
        self._view = raster.View((low + high) / 2, _MARGIN * float((high - low).max()), SIDE)

    def picture(self, coefficients: NDArray) -> NDArray:
        """Return (SIDE, SIDE, 3) BGR."""
        surface = self.measured.arrays() | {"points": self.points(coefficients)}
        return raster.draw(raster.Surface(**surface), self._view).image


def source(performance: dict, frames: NDArray) -> list[NDArray]:
    """Return the clip's own pictures, cut around the face."""
    import cv2

    video, pictures = cv2.VideoCapture(str(CLIP)), []
    while (read := video.read())[0]:
        pictures.append(read[1])
    out = []
    for frame in frames:
        points = performance["seen_points"][frame]
        low, high = points.min(axis=0), points.max(axis=0)
        half = int(0.66 * (high - low).max())
        x, y = np.maximum(((low + high) / 2 - half).astype(int), 0)
        cut = pictures[frame][y : y + 2 * half, x : x + 2 * half]
        out.append(cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    return out


def by_names(target: bpy.types.Object) -> Model:
    """Return a head whose shape keys are told by their names."""
    return Model(target, facemaps.from_names(facerig.find_face(target)))


def by_shape(target: bpy.types.Object) -> Model:
    """Return a head whose map is found by shape."""
    return Model(target, facesolve.map_of(facesolve.start(target, {}).result()))


def icts() -> Model:
    """Return ICT-FaceKit's head, its keys by their names."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(bench.DATA / "heads" / "ict_face_arkit51.glb"))
    return by_names(next(o for o in bpy.data.objects if o.type == "MESH"))


def hidden(file: str) -> Model:
    """Return a MakeHuman head whose keys have lost their names."""
    head = bench.Head(file)
    head.hide_names(mixed=False)
    return by_shape(head.mesh)


def boned(file: str) -> Model:
    """Return a MakeHuman head that Rigify's face moves."""
    head = bench.Head(file)
    still = bench.eyes_and_teeth(head)
    head.strip_keys()
    rig = fit_rigify(head.world_points())
    bind(head.mesh, rig, still=still)
    return by_shape(rig)


def example() -> Model:
    """Return the head of the example."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return by_names(examplehead.add(bpy.context.scene, "Head"))


def main() -> int:
    """Capture the clip, lay it on each head, and draw the rows."""
    import cv2

    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    folder = package.ROOT / "docs" / "pictures"
    parser.add_argument("--out", type=Path, default=folder / "face_heads.jpg")
    args = parser.parse_args()
    package.load().register()
    meta, arrays = progress.run(capture({"video": str(CLIP), "device": "cpu"}, {}))
    performance = Performance.unpack(meta, arrays)
    frames = np.linspace(4, len(performance.times) - 5, COLUMNS).round().astype(int)
    rows = [np.concatenate(source(arrays, frames), axis=1)]
    woman, man = bench.HEADS.values()
    for make in (
        icts,
        lambda: by_names(bench.Head(woman).mesh),
        lambda: hidden(man),
        lambda: boned(woman),
        lambda: boned(man),
        example,
    ):
        model = make()
        drawn = [model.picture(performance.coefficients[frame]) for frame in frames]
        rows.append(np.concatenate(drawn, axis=1))
    cv2.imwrite(str(args.out), np.concatenate(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return 0


if __name__ == "__main__":
    package.end_with(main)
