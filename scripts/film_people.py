"""Film random people and have the detector watch them, for the lifter's training.

    build/env/train/bin/python scripts/film_people.py [--first 0] [--count 300]

Leaves build/lifter/films/NUMBER.npz, what was detected and what is true; what is there is not
made again. The data folder holds the body (CC0) and the motion. No CMU subject that is measured
on is seen.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import package

package.load()
from understudy.ml.blocking import plant, tracker  # noqa: E402
from understudy.ml.errors import VideoError  # noqa: E402
from understudy.ml.progress import run  # noqa: E402
from understudy.ml.train.lifter import acting, bodies, data, film, mocap, people  # noqa: E402
from understudy.ml.video import Video  # noqa: E402

OUT = package.ROOT / "build" / "lifter" / "films"
FRAMES, FPS = 60, 30.0
_FILMS_EACH = 4  # of one person
_WEIGHT = {"reactidle_mit": 0.15}
_FOCAL_SD = 0.12  # how badly the lens is known on footage


class Frames(Video):
    """Pictures in memory, as a clip."""

    def __init__(self, pictures: list[NDArray], fps: float) -> None:
        super().__init__(Path("film"), None, None)
        self.pictures = pictures
        self.fps_nominal, self.frame_count = fps, len(pictures)
        self._set_size(pictures[0])

    def bgr(self):
        """Yield the pictures."""
        for k, picture in enumerate(self.pictures):
            yield k / self.fps_nominal, picture


def perform(source: mocap.Performance, person: people.Person, rng: np.random.Generator) -> tuple:
    """Return a stretch's turns, the bones' turns and places, joints (F, 17, 3) and contacts (F, 4).

    The feet that carry stay where they were when the performance is changed, and feet that stand
    lie flat.
    """
    rot, root = data.stretch_of(source, FRAMES, rng)
    turns = person.turns(rot)
    joints = person.joints(turns, person.bones(turns))
    root = root * person.leg
    if rng.random() < 0.7:
        rot = acting.change(rot, rng)
        turns, was = person.turns(rot), joints
        joints = person.joints(turns, person.bones(turns))
        root = root + bodies.carried(was, joints)
    feet = joints[:, bodies.FEET] + root[:, None]
    contact = bodies.on_toes(bodies.contacts(feet, root, person.leg, FPS), feet)
    rot = plant.settle_feet(rot, contact, FPS)
    turns = person.turns(rot)
    places = person.bones(turns)
    joints = person.joints(turns, places)
    low = joints[:, bodies.FEET, 2].min(axis=1) + root[:, 2]
    root = root - [*root.mean(axis=0)[:2], np.percentile(low, 5)]
    return rot, turns, places + root[:, None], joints + root[:, None], contact


def shoot(person: people.Person, renderer: film.Renderer, source: mocap.Performance,
          rng: np.random.Generator) -> tuple[data.Known | None, list[NDArray]]:  # fmt: skip
    """Film a performance; returns what was detected and true, None where nobody was found."""
    rot, turns, places, joints, contact = perform(source, person, rng)
    camera = film.random_camera(joints, film.facing(joints), rng)
    light, phone = film.random_light(camera, rng), film.Phone.random(rng)
    behind = film.room(camera, person.colours[person.cloth > 0].mean(axis=0), rng)
    before = film.Foreground.random(camera, joints, rng)
    pictures, last = [], None
    # Twice as many films are worth more than twice the pictures of each.
    step = 1 if rng.random() < 0.7 else 2
    for k in range(0, FRAMES, step):
        vertices = person.skin(turns[k], places[k])
        image = before.cover(renderer.draw(vertices, camera, light, behind))
        pictures.append(phone.take(image[..., ::-1], last, rng))
        last = np.ascontiguousarray(image[..., ::-1])
    try:
        seen = run(tracker.track(Frames(pictures, FPS / step)))
    except VideoError:
        return None, pictures
    if seen.found.mean() < 0.9:
        return None, pictures
    focal = camera.focal_px * float(np.exp(rng.normal(0.0, _FOCAL_SD)))
    hips = joints[:, [3, 9]].mean(axis=1)
    if not source.travels:
        hips = np.full_like(hips, np.nan)
    into = np.broadcast_to(camera.into, (FRAMES, 4))
    true = data.Truth(camera.see(joints), into, rot, contact, hips)
    return data.compare(seen, true, focal, FPS), pictures


def main() -> int:
    """Film what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--pictures", type=Path, help="a folder for one picture of each film")
    args = parser.parse_args()
    where = os.environ.get("UNDERSTUDY_DATA", package.ROOT.parent / "shared" / "data")
    body = Path(where, "video", "mh_body")
    OUT.mkdir(parents=True, exist_ok=True)
    sources, _ = mocap.split(mocap.load(where=Path(where, "motion")))
    sources = [s for s in sources if len(s.rot) >= FRAMES]
    share = np.array([len(s.rot) ** 0.5 * _WEIGHT.get(s.subject, 1.0) for s in sources])
    for number in range(args.first, args.first + args.count, _FILMS_EACH):
        paths = [OUT / f"{number + k:05d}.npz" for k in range(_FILMS_EACH)]
        if all(p.is_file() for p in paths):
            continue
        begun, rng, found = time.monotonic(), np.random.default_rng(number), 0
        person = people.anybody(body, rng)
        renderer = film.Renderer(person)
        for path in paths:
            source = sources[int(rng.choice(len(sources), p=share / share.sum()))]
            known, pictures = shoot(person, renderer, source, rng)
            found += known is not None
            data.save_known(path, [] if known is None else [known])
            if args.pictures:
                import cv2

                cv2.imwrite(str(args.pictures / f"{path.stem}.jpg"), pictures[len(pictures) // 2])
        renderer.close()
        print(f"{number} {found} of {len(paths)}, {time.monotonic() - begun:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
