"""Measure face retargeting through the product's own path: keys are written, Blender plays them.

    python scripts/bench_face_retarget.py [--frames N] [--only names shapes mixed bones]

Run it with the Python of the py311 environment; it reads the optional data folder (see
tests/real). A real recording (S07-001) is laid on heads in the ways that the face map can be found,
and the motion of the face mesh's 468 points, as Blender plays it, is compared with

* "own": what the head's own ARKit shape keys do at the recording's coefficients;
* "carried": the motion of the ICT-FaceKit head at those coefficients, carried over to this head.

Figures are root mean square error over root mean square motion; "lips" and "lids" are that of how
far they open, against what is carried. Only the ICT-FaceKit head's motions
serve as reference here, so a MakeHuman head is one that the method has not seen.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np

import package
from face_rigs import bind, fit_rigify

package.load()
from understudy.addon import face, facemaps, facerig, facesolve, facesurface, jobs  # noqa: E402
from understudy.ml.face import geometry  # noqa: E402
from understudy.ml.face import performance as performances  # noqa: E402
from understudy.ml.face.facemap import Control, FaceMap  # noqa: E402
from understudy.ml.face.landmarks import skin  # noqa: E402
from understudy.ml.face.performance import NAMES  # noqa: E402
from understudy.ml.face.raster import Surface, View, draw  # noqa: E402
from understudy.ml.face.retarget import control_values  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("UNDERSTUDY_SHARED", ROOT.parent / "shared")) / "data" / "face"
RECORDING = DATA / "arkit_curves" / "S07-001.csv"
HEADS = {
    "MakeHuman, woman": "mpfb_caucasian-female-young_arkit52_visemes15.glb",
    "MakeHuman, man": "mpfb_african-male-young_arkit52_visemes15.glb",
}
WAYS = ("names", "shapes", "mixed", "bones")
BARS = {"names": 0.15, "shapes": 0.25, "bones": 0.35}
LIPS, LIDS = ((13, 14),), ((159, 145), (386, 374))
"""Points of the face mesh between which lips and lids open."""

EYES = [[33, 133, 159, 145], [263, 362, 386, 374]]
"""Corners and middles of the lids of the right eye, and of the left."""


class Head:
    """A head in a new file, the truth about its own shape keys, and its points."""

    def __init__(self, file: str) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.import_scene.gltf(filepath=str(DATA / "heads" / file))
        self.mesh = next(o for o in bpy.data.objects if o.type == "MESH")
        self._measure()
        controls = [Control(self.mesh.name, "key", name) for name in NAMES]
        self.own = np.array([self.probe.of_key(control) for control in controls])
        self.carried = geometry.carried(geometry.reference("ict"), self.probe.rest)

    def _measure(self) -> None:
        found = facerig.find_face(self.mesh)
        self.surface = facesurface.measure(found)
        job = jobs.start(facesolve.TASK, {}, self.surface.arrays(), in_process=True)
        _, self.marks = job.result()
        self.probe = self._probe(found)

    def _probe(self, found: facerig.Face) -> facesurface.Probe:
        return facesurface.Probe(found, self.surface, self.marks["triangle"], self.marks["bary"])

    def world_points(self) -> np.ndarray:
        """Return the (468, 3) points in the world."""
        return self.probe.rest @ self.surface.axes.T

    def hide_names(self, mixed: bool) -> None:
        """Rename every shape key; `mixed`: make each a blend of three as well."""
        keys = self.mesh.data.shape_keys
        if mixed:
            self._mix()
        for number, block in enumerate(keys.key_blocks[1:]):
            block.name = f"Key {number}"

    def _mix(self) -> None:
        blocks = self.mesh.data.shape_keys.key_blocks
        rest = np.array([p.co for p in blocks[0].data])
        moved = np.array([[p.co for p in b.data] for b in blocks[1:53]]) - rest
        rng = np.random.default_rng(0)
        blend = np.eye(len(moved)) + 0.5 * (rng.random((len(moved),) * 2) < 2 / len(moved))
        for block, delta in zip(blocks[1:53], np.tensordot(blend, moved, 1), strict=True):
            block.data.foreach_set("co", (rest + delta).astype(np.float32).ravel())

    def strip_keys(self) -> None:
        """Leave no shape key, so that bones alone can move the face."""
        for block in reversed(self.mesh.data.shape_keys.key_blocks[:]):
            self.mesh.shape_key_remove(block)

    def played(self, frames: np.ndarray) -> np.ndarray:
        """Return (F, 468, 3): how the points move as Blender plays the scene."""
        probe = self._probe(facerig.find_face(self.mesh))
        out = []
        for frame in frames:
            bpy.context.scene.frame_set(int(frame))
            out.append(probe.now())
        return np.array(out) - probe.rest


class Poser:
    """Moves a character's face by its map, and tells where the skin then is."""

    def __init__(self, target: bpy.types.Object, found: FaceMap) -> None:
        self.map, self.face = found, facerig.find_face(target)
        self.rig = facerig.read_rig(self.face, facemaps.bone_controls(found))
        self.measured = facesurface.measure(self.face)

    def points(self, coefficients: np.ndarray) -> np.ndarray:
        """Return where the vertices are as Blender moves them by (52,) coefficients."""
        values = control_values(coefficients[None], self.map, self.rig)[0]
        bones = {}
        for control, value in zip(self.rig.controls, values, strict=True):
            if control.kind == "key":
                keys = bpy.data.objects[control.owner].data.shape_keys
                keys.key_blocks[control.name].value = value
            else:
                bones[control] = value
        facesurface.pose(self.face, bones)
        graph, out = bpy.context.evaluated_depsgraph_get(), []
        for mesh in self.measured.meshes:
            shown = mesh.evaluated_get(graph).data.vertices
            flat = np.empty(3 * len(shown), np.float32)
            shown.foreach_get("co", flat)
            world = np.array(mesh.matrix_world)
            out.append(flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
        return np.concatenate(out) @ self.measured.axes


def eyes_seen(head: Head, poser: Poser, blink: float) -> np.ndarray:
    """Return (2,) how many pixels of the right and the left eyeball are seen in a blink."""
    surface = head.surface.arrays()
    of_skin = skin(Surface(**surface), head.marks["triangle"])
    coefficients = np.zeros(len(NAMES))
    coefficients[geometry.BLINKS] = blink
    surface["points"] = poser.points(coefficients)
    poser.points(np.zeros(len(NAMES)))
    out = []
    for ring in EYES:
        around = head.probe.rest[ring, :2]
        view = View(around.mean(axis=0), 1.3 * float(np.ptp(around[:, 0])), 300)
        triangle = draw(Surface(**surface), view).triangle
        out.append(((triangle >= 0) & ~of_skin[triangle]).sum())
    return np.array(out, float)


def eyes_and_teeth(head: Head) -> np.ndarray:
    """Return (V,) bool: vertices that are not skin."""
    surface = Surface(**head.surface.arrays())
    mine = skin(surface, head.marks["triangle"])
    still = np.ones(len(surface.points), bool)
    still[surface.triangles[mine]] = False
    return still


def opened(motion: np.ndarray, pairs: tuple) -> np.ndarray:
    """Return (F, P): how much further apart the upper and the lower point of each pair are."""
    upper, lower = np.array(pairs).T
    return motion[:, upper, 1] - motion[:, lower, 1]


def run(head: Head, way: str, frames: int) -> dict:
    """Lay the recording on a head one way, and return the figures."""
    target, notes = head.mesh, ""
    if way in ("shapes", "mixed"):
        head.hide_names(way == "mixed")
    if way == "bones":
        still = eyes_and_teeth(head)
        head.strip_keys()
        rig = fit_rigify(head.world_points())
        bind(head.mesh, rig, still=still)
        bpy.context.view_layer.update()
        target = rig
    begun = time.monotonic()
    if way == "names":
        found = facemaps.from_names(facerig.find_face(target))
    else:
        found = facesolve.map_of(facesolve.start(target, {}, ("ict",)).result())
    took = time.monotonic() - begun
    facemaps.store(target, found)
    poser = Poser(target, found)
    open_, half, shut = (eyes_seen(head, poser, share) for share in (0.0, 0.5, 1.0))
    scene = bpy.context.scene
    scene.render.fps = 30
    options = face.Options(recording=str(RECORDING), frame_start=1, head=False, eyes=False)
    asked = face.request(scene, target, options)
    result = jobs.start(face.TASK, asked.params, asked.arrays, in_process=True).result()
    report = face.finish(scene, target, asked, result)
    recorded = performances.read(RECORDING)
    at = np.unique(np.linspace(1, report["span"][1], frames).round())
    values = np.stack(
        [np.interp((at - 1) / 30.0, recorded.times, c) for c in recorded.coefficients.T], axis=1
    )
    values = np.clip(values, 0, 1)
    shown = head.played(at)
    wanted = np.tensordot(values, head.carried, 1)
    figures = {
        "own": geometry.error(shown, np.tensordot(values, head.own, 1)),
        "carried": geometry.error(shown, wanted),
        "lips": geometry.error(opened(shown, LIPS), opened(wanted, LIPS)),
        "lids": geometry.error(opened(shown, LIDS), opened(wanted, LIDS)),
        "half": float((1 - half / open_).min()),
        "shut": float((1 - shut / open_).min()),
        "keys": report["keys"],
        "expressions": report["expressions"],
        "seconds": took,
        "quality": float(np.mean(list(found.quality.values()))),
    }
    return figures | {"notes": notes}


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--frames", type=int, default=120, help="frames that are compared")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--heads", nargs="+", default=list(HEADS), choices=list(HEADS))
    args = parser.parse_args()
    if not RECORDING.is_file():
        parser.error(f"{RECORDING} is not there: this needs the optional data folder")
    package.load().register()
    say = sys.stdout.write
    say(
        "head               way     error/own  error/carried  lips  lids  half  shut  expressions  "
    )
    say("keys  map s\n")
    for name in args.heads:
        for way in args.only:
            f = run(Head(HEADS[name]), way, args.frames)
            say(
                f"{name:18} {way:7} {f['own']:9.3f}  {f['carried']:13.3f}  "
                f"{f['lips']:4.2f}  {f['lids']:4.2f}  {f['half']:4.2f}  {f['shut']:4.2f}  "
                f"{f['expressions']:11}  {f['keys']:5}  {f['seconds']:5.1f}\n"
            )
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    package.end_with(main)
