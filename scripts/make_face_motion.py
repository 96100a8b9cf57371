"""Write ml/face/data/face_motion.npz: how each of the 52 expressions moves 468 points of a face.

And beside it face_combinations.npz: faces that people really make.

    build/env/train/bin/python scripts/make_face_motion.py

Reads the two morphable heads of the optional data folder (see tests/real). Nothing of their
meshes is kept: only where the face mesh's points lie, and how each expression moves them. The
combinations are single frames of real recordings, as unlike each other as can be had.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
from understudy.ml.face.performance import NAMES, read  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("UNDERSTUDY_SHARED", ROOT.parent / "shared")) / "data" / "face"
OUT = ROOT / "ml" / "face" / "data" / "face_motion.npz"
COMBINATIONS = OUT.with_name("face_combinations.npz")
RECORDINGS = ("alex_rom_3.csv", "alex_rom_4.csv", "apfel.csv")  # S07-001 is for measuring
COUNT = 468
FACES = 60


def ict() -> tuple[np.ndarray, np.ndarray]:
    """Return (468, 3) points and (52, 468, 3) motions of the ICT-FaceKit head, cm."""
    pack = np.load(DATA / "ict_mp478_basis.npz", allow_pickle=False)
    motion = np.einsum("ek,kmc->emc", pack["arkit_to_ict"], pack["mp_expr"])[:, :COUNT]
    rows = {str(name): i for i, name in enumerate(pack["arkit_names"])}
    return pack["mp_neutral"][:COUNT], _ordered(motion, rows)


def makehuman() -> tuple[np.ndarray, np.ndarray]:
    """Return the same of MakeHuman's head with its ARKit shapes."""
    pack = np.load(DATA / "mpfb_face_pack.npz", allow_pickle=False)
    corners = pack["tris"][pack["mp_tri"]] if pack["mp_tri"].ndim == 1 else pack["mp_tri"]
    points = np.einsum("jk,jkc->jc", pack["mp_bary"], pack["neutral"][corners])
    rows = {str(name): i for i, name in enumerate(pack["expr_names"])}
    return points, _ordered(pack["mp_expr"], rows)


def _ordered(motion: np.ndarray, rows: dict[str, int]) -> np.ndarray:
    still = np.zeros((COUNT, 3))
    return np.stack([motion[rows[n]] if n in rows else still for n in NAMES])


def combinations() -> np.ndarray:
    """Return (FACES, 52): frame after frame, the one that is least like those chosen before."""
    found = [read(DATA / "arkit_curves" / name).coefficients for name in RECORDINGS]
    frames = np.clip(np.concatenate(found), 0.0, 1.0)
    chosen = [int((frames**2).sum(axis=1).argmax())]
    away = ((frames - frames[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < FACES:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, ((frames - frames[chosen[-1]]) ** 2).sum(axis=1))
    return frames[chosen]


def main() -> int:
    """Write the files."""
    heads = {"ict": ict(), "makehuman": makehuman()}
    arrays = {}
    for name, (points, motion) in heads.items():
        arrays[f"{name}_points"] = points.astype(np.float32)
        arrays[f"{name}_motion"] = motion.astype(np.float16)
    OUT.parent.mkdir(exist_ok=True)
    np.savez_compressed(OUT, **arrays)
    np.savez_compressed(COMBINATIONS, coefficients=combinations().astype(np.float16))
    for path in (OUT, COMBINATIONS):
        sys.stdout.write(f"{path}: {path.stat().st_size / 1e3:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
