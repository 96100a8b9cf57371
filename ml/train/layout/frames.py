"""Frames of layouts, drawn from the meshes, to train and to measure judges of cameras on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ... import progress, raster
from ...layout import shots
from ...layout.cards import cards
from ...layout.lookout import Lookout, Sights
from ...layout.picture import Scene
from ...layout.pipeline import layout
from ...layout.plan import SIZES, Layout
from ...layout.sight import Blockers, judge, reach, standing_free, total

log = logging.getLogger(__name__)
ASPECTS = (16 / 9, 16 / 9, 16 / 9, 2.39, 1.0, 9 / 16)
PIXELS = 96 * 54
_LEAST = 25
"""Pixels of a thing alone below which it is as good as out of the frame."""


@dataclass(frozen=True)
class Drawing:
    """How many cameras of how many things of a place are drawn."""

    seed: int = 1
    subjects: int = 4
    best: int = 12
    others: int = 4


@dataclass
class Frames:
    """Cameras of one subject, from which one would be chosen.

    Attributes
    ----------
    place : name of the card, or the prompt, they were made from; subject : item, -1 for the place
    clues : (N, CLUES)
    truth : (N, 3) as the meshes are drawn: share of the thing that is seen, and shares of the frame
        that things close before the lens, and on the way, take; where the thing is hardly in the
        frame, or is the whole place, the first is -1
    plain : (N, 3) the same as plain rays say
    scores : all that the formulas say, (N,) each
    """

    place: str
    subject: int
    clues: NDArray
    truth: NDArray
    plain: NDArray
    scores: dict[str, NDArray]


def gather(names: list[str], drawing: Drawing, number: int) -> list[Frames]:
    """Draw frames of each place; `number` sets this gathering apart from others."""
    found = []
    for k, name in enumerate(names):
        found += frames(name, [drawing.seed, number, k], drawing)
        if k % 20 == 19:
            log.info("%d of %d places, %d frames", k + 1, len(names),
                     sum(len(f.clues) for f in found))  # fmt: skip
    return found


def frames(prompt: str, seed: list[int], drawing: Drawing) -> list[Frames]:
    """Propose a place and draw cameras of some of its things, and of the whole."""
    rng = np.random.default_rng(seed)
    meta, _ = progress.run(layout({"prompt": prompt, "seed": int(rng.integers(1 << 30)),
                                   "variants": 1, "cameras": "off"}, {}))  # fmt: skip
    made = Layout.unpack(meta["layouts"][0])
    scene, blockers = Scene(made), Blockers.of(made.items)
    sights = Sights(made, blockers)
    out = []
    for _, subject in shots.subjects_of(made, drawing.subjects, rng):
        size = str(rng.choice(SIZES[:2] if subject < 0 else SIZES[1:]))
        found = _candidates(made, blockers, subject, size, drawing, rng)
        if found is not None:
            out.append(_told(prompt, scene, sights, subject, found))
    return out


def _candidates(
    made: Layout,
    blockers: Blockers,
    subject: int,
    size: str,
    drawing: Drawing,
    rng: np.random.Generator,
) -> tuple | None:
    """Return (eyes, targets, lens, aspect, scores) of the plain best and some other cameras."""
    aspect = float(rng.choice(ASPECTS))
    points, own = shots.points_of(made, subject)
    style = shots.preset(str(rng.choice(["classic", "epic", "kinetic", "noir"])))
    angle = str(rng.choice(["eye level", "eye level", "low", "high", "overhead"]))
    lens = np.clip(style["lens_mm"][size] * rng.choice([0.75, 0.9, 1.0, 1.15], 140), 14, 135)
    share = shots.SHARES[size]
    eyes, targets = shots.frames_of(made, subject, points, angle, share, lens, rng, aspect)
    free = np.flatnonzero(standing_free(made, blockers, eyes))
    if len(free) < 6:
        return None
    scores = judge(made, blockers, eyes[free], targets[free], lens[free], points=points, own=own,
                   share=None if subject < 0 else share, aspect=aspect)  # fmt: skip
    order = np.argsort(-scores["total"])
    rest = rng.permutation(order[drawing.best :])[: drawing.others]
    kept = np.concatenate([order[: drawing.best], rest])
    scores = {k: v[kept] for k, v in scores.items()}
    rows = free[kept]
    return eyes[rows], targets[rows], lens[rows], aspect, scores


def _told(prompt: str, scene: Scene, sights: Sights, subject: int, found: tuple) -> Frames:
    eyes, targets, lens, aspect, scores = found
    clues = sights.clues(eyes, targets, lens, subject, aspect)
    truth = [drawn(scene, subject, *one, aspect) for one in zip(eyes, targets, lens, strict=True)]
    plain = np.column_stack([scores["occlusion"], 1 - scores["clear"], 1 - scores["open"]])
    return Frames(prompt, subject, clues, np.array(truth), plain, scores)


def drawn(
    scene: Scene, subject: int, eye: NDArray, target: NDArray, lens: float, aspect: float
) -> tuple[float, float, float]:
    """Return (seen, close, near) of a frame drawn from the meshes, as `Frames.truth`."""
    wide = max(round((PIXELS * aspect) ** 0.5), 8)
    view = raster.View(eye, target, float(lens), wide, max(round(wide / aspect), 8))
    items, away = scene.items_seen(view)
    limits = reach(np.array([np.linalg.norm(target - eye)]))
    other = (items >= 0) & (items != subject)
    close, near = (float((other & (away < limit[0])).mean()) for limit in limits)
    alone = int((scene.items_seen(view, subject)[0] == 0).sum()) if subject >= 0 else 0
    seen = min(float((items == subject).sum()) / alone, 1.0) if alone >= _LEAST else -1.0
    return seen, close, near


def chosen(frames: Frames, shares: NDArray) -> tuple[float, float]:
    """Return what is lost, as drawn, through the camera that some (N, 3) shares put first.

    The first figure is of the whole score, the second of how much of the thing is seen (0 for
    places).
    """
    true = frames.truth.copy()
    true[:, 0] = np.maximum(true[:, 0], 0.0)
    real = _total(frames, true)
    i = int(np.argmax(_total(frames, shares)))
    seen = true[:, 0] if frames.subject >= 0 else np.zeros(len(true))
    return float(real.max() - real[i]), float(seen.max() - seen[i])


def _total(frames: Frames, shares: NDArray) -> NDArray:
    scores = frames.scores | {"clear": 1 - shares[:, 1], "open": 1 - shares[:, 2]}
    if frames.subject >= 0:
        scores["occlusion"] = shares[:, 0]
    return total(scores)


def judges(found: list[Frames], lookout: Lookout) -> dict[str, list[NDArray]]:
    """Return what plain rays, rays through shapes, and the network say of frames, as `measure`."""
    return {
        "plain rays, boxes": [f.plain for f in found],
        "rays through shapes": [f.clues[:, :3] for f in found],
        "network": [np.column_stack([lookout(f.clues), f.clues[:, 1:3]]) for f in found],
    }


def measure(found: list[Frames], says: dict[str, list[NDArray]]) -> dict[str, dict[str, float]]:
    """Compare judges, each with its (N, 3) shares of all frames, the plain rays first.

    Returns
    -------
    {judge: figures}
        seen, close, near: mean error and correlation; regret of the chosen camera, in score and in
        share seen; for all but the first judge its score regret less the first's, with the bounds
        that 95 % of 2,000 draws of places lie in.
    """
    truth = np.concatenate([f.truth for f in found])
    out, regrets = {}, {}
    for judge_, shares in says.items():
        told, one = np.concatenate(shares), {}
        for k, name in enumerate(("seen", "close", "near")):
            rows = truth[:, k] >= 0
            a, b = told[rows, k], truth[rows, k]
            one[f"{name} error"] = float(np.abs(a - b).mean())
            one[f"{name} correlation"] = float(np.corrcoef(a, b)[0, 1])
        lost = np.array([chosen(f, s) for f, s in zip(found, shares, strict=True)])
        things = np.array([f.subject >= 0 for f in found])
        regrets[judge_] = lost[:, 0]
        one["regret"], one["seen less"] = float(lost[:, 0].mean()), float(lost[things, 1].mean())
        first = next(iter(regrets))
        if judge_ != first:
            one |= _between(found, regrets[judge_] - regrets[first])
        out[judge_] = one
    return out


def _between(found: list[Frames], difference: NDArray, draws: int = 2000) -> dict[str, float]:
    """Return the mean of a difference a group, and its bounds over draws of places."""
    places = sorted({f.place for f in found})
    sums = np.array([[difference[[f.place == p for f in found]].sum(),
                      sum(f.place == p for f in found)] for p in places])  # fmt: skip
    rng = np.random.default_rng(0)
    drawn_ = sums[rng.integers(len(places), size=(draws, len(places)))].sum(axis=1)
    low, high = np.percentile(drawn_[:, 0] / drawn_[:, 1], [2.5, 97.5])
    return {"regret gained": float(difference.mean()), "from": float(low), "to": float(high)}


def split(names: list[str]) -> tuple[list[str], list[str]]:
    """Return the cards that are trained on, and every fifth, which is held out."""
    held = names[2::5]
    return [n for n in names if n not in held], held


def places() -> list[str]:
    """Return the names of all scene cards."""
    return sorted(cards())


def save(path: Path, found: list[Frames]) -> None:
    """Keep frames in a file of arrays."""
    names = list(found[0].scores)
    np.savez_compressed(
        path, names=names, places=[f.place for f in found], subjects=[f.subject for f in found],
        counts=[len(f.clues) for f in found],
        **{k: np.concatenate([getattr(f, k) for f in found]) for k in ("clues", "truth", "plain")},
        scores=np.concatenate([np.column_stack([f.scores[n] for n in names]) for f in found]),
    )  # fmt: skip


def load(path: Path) -> list[Frames]:
    """Read what `save` kept."""
    with np.load(path) as kept:
        ends = np.cumsum(kept["counts"])[:-1]
        parts = [np.split(kept[k], ends) for k in ("clues", "truth", "plain", "scores")]
        names, heads = kept["names"].tolist(), (kept["places"].tolist(), kept["subjects"].tolist())
    return [
        Frames(place, subject, clues, truth, plain, dict(zip(names, scores.T, strict=True)))
        for place, subject, clues, truth, plain, scores in zip(*heads, *parts, strict=True)
    ]
