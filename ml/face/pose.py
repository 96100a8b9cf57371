"""Where the head is, from its mesh: what takes the picture's points into the head's own frame.

The head's frame: x to the actor's left, y up, z out of the face, centimetres, the origin between
the eyes. A picture's points are turned upright first: x right, y up, z towards the camera.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings

NAME = "face_basis_v1"
_UPRIGHT = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Basis:
    """What the mesh network shows of an average face, and of each expression.

    Attributes
    ----------
    template : (468, 3) cm, at rest, in the head's frame
    motion : (52, 468, 3) cm, what each expression adds at 1, as far as the network shows it
    weight : (468,) how much a point says about the head itself: small where expressions move it
    gaze : (2, 2), slope in radians a centimetre and offset in radians, of how far the eye turns
        outwards and up, against how far the iris is outwards and above the middle of the eye
    sha256 : of the file they come from
    """

    template: NDArray[np.float64]
    motion: NDArray[np.float64]
    weight: NDArray[np.float64]
    gaze: NDArray[np.float64]
    sha256: str = ""

    @classmethod
    def load(cls, settings: Settings | None = None) -> Basis:
        """Read the basis that ships."""
        session = Session(NAME, settings)
        out = {k: v.astype(np.float64) for k, v in session().items()}
        return cls(out["template"], out["motion"], out["weight"], out["gaze"], session.sha256)


@dataclass(frozen=True)
class Pose:
    """Where heads are in their pictures.

    Attributes
    ----------
    scale : (F,) pixels a centimetre
    rotation : (F, 3, 3), head to the upright picture
    offset : (F, 3) pixels, upright, of the head's origin
    """

    scale: NDArray[np.float64]
    rotation: NDArray[np.float64]
    offset: NDArray[np.float64]

    def __getitem__(self, index) -> Pose:
        return Pose(self.scale[index], self.rotation[index], self.offset[index])

    def to_head(self, points: NDArray) -> NDArray[np.float64]:
        """Bring (F, N, 3) points of the pictures into the head's frame."""
        moved = points * _UPRIGHT - self.offset[:, None]
        return moved @ self.rotation / self.scale[:, None, None]

    def to_plane(self, points: NDArray, depth: NDArray) -> NDArray[np.float64]:
        """Bring (F, N, 2+) points into the head's frame, to where they lie at a known depth.

        Parameters
        ----------
        points : x, y in pixels; a third coordinate is not looked at
        depth : (N,) cm, z in the head's frame

        Returns
        -------
        (F, N, 2) cm, x and y in the head's frame
        """
        flat = (points[..., :2] * _UPRIGHT[:2] - self.offset[:, None, :2]) / self.scale[
            :, None, None
        ]
        flat = flat - self.rotation[:, None, :2, 2] * depth[None, :, None]
        return flat @ np.swapaxes(np.linalg.inv(self.rotation[:, :2, :2]), 1, 2)

    def to_picture(self, points: NDArray) -> NDArray[np.float64]:
        """Bring (N, 3) points of the head's frame into each picture: (F, N, 3)."""
        turned = points @ np.swapaxes(self.rotation, 1, 2)
        return (turned * self.scale[:, None, None] + self.offset[:, None]) * _UPRIGHT


def align(points: NDArray, face: NDArray, weight: NDArray) -> Pose:
    """Find the turn, size and place that best bring a face onto what was seen.

    Parameters
    ----------
    points : (F, N, 3) pixels: x right, y down, z away from the camera
    face : (N, 3) or (F, N, 3) cm in the head's frame
    weight : (N,)
    """
    share = (weight / weight.sum())[:, None]
    seen = points * _UPRIGHT
    face = np.broadcast_to(face, seen.shape)
    middle_seen = (seen * share).sum(axis=1, keepdims=True)
    middle = (face * share).sum(axis=1, keepdims=True)
    a, b = face - middle, seen - middle_seen
    u, s, vt = np.linalg.svd(np.swapaxes(b * share, 1, 2) @ a)
    # A mirrored face is no answer.
    flip = np.ones_like(s)
    flip[:, 2] = np.sign(np.linalg.det(u) * np.linalg.det(vt))
    rotation = (u * flip[:, None]) @ vt
    scale = (s * flip).sum(axis=1) / (a**2 * share).sum(axis=(1, 2))
    offset = middle_seen[:, 0] - scale[:, None] * (middle @ np.swapaxes(rotation, 1, 2))[:, 0]
    return Pose(scale, rotation, offset)
