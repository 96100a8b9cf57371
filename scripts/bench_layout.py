"""Measure the layout stage: places, wishes, validity, variety and time.

    python scripts/bench_layout.py [--seeds 6]
        [--parts places wishes voices valid variety time scale ranking cameras facets]
        [--files FILE …] [--facet-files FILE …]

Run it with the Python of the py311 environment. The prompts lie in `scripts/prompts` and were
written before anything was tuned on them. What is measured here is the layout itself, as boxes,
by a checker that trusts nothing of how it was made; scripts/bench_layout_scene.py measures the
meshes that are written.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np

import package

package.load()

from understudy.ml import progress, runtime  # noqa: E402
from understudy.ml.errors import ModelError  # noqa: E402
from understudy.ml.layout.facets import Facets, Heads  # noqa: E402
from understudy.ml.layout.parse import clean, read  # noqa: E402
from understudy.ml.layout.pipeline import layout  # noqa: E402
from understudy.ml.layout.places import Places  # noqa: E402
from understudy.ml.layout.plan import Item, Layout  # noqa: E402
from understudy.ml.layout.propose import openings_of  # noqa: E402
from understudy.ml.layout.rooms import ROOFED  # noqa: E402
from understudy.ml.layout.verify import check  # noqa: E402
from understudy.ml.layout.words import Sentences  # noqa: E402
from understudy.ml.runtime import Settings  # noqa: E402

PROMPTS = Path(__file__).parent / "prompts"
PARTS = ("places", "wishes", "voices", "valid", "variety", "time", "scale", "ranking", "cameras",
         "facets")  # fmt: skip


def lines(name: str | Path) -> list[tuple[str, list[str]]]:
    """Return (words, what is right) of each line of a prompt file."""
    found = []
    for line in (PROMPTS / name).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            words, _, right = line.partition("|")
            found.append((words.strip(), [r.strip() for r in right.split(";")]))
    return found


def propose(prompt: str, **params: object) -> tuple[list[Layout], dict]:
    """Run the task; return its layouts and the rest of what it says."""
    meta, _ = progress.run(layout({"prompt": prompt, **params}, {}))
    return [Layout.unpack(one) for one in meta["layouts"]], meta


def places(_args: argparse.Namespace) -> dict:
    """Measure how often the right card is first, or among the first three."""
    out = {}
    encoders = {"lexicon alone": None}
    try:
        encoders["with the sentence network"] = Sentences(Settings(device="cpu"))
    except ModelError as exc:
        print(exc)
    for name, encoder in encoders.items():
        known, first, three, missed = Places(encoder), 0, 0, []
        cases = lines("places.txt")
        for prompt, right in cases:
            best = [n for n, _ in read(prompt, known).ranked[:3]]
            first += best[0] in right
            three += bool(set(best) & set(right))
            if not set(best) & set(right):
                missed.append([prompt, best])
        out[name] = {"top-1": first / len(cases), "top-3": three / len(cases), "missed": missed}
    return out


def near(a: Item, b: Item) -> float:
    """Return the gap in metres between two boxes' circles of half their width."""
    reach = 0.5 * (math.hypot(*a.size[:2]) + math.hypot(*b.size[:2]))
    return math.dist(a.pos[:2], b.pos[:2]) - reach


def ahead(a: Item, b: Item) -> tuple[float, float]:
    """Return where `a` lies in the axes of `b`: (to its right, before its front), metres."""
    t = math.radians(b.yaw)
    dx, dy = a.pos[0] - b.pos[0], a.pos[1] - b.pos[1]
    return dx * math.cos(t) + dy * math.sin(t), -dx * math.sin(t) + dy * math.cos(t)


