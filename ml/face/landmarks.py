"""The 468 points of the face mesh on a character: seen in a picture of it, and traced back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import RigError
from ..progress import Progress, Steps
from ..runtime import Settings
from .detector import Detector
from .geometry import LIDS, reference
from .mesh import COUNT, Mesh, MeshNetwork
from .raster import Picture, Surface, View, draw

PIXELS = 512
_ZOOM = 1.35  # of the region that the mesh network looks at
_SURE = 0.5
_REACH_PX = 7  # how far from where it is seen a point may be put onto the skin
_BEHIND = 0.03  # of the picture: what lies so far behind its surroundings is no skin of the face
_APART = 0.008  # of the face's height, by which the two lips are told apart
_LIPS_UP = (13, 82, 81, 80, 191, 312, 311, 310, 415)
_LIPS_DOWN = (14, 87, 178, 88, 95, 317, 402, 318, 324)
_FOLDS = (
    *(247, 30, 29, 27, 28, 56, 190, 467, 260, 259, 257, 258, 286, 414),
    *(225, 224, 223, 222, 221, 189, 445, 444, 443, 442, 441, 413),
)
"""Above the lids: where no fold is drawn, the network puts them on the lids themselves."""

_RIMS = sorted({point for eye in LIDS.values() for lid in eye for point in lid})
"""Around the openings of the eyes: what an eyeball hides is the socket, not the lid's edge."""

_TURNS = (0, 2, 1, 3)  # quarter turns about the vertical, the usual first


@dataclass
class Landmarks:
    """Where the face mesh's points lie on a surface.

    Attributes
    ----------
    triangle : (468,) int, of the surface
    bary : (468, 3) weights of its corners
    presence : 0 to 1, how sure the network is that it sees a face
    frame : (3, 3)
        Columns: the face's left, up and forward, in the frame that the surface was given in.
    """

    triangle: NDArray
    bary: NDArray
    presence: float
    frame: NDArray

    def points(self, vertices: NDArray, triangles: NDArray) -> NDArray:
        """Return (468, 3) places on a mesh with these (V, 3) vertices, or (..., V, 3)."""
        corners = np.asarray(vertices)[..., triangles[self.triangle], :]
        return np.einsum("jk,...jkc->...jc", self.bary, corners)


def find(surface: Surface, settings: Settings | None = None) -> Landmarks:
    """Find the points on a surface whose face looks along z, or a quarter turn from it.

    Parameters
    ----------
    surface : in a frame with y up; other meshes than skin may be part of it

    Raises
    ------
    RigError
        No face is seen from any side.
    """
    detector, network = Detector(settings), MeshNetwork(settings)
    for quarter in _TURNS:
        frame = _quarter(quarter)
        turned = Surface(surface.points @ frame, surface.triangles, surface.colours)
        seen = _look(turned, detector, network)
        if seen is not None:
            view, mesh = seen
            triangle, bary = _trace(turned, view, mesh.points)
            return Landmarks(triangle, bary, mesh.presence, frame)
    raise RigError(
        "No face is seen on this character from any side: turn it upright, show its head without "
        "hair or a mask before it, or set the points by hand (Face Map > Points by Hand)"
    )


def by_hand(surface: Surface, points: NDArray) -> Landmarks:
    """Return the landmarks of (468, 3) points that a person put near the surface."""
    from scipy.spatial import cKDTree

    centres = surface.points[surface.triangles].mean(axis=1)
    _, near = cKDTree(centres).query(points, k=min(16, len(centres)))
    triangle, bary = np.zeros(COUNT, int), np.zeros((COUNT, 3))
    for i, candidates in enumerate(near.reshape(COUNT, -1)):
        corners = surface.points[surface.triangles[candidates]]
        weights = np.array([_closest(points[i], c) for c in corners])
        places = np.einsum("nk,nkc->nc", weights, corners)
        best = int(np.argmin(np.linalg.norm(places - points[i], axis=1)))
        triangle[i], bary[i] = candidates[best], weights[best]
    return Landmarks(triangle, bary, 1.0, np.eye(3))


def _closest(point: NDArray, corners: NDArray) -> NDArray:
    """Return the weights of the triangle's point that lies nearest, near enough for our use."""
    a, edges = corners[0], np.stack([corners[1] - corners[0], corners[2] - corners[0]], axis=1)
    (u, v), *_ = np.linalg.lstsq(edges, point - a, rcond=None)
    weights = np.clip([1 - u - v, u, v], 0.0, None)
    return weights / weights.sum()


def _quarter(turns: int) -> NDArray:
    c, s = ((1, 0), (0, 1), (-1, 0), (0, -1))[turns]
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], float)


