"""Read a clip of the ground truth: what is true of it, in the axes that the stage works in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import package

package.load()
from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.blocking import lifting, seen  # noqa: E402
from understudy.ml.blocking.body import ROLES  # noqa: E402
from understudy.ml.blocking.tracker import Landmarks, track  # noqa: E402
from understudy.ml.progress import run  # noqa: E402
from understudy.ml.train.lifter import bodies  # noqa: E402
from understudy.ml.video import open_video  # noqa: E402

FOLDER = package.ROOT / "build" / "truth"
LEG = 0.92  # metres, of the rendered bodies


@dataclass
class Truth:
    """A rendered clip whose joints are known.

    Attributes
    ----------
    name : str
    video : path
    fps : float
    size : (width, height) pixels
    focal_px : float
    world : (F, 17, 3) metres, the floor at z = 0
    camera : (F, 17, 3) metres, camera axes: x right, y down, z away
    into : (F, 4) quaternions from world to camera axes
    place : (F, 3) metres, where the camera is in the world
    keys : (K,) authored key frames from 0
    contact : (F, 4) bool, as `body.CONTACTS`
    move : how the camera moves, as `truth_clips.Clip.move`
    zoom : (F,) focal length over the first frame's
    """

    name: str
    video: Path
    fps: float
    size: tuple[int, int]
    focal_px: float
    world: NDArray
    camera: NDArray
    into: NDArray
    place: NDArray
    keys: NDArray
    contact: NDArray
    move: str
    zoom: NDArray

    def scene(self) -> NDArray:
        """Return the joints (F, 17, 3) in scene axes of a camera taken as level and still."""
        return np.stack([self.camera[..., 0], self.camera[..., 2], -self.camera[..., 1]], axis=-1)


def read(path: Path) -> Truth:
    """Read a .gt.npz and find the video beside it."""
    with np.load(path, allow_pickle=True) as raw:
        d = {k: raw[k] for k in raw.files}
    name = path.name.removesuffix(".gt.npz")
    # The file's camera axes are x right, y up, z away.
    e = d["E"] * np.array([1.0, -1.0, 1.0])[:, None]
    camera = np.einsum("fij,fkj->fki", e[:, :, :3], d["pos"]) + e[:, None, :, 3]
    feet, hips = d["pos"][:, bodies.FEET], d["pos"][:, lifting.HIPS].mean(axis=1)
    return Truth(
        name=name,
        video=path.with_name(f"{name}.mp4"),
        fps=float(d["fps"]),
        size=(int(d["res"][0]), int(d["res"][1])),
        focal_px=float(d["fpx"]),
        world=d["pos"],
        camera=camera,
        into=np.array([rt.from_matrix(m) for m in e[:, :, :3]]),
        place=-np.einsum("fji,fj->fi", e[:, :, :3], e[:, :, 3]),
        keys=d["keys"].ravel().astype(int) - 1,
        contact=bodies.contacts(feet, hips, LEG, float(d["fps"])),
        move=str(d.get("move", "pan" if "movcam" in name else "")),
        zoom=d.get("zoom", np.ones(len(d["pos"]))),
    )


def swung(truth: Truth, rot: NDArray) -> NDArray:
    """Return the performed turns (F, roles, 4) with the legs swung to where planting put them."""
    rot = rt.normalize(rot).copy()
    place = {name: k for k, name in enumerate(lifting.JOINTS)}
    for side in "LR":
        for part, end in (("thigh", "shin"), ("shin", "foot")):
            role = ROLES.index(f"{part}.{side}")
            line = truth.world[:, place[f"{end}.{side}"]] - truth.world[:, place[f"{part}.{side}"]]
            now = rt.rotate(rot[:, role], [0.0, 0.0, -1.0])
            rot[:, role] = rt.multiply(rt.between(now, line), rot[:, role])
    return rot


def first(truth: Truth, frames: int) -> Truth:
    """Return the first frames of a clip."""
    parts = ("world", "camera", "into", "place", "zoom", "contact")
    return replace(truth, **{name: getattr(truth, name)[:frames] for name in parts})


def rendered(use: str | None = None) -> list[Path]:
    """Return the .gt.npz files of `render_truth.py` whose clips have a use."""
    found = []
    for path in sorted(FOLDER.glob("*.gt.npz")):
        if not path.with_name(path.name.removesuffix(".gt.npz") + ".mp4").is_file():
            continue
        with np.load(path, allow_pickle=True) as raw:
            if use is None or str(raw["use"]) == use:
                found.append(path)
    return found


def watch(clip: Path) -> Landmarks:
    """Return the landmarks of the largest person in a clip, watched once."""
    kept = clip.with_suffix(".seen.npz")
    found = seen.recall(kept)
    if found is None:
        with open_video(clip) as video:
            found = run(track(video))
        seen.keep(kept, found)
    return found