def stands(made: Layout, a: Item, relation: str, b: Item) -> bool:
    """Tell whether a relation holds between two items."""
    u, v = ahead(a, b)
    if relation == "on":
        return a.parent >= 0 and made.items[a.parent] is b and a.support == "surface"
    if relation in ("facing", "opposite"):
        turned = ahead(b, a)
        return turned[1] > 0.3 * a.size[1] and abs(turned[0]) < turned[1] and near(a, b) < 4.0
    if relation in ("around", "beside"):
        return near(a, b) < (1.2 if relation == "around" else 0.6)
    if relation == "before":
        return v > 0.3 * b.size[1] and near(a, b) < 1.2
    if relation == "behind":
        return v < -0.3 * b.size[1] and near(a, b) < 1.2
    if relation == "under" and b.kind == "streetlight":  # within its light, not in its post
        return near(a, b) < 0.6
    over = abs(u) < 0.6 * b.size[0] and abs(v) < 0.5 * b.size[1] + 0.6
    if relation == "above":
        return over and a.pos[2] >= b.pos[2] + b.size[2] - 0.01
    return over and a.pos[2] <= b.pos[2] + 0.01  # under


def amid(a: Item, others: list[Item]) -> bool:
    """Tell whether an item stands between two of the others, seen from above."""
    for b, c in combinations(others, 2):
        u, v = np.subtract(b.pos[:2], a.pos[:2]), np.subtract(c.pos[:2], a.pos[:2])
        if u @ v < -0.7 * np.linalg.norm(u) * np.linalg.norm(v):
            return True
    return False


def by_opening(made: Layout, a: Item, relation: str, opening: str) -> bool:
    """Tell whether an item is opposite, facing, above, before or by a window or door."""
    look = np.array([-math.sin(math.radians(a.yaw)), math.cos(math.radians(a.yaw))])
    for middle, inward in openings_of(made.room, opening):
        rel = np.asarray(a.pos[:2]) - middle
        away = rel @ inward - (1.0 if relation == "opposite" else 0.3)
        if relation in ("opposite", "facing") and look @ inward < -0.7 and away > 0.0:
            return True
        gap = np.linalg.norm(rel) - 0.5 * math.hypot(*a.size[:2])
        if relation == "above" and gap < 0.6 and a.pos[2] > 1.8:
            return True
        if relation in ("beside", "before") and gap < 1.2:
            return True
    return False


def holds(made: Layout, claim: str) -> bool:
    """Tell whether a line's claim is true of a layout."""
    parts = claim.split()
    own = [i for i in made.items if i.kind in parts[0].split("/")]
    if parts[0] == "people":
        own = [Item(m.name, "person", "", "", (0.6, 0.6, 1.8), m.pos, m.yaw) for m in made.marks]
    if len(parts) == 2:
        least = parts[1].endswith("+")
        count = int(parts[1].rstrip("+"))
        return len(own) >= count if least else len(own) == count
    openings = {"window": "window", "window_frame": "window", "door": "door", "door_frame": "door"}
    for name in parts[2].split("/"):
        # What is under a window stands beside it.
        relation = "beside" if parts[1] == "under" else parts[1]
        if name in openings and any(by_opening(made, a, relation, openings[name]) for a in own):
            return True
    others = [i for i in made.items if i.kind in parts[2].split("/")]
    if parts[1] == "between":
        return any(amid(a, [b for b in others if b is not a]) for a in own)
    return any(stands(made, a, parts[1], b) for a in own for b in others)


def wishes(args: argparse.Namespace) -> dict:
    """Measure nouns that are there, and numbers and relations that are kept."""
    return kept_claims(lines("wishes.txt"), args.wish_variants)


def kept_claims(cases: list[tuple[str, list[str]]], variants: int) -> dict:
    """Propose each prompt and count which of its claims hold."""
    nouns, claims, missed = Counter(), Counter(), []
    for number, (prompt, right) in enumerate(cases):
        made = propose(prompt, seed=number, variants=variants)[0]
        for one in made:
            for claim in right:
                kinds, count = claim.split()[0].split("/"), claim.split()[1]
                if kinds != ["people"] and count != "0":
                    nouns["asked"] += 1
                    nouns["there"] += any(i.kind in kinds for i in one.items)
                good = holds(one, claim)
                claims["asked"] += 1
                claims["kept"] += good
                if not good:
                    missed.append([prompt, claim])
    return {
        "nouns present": nouns["there"] / nouns["asked"],
        "counts and relations kept": claims["kept"] / claims["asked"],
        "claims": claims["asked"],
        "missed": [[*m, n] for m, n in Counter(map(tuple, missed)).most_common()],
    }