def _look(surface: Surface, detector: Callable, network: MeshNetwork) -> tuple[View, Mesh] | None:
    """Look at the whole, then at the face alone."""
    low, high = surface.points.min(axis=0), surface.points.max(axis=0)
    size = 1.15 * float((high - low)[:2].max())
    views = [View((low + high)[:2] / 2, size, PIXELS)]
    # The face of a whole body is small: look at the upper end by itself too.
    tall = float(high[1] - low[1])
    for share in (0.35, 0.18):
        centre = np.array([(low + high)[0] / 2, high[1] - share * tall / 2])
        views.append(View(centre, 1.2 * share * tall, PIXELS))
    for view in views:
        picture = draw(surface, view)
        faces = detector(picture.image)
        if not len(faces):
            continue
        region = faces.regions()[0]
        close = view.around([region.x, region.y], _ZOOM * region.side)
        picture = draw(surface, close)
        faces = detector(picture.image)
        if not len(faces):
            continue
        mesh = network(picture.image, faces.regions()[0])
        mesh = network(picture.image, mesh.region())
        if mesh.presence >= _SURE:
            return close, mesh
    return None


def skin(surface: Surface, triangle: NDArray) -> NDArray:
    """Return (T,) bool: the connected part of the surface that most of the points lie on."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    # Points at one place are one point: importers split them where textures do.
    span = np.ptp(surface.points, axis=0).max()
    _, merged = np.unique(
        np.round(surface.points / (1e-5 * span)).astype(np.int64), axis=0, return_inverse=True
    )
    faces = merged.reshape(-1)[surface.triangles]
    count = int(faces.max()) + 1
    rows = np.concatenate([faces[:, 0], faces[:, 1]])
    columns = np.concatenate([faces[:, 1], faces[:, 2]])
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    part = label[faces[:, 0]]
    hit = triangle[triangle >= 0]
    return part == np.bincount(part[hit]).argmax()


def _trace(surface: Surface, view: View, seen: NDArray) -> tuple[NDArray, NDArray]:
    """Put points that were seen at pixels onto the skin."""
    whole = draw(surface, view)
    pixel = np.clip(np.round(seen[:, :2]).astype(int), 0, view.pixels - 1)
    mine = skin(surface, whole.triangle[pixel[:, 1], pixel[:, 0]])
    rows = np.flatnonzero(mine)
    only = Surface(surface.points, surface.triangles[mine], surface.colours[mine])
    picture = draw(only, view)
    at = _without_folds(seen[:, :2])
    apart = _APART * float(np.ptp(seen[:, 1]))
    at[list(_LIPS_UP), 1] -= apart
    at[list(_LIPS_DOWN), 1] += apart
    hidden = whole.triangle != np.where(picture.triangle < 0, -1, rows[picture.triangle])
    triangle, bary = _nearest(picture, view, at)
    triangle[_RIMS], bary[_RIMS] = _nearest(picture, view, at[_RIMS], hidden)
    return rows[triangle], bary


def _without_folds(seen: NDArray) -> NDArray:
    """Return (468, 2) places, those of the folds above the lids by the points around them."""
    from scipy.interpolate import RBFInterpolator

    theirs = reference().points[:, :2]
    others = np.setdiff1d(np.arange(COUNT), _FOLDS)
    bend = RBFInterpolator(theirs[others], seen[others], neighbors=48, smoothing=0.05)
    out = seen.copy()
    out[list(_FOLDS)] = bend(theirs[list(_FOLDS)])
    return out


def _nearest(
    picture: Picture, view: View, at: NDArray, hidden: NDArray | None = None
) -> tuple[NDArray, NDArray]:
    """Return the triangle and weights of the pixel nearest to each place, the front one first.

    What lies behind a hole, such as the socket behind an eye, is far off in depth.

    Parameters
    ----------
    at : (N, 2) pixels
    hidden : (H, W) bool, optional: pixels that are not to be taken
    """
    there = picture.triangle >= 0
    filled = np.argwhere(there if hidden is None else there & ~hidden)[:, ::-1]
    depth = picture.depth[filled[:, 1], filled[:, 0]]
    chosen = []
    for place in at:
        away = np.hypot(*(filled - place).T)
        reach = max(_REACH_PX, float(away.min()) + 1.0)
        near = np.flatnonzero(away <= reach)
        near = near[depth[near] > depth[near].max() - _BEHIND * view.size]
        chosen.append(near[np.argmin(away[near])])
    x, y = filled[chosen].T
    return picture.triangle[y, x], picture.bary[y, x]


def find_task(params: dict, arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict]]:
    """Find the points, as a task of `ml.tasks`.

    Parameters
    ----------
    params : see `ml.runtime.Settings`
    arrays : "points", "triangles" and "colours" of a `Surface`; "by_hand" (468, 3), optional

    Returns
    -------
    meta, arrays
        "presence"; "triangle", "bary" and "frame" of `Landmarks`.
    """
    yield Progress(0.1, "Looking for the face")
    surface = Surface(arrays["points"], arrays["triangles"], arrays["colours"])
    if "by_hand" in arrays:
        found = by_hand(surface, arrays["by_hand"])
    else:
        found = find(surface, Settings.from_params(params))
    out = {"triangle": found.triangle, "bary": found.bary, "frame": found.frame}
    return {"presence": found.presence}, out
