"""Read MakeHuman's body: its shape, clothes, bones and weights, from the CC0 files.

Vertices are in decimetres, y up, facing z; `z_up` turns them into metres, z up, facing -y.
"""

from __future__ import annotations

import functools
import gzip
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SKIN_VERTICES = 13380
# Places on the skin: the back of the heel, the tip of the big toe, the tip of the nose.
POINTS = {
    "LeftHeel": ("LeftFoot", 12442),
    "LeftToe": ("LeftFoot", 11551),
    "RightHeel": ("RightFoot", None),
    "RightToe": ("RightFoot", None),
    "Nose": ("Head", 297),
}
"""Bone and vertex; None where it is the left one's mirror image."""
_DECIMETRE = 0.1


def z_up(v: NDArray) -> NDArray:
    """Turn MakeHuman's decimetres, y up, into metres, z up."""
    v = np.asarray(v, float) * _DECIMETRE
    return np.stack([v[..., 0], -v[..., 2], v[..., 1]], axis=-1)


def point(vertices: NDArray, name: str) -> NDArray:
    """Return one of `POINTS` (3,) on a body's vertices."""
    vertex = POINTS[name][1]
    if vertex is not None:
        return vertices[vertex]
    return vertices[POINTS[name.replace("Right", "Left")][1]] * [-1.0, 1.0, 1.0]


def shape(folder: Path, male: float, legs: float = 1.0, girth: float = 1.0) -> tuple:
    """Return a body's vertices (V, 3), its faces, and its groups of vertices.

    Parameters
    ----------
    folder : MakeHuman's files
    male : float, 0 to 1
    legs, girth : how long the legs and how broad the body, as a share of what is usual
    """
    vertices, faces = read_obj(folder / "3dobjs" / "base.obj")
    for gender, share in (("male", male), ("female", 1.0 - male)):
        for name in (f"caucasian-{gender}-young",
                     f"universal-{gender}-young-averagemuscle-averageweight"):  # fmt: skip
            vertices = vertices + share * _target(folder, name, len(vertices))
    groups = json.loads((folder / "mesh_metadata" / "basemesh_vertex_groups.json").read_text())
    lift = cube(vertices, groups, "joint-ground")[1]
    vertices = vertices - [0.0, lift, 0.0]
    crotch = cube(vertices, groups, "joint-l-upper-leg")[1]
    vertices[:, 1] += (legs - 1.0) * np.minimum(vertices[:, 1], crotch)
    return vertices * [girth, 1.0, girth], faces, groups


def skeleton(folder: Path, vertices: NDArray, groups: dict, bones: str) -> dict[str, tuple]:
    """Return {bone: (head (3,), tail (3,), roll, parent's name)} of one of the folder's rigs."""
    about = json.loads((folder / "rigs" / "standard" / f"rig.{bones}.json").read_text())

    def place(end: dict) -> NDArray:
        if end["strategy"] == "MEAN":
            return vertices[end["vertex_indices"]].mean(axis=0)
        return cube(vertices, groups, end["cube_name"])

    return {
        name: (place(bone["head"]), place(bone["tail"]), bone["roll"], bone["parent"])
        for name, bone in about.get("bones", about).items()
    }


@functools.cache
def read_obj(path: Path) -> tuple[NDArray, list[tuple[int, ...]]]:
    vertices, faces = [], []
    for line in path.read_text().splitlines():
        if line.startswith("v "):
            vertices.append([float(x) for x in line.split()[1:4]])
        elif line.startswith("f "):
            faces.append(tuple(int(x.split("/")[0]) - 1 for x in line.split()[1:]))
    return np.array(vertices), faces


@functools.cache
def _target(folder: Path, name: str, count: int) -> NDArray:
    shift = np.zeros((count, 3))
    path = folder / "targets" / "macrodetails" / f"{name}.target.gz"
    with gzip.open(path, "rt") as lines:
        for line in lines:
            parts = line.split()
            if len(parts) == 4 and not line.startswith("#"):
                shift[int(parts[0])] = [float(x) for x in parts[1:]]
    return shift


def cube(vertices: NDArray, groups: dict, name: str) -> NDArray:
    first, last = groups[name][0]
    return vertices[first : last + 1].mean(axis=0)


@functools.cache
def weights_of(folder: Path, count: int, bones: str) -> list[dict[str, float]]:
    """Return each vertex' bones and weights."""
    out: list[dict[str, float]] = [{} for _ in range(count)]
    path = folder / "rigs" / "standard" / f"weights.{bones}.json"
    for bone, pairs in json.loads(path.read_text())["weights"].items():
        for vertex, weight in pairs:
            out[int(vertex)][bone] = float(weight)
    return out


def clothes(path: Path, body: NDArray, weights: list[dict]) -> dict:
    """Fit a piece of clothing to the body; see MakeHuman's description of .mhclo files."""
    scale, rows, hidden, part = {}, [], np.zeros(len(body), bool), ""
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] in ("x_scale", "y_scale", "z_scale"):
            a, b, length = int(words[1]), int(words[2]), float(words[3])
            axis = "xyz".index(words[0][0])
            scale[axis] = abs(body[a, axis] - body[b, axis]) / length
        elif words[0] in ("verts", "delete_verts"):
            part = words[0]
        elif part == "verts" and words[0].isdigit():
            rows.append([float(w) for w in words])
        elif part == "delete_verts":
            _mark(hidden, words)
    size = np.array([scale.get(k, 1.0) for k in range(3)])
    vertices, own = [], []
    for row in rows:
        corners = [int(c) for c in row[:3]] if len(row) == 9 else [int(row[0])]
        shares = row[3:6] if len(row) == 9 else [1.0]
        shift = np.array(row[6:9]) * size if len(row) == 9 else np.zeros(3)
        vertices.append(np.array(shares) @ body[corners] + shift)
        mixed: dict[str, float] = {}
        for corner, share in zip(corners, shares, strict=True):
            for bone, weight in weights[corner].items():
                mixed[bone] = mixed.get(bone, 0.0) + max(share, 0.0) * weight
        own.append(mixed)
    _, faces = read_obj(path.with_suffix(".obj"))
    return {"vertices": np.array(vertices), "faces": faces, "weights": own, "hidden": hidden}


def _mark(hidden: NDArray, words: list[str]) -> None:
    """Mark vertices listed as "3 7 - 9"."""
    k = 0
    while k < len(words):
        if k + 2 < len(words) and words[k + 1] == "-":
            hidden[int(words[k]) : int(words[k + 2]) + 1] = True
            k += 3
        else:
            hidden[int(words[k])] = True
            k += 1