def voices(args: argparse.Namespace) -> dict:
    """Measure the same on the prompts of one or more files, place and claims on each line."""
    known = Places(Sentences(Settings(device="cpu")))
    return {path.stem: _voices(path, known, args.wish_variants) for path in args.files}


def _voices(path: Path, known: Places, variants: int) -> dict:
    """Measure one file; where no card is named as right, the place is not judged."""
    found, missed, claims = [], [], []
    lines_ = [[part.strip() for part in line.split("|")]
              for line in path.read_text("utf-8").splitlines()
              if line.count("|") == 2 and line[0] != "#"]  # fmt: skip
    for prompt, right, wanted in lines_:
        if right != "-":
            best = [n for n, _ in read(prompt, known).ranked[:3]]
            found.append(bool(set(best) & {r.strip() for r in right.split(";")}))
            if not found[-1]:
                missed.append([prompt, best])
        claims.append((prompt, [c.strip() for c in wanted.split(";") if c.strip() != "-"]))
    told = kept_claims(claims, variants)
    return {"prompts": len(lines_), "top-3": float(np.mean(found)), "places missed": missed, **told}


def valid(args: argparse.Namespace) -> dict:
    """Count what is wrong over all place prompts and seeds; bars are zero, and 98 % walkable."""
    found, items, walk, ground = Counter(), 0, [], []
    for prompt, _ in lines("places.txt")[: args.prompts]:
        for one in propose(prompt, seed=args.seed, variants=args.seeds)[0]:
            result = check(one)
            items += len(one.items)
            for name in ("collisions", "outside", "floating", "blocked"):
                found[name] += len(result[name])
            walk.append(result["walkable"])
            ground.append(result["ground"])
            found["layouts"] += 1
    return {**found, "items": items, "items a layout": items / max(found["layouts"], 1),
            "walkable between entrances": float(np.mean(walk)),
            "free ground that can be reached": float(np.mean(ground))}  # fmt: skip


def variety(args: argparse.Namespace) -> dict:
    """Measure how different six variants are, beside the same variants' colours alone."""
    means, least = [], []
    for prompt, _ in lines("places.txt")[: min(args.prompts, 30)]:
        _, meta = propose(prompt, seed=args.seed, variants=6)
        far = np.array(meta["distances"])[np.triu_indices(6, 1)]
        means.append(far.mean())
        least.append(far.min())
    return {"mean pairwise distance": float(np.mean(means)), "least of any two": float(min(least)),
            "prompts": len(means)}  # fmt: skip


def timed(_args: argparse.Namespace) -> dict:
    """Time six variants of about sixty objects, without writing and thumbnails."""
    begun, cpu = time.perf_counter(), time.process_time()
    made, _ = propose("living room + cyberpunk", seed=3, variants=6, density=0.8)
    return {"wall seconds": time.perf_counter() - begun, "cpu seconds": time.process_time() - cpu,
            "objects a variant": float(np.mean([len(m.items) for m in made]))}  # fmt: skip


def scale(_args: argparse.Namespace) -> dict:
    """Time one layout of ever more objects; the cost should grow as they do."""
    out = {}
    for count in (125, 250, 500, 1000):
        begun = time.process_time()
        made = propose(f"a forest with {count} trees", seed=1, variants=1)[0][0]
        took = time.process_time() - begun
        out[str(count)] = {"cpu seconds": took, "objects": len(made.items),
                           "ms an object": 1000 * took / len(made.items)}  # fmt: skip
    return out


def ranking(args: argparse.Namespace) -> dict:
    """Measure how furnished rooms are put in order; needs the room corpus."""
    from understudy.ml.layout import learned
    from understudy.ml.train.layout import data, ranker

    path = data.folder() / "rooms_test.jsonl.gz"
    if not path.exists():
        return {"left out": f"{path.name} is not there: set UNDERSTUDY_SHARED"}
    settings = Settings(device="cpu", threads=1)
    networks = learned.Scorer(settings), learned.ObjectTable(settings)
    rooms = ranker.chambers(path, args.prompts)
    figures = ranker.compare(rooms, networks, learned.Ranker(settings).score)
    return figures | {"rooms": len(rooms)}


def cameras(args: argparse.Namespace) -> dict:
    """Compare what plain rays, rays through shapes and the network say with drawn pictures.

    "regret" is what the camera that a judge puts first lacks of the best one's score.
    """
    from understudy.ml.layout.lookout import Lookout
    from understudy.ml.train.layout import frames

    lookout = Lookout(Settings(device="cpu", threads=1))
    prompts = [p for p, _ in lines("places.txt")][: max(args.prompts // 4, 1)]
    found = frames.gather(prompts, frames.Drawing(seed=args.seed), 3)
    figures = frames.measure(found, frames.judges(found, lookout))
    return figures | {"frames": sum(len(f.clues) for f in found)}


def facets(args: argparse.Namespace) -> dict:
    """Measure what is read of hour, weather and so on; `scripts/prompts/facets.txt` says how."""
    settings = Settings(device="cpu", threads=1)
    known = Places(Sentences(settings))
    try:
        heads = Heads(settings)
    except ModelError as exc:
        print(exc)
        heads = None
    out = {}
    for path in args.facet_files:
        cases = [(w, dict(r.split("=") for r in right)) for w, right in lines(path)]
        ways = {"lists alone": _read_facets(cases, known, None)}
        if heads is not None:
            alone = [heads(clean(w, known, []), known.encoder).labels() for w, _ in cases]
            ways["heads alone"] = alone
            ways["both"] = _read_facets(cases, known, heads)
        out[path.stem] = {way: _facet_hits(cases, read) for way, read in ways.items()}
    return out


def _read_facets(cases: list, known: Places, heads: Heads | None) -> list[dict]:
    """Return what the layout would make of each line: where nothing is said, the place decides."""
    found = []
    for words, right in cases:
        brief = read(words, known, heads=heads)
        told = Facets(brief.weather, brief.hour, brief.mood, brief.density, brief.medium).labels()
        overlay = brief.overlays[0].name if brief.overlays else None
        card, said = brief.card, right.get("medium") != "none"
        own = ("underwater" if card.group == "underwater"
               else "indoor" if card.shape in ROOFED else "outdoor")  # fmt: skip
        told["medium"] = told["medium"] or (own if said else None)
        told["style"] = overlay or (card.style if right.get("style") != "none" else None)
        found.append(told)
    return found


def _facet_hits(cases: list, told: list[dict]) -> dict:
    """Count hits by facet, those on "none" apart, and list what was missed."""
    hits, missed = Counter(), []
    for (words, right), answers in zip(cases, told, strict=True):
        for facet, names in right.items():
            answer = answers[facet] or "none"
            column = "none" if names == "none" else "said"
            good = answer in names.split("/")
            hits.update({(facet, column, "of"): 1, (facet, column, "hit"): good})
            if not good:
                missed.append([words, facet, names, answer])
    table = {f"{f}, {c}": [hits[f, c, "hit"], n] for (f, c, k), n in sorted(hits.items())
             if k == "of"}  # fmt: skip
    whole = [sum(v[i] for v in table.values()) for i in (0, 1)]
    return {**table, "all": whole, "missed": missed}


def main() -> int:
    """Measure what the command line names and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=6, help="variants a prompt, for `valid`")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prompts", type=int, default=100, help="how many of the prompts")
    parser.add_argument("--wish-variants", type=int, default=3)
    parser.add_argument("--files", nargs="*", type=Path, default=[PROMPTS / "voices.txt"],
                        help="prompt files for `voices`")  # fmt: skip
    parser.add_argument("--facet-files", nargs="*", type=Path, default=[PROMPTS / "facets.txt"],
                        help="prompt files for `facets`")  # fmt: skip
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args()
    runtime.keep_open()
    measures = (places, wishes, voices, valid, variety, timed, scale, ranking, cameras,
                facets)  # fmt: skip
    parts = dict(zip(PARTS, measures, strict=True))
    figures = {}
    for name in args.parts:
        figures[name] = parts[name](args)
        print(name, json.dumps(figures[name], indent=1), flush=True)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
