"""The task `layout`: from a prompt to several layouts."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from ..errors import ModelError, UnderstudyError
from ..progress import Progress, Steps
from . import dress, rooms, shots
from .cards import Card, Style, Wish, styles
from .compose import Composer
from .geometry import area
from .kinds import KINDS
from .learned import Scorer
from .marks import marks
from .match import with_units
from .matching import match
from .order import Order
from .parse import Brief, read
from .places import Places, stem
from .plan import (
    AssetBox,
    Atmosphere,
    Ground,
    Item,
    Layout,
    Light,
    Room,
    Swatch,
    unpack,
)
from .space import Space
from .usual import as_there, carried, siblings, where_usual
from .variety import ALIKE, distance, signature, spread

MOST_VARIANTS = 24
MOST_ITEMS = 1500
LARGEST_ROOM_M2 = 200.0
_REROLLS = 3
_NATURAL = ("open",)
_SNOW = {"snow_pile"}  # no style brings it into a room
_OUTSIDE = ("building", "vehicle", "rock", "shelter", "street")
_UNDER_THE_SKY = _SNOW | {k.name for k in KINDS.values() if k.category in _OUTSIDE} | {
    *("tree", "palm", "dead_tree", "cherry_tree", "willow", "stump", "grass_tuft", "cactus"),
    *("tombstone", "obelisk", "totem", "antenna", "satellite_dish", "solar_panel", "hay_bale"),
}  # fmt: skip
"""What a style brings into a room only where it is mixed in: a haunted attic has no graves."""


def layout(params: dict, _arrays: object) -> Steps[tuple[dict, dict]]:
    """Propose layouts; a task of `ml.tasks`.

    Parameters
    ----------
    params : dict
        prompt : str
        seed : int, default 0; variants : int, default 6; first : number of the first, default 0
        density : 0 to 1, mood : -1 to 1; None leaves them to the words
        locks : what is kept of an earlier layout, all optional: room, items, lights, atmosphere,
            ground, palette, shots, each packed as in `plan`; zones: names of zones that are full
        assets : list of packed `plan.AssetBox`
        obstacles : list of [x, y, z, width, depth, height, yaw]: what stands in the scene already
        marks : number of places for characters, default 2 or what the words say
        frame_rate, aspect : of the shots; camera_style : a name in `directing.json`, or a dict
        words, heads, placement, objects, ranker, cameras : "auto", "off": whether the networks are
            used

    Returns
    -------
    meta, arrays
        meta: layouts (packed, best first), distances (N, N), facets, notes, networks (name to
        sha256); no arrays.

    Raises
    ------
    UnderstudyError
        A parameter cannot be used; the sentence says which.
    """
    job = _Job(params)
    yield Progress(0.02, "Reading the words")
    notes: list[str] = []
    (encoder, heads, *rest), networks = _networks(params, notes)
    job.scorer, job.table, job.lookout, job.ranker = rest
    job.assets = with_units(match(job.assets, encoder))
    brief = read(job.prompt, Places(encoder), job.assets, heads)
    brief.notes = [*notes, *brief.notes]
    found: list[Layout] = []
    for k in range(job.count):
        yield Progress(0.1 + 0.85 * k / job.count, f"Variant {k + 1} of {job.count}")
        found.append(_different(job, brief, job.first + k, found))
    for one in found:
        one.scores["total"] = _worth(one, job)
    order = sorted(range(len(found)), key=lambda i: -found[i].scores["total"])
    kept = [found[i] for i in order]
    return {
        "layouts": [one.pack() for one in kept],
        "distances": np.round(spread(kept), 4).tolist(),
        "facets": brief.facets(),
        "notes": brief.notes,
        "networks": networks,
    }, {}


class _Job:
    """The parameters, checked, and the networks that are there."""

    scorer = table = ranker = lookout = None

    def __init__(self, params: dict) -> None:
        self.prompt = str(params.get("prompt") or "")
        self.seed = int(params.get("seed") or 0)
        self.first = int(params.get("first") or 0)
        count = params.get("variants")
        self.count = 6 if count is None else int(count)
        if not 1 <= self.count <= MOST_VARIANTS:
            raise UnderstudyError(f"Ask for 1 to {MOST_VARIANTS} variants, not {self.count}")
        self.density = _share(params, "density", 0.0, 1.0)
        self.mood = _share(params, "mood", -1.0, 1.0)
        self.fps = float(params.get("frame_rate") or 24.0)
        self.aspect = float(params.get("aspect") or 16 / 9)
        if not (0.1 <= self.aspect <= 10 and 1 <= self.fps <= 1000):
            raise UnderstudyError("The aspect must be 0.1 to 10 and the frame rate 1 to 1000")
        self.assets = _usable([unpack(AssetBox, a) for a in params.get("assets") or []])
        self.locks = dict(params.get("locks") or {})
        self.obstacles = np.asarray(params.get("obstacles") or [], float).reshape(-1, 7)
        self.marks = params.get("marks")
        style = params.get("camera_style") or "classic"
        self.style = style if isinstance(style, dict) else shots.preset(str(style))


def _share(params: dict, name: str, low: float, high: float) -> float | None:
    value = params.get(name)
    if value is None:
        return None
    if not low <= float(value) <= high:
        raise UnderstudyError(f"{name} must be {low:g} to {high:g}, not {value}")
    return float(value)


def _usable(assets: list[AssetBox]) -> list[AssetBox]:
    """Drop assets without a body: their size says nothing."""
    return [a for a in assets if min(a.size) >= 0 and max(a.size) > 1e-9 and all(
        math.isfinite(n) for n in a.size)]  # fmt: skip


def _networks(params: dict, notes: list[str]) -> tuple:
    """Return ([each network, None where it is missing or off], {name: sha256})."""
    from ..runtime import Settings
    from .facets import Heads
    from .learned import ObjectTable, Ranker
    from .lookout import Lookout
    from .words import Sentences

    settings, used, out = Settings.from_params(params), {}, []
    for name, make, without in (
        ("words", Sentences, "words are understood by the lexicon alone"),
        ("heads", Heads, "hour, weather and mood are read from word lists alone"),
        ("placement", Scorer, "furniture is placed by rules alone"),
        ("objects", ObjectTable, "rooms hold what their cards say"),
        ("cameras", Lookout, "cameras are judged by rays alone"),
        ("ranker", Ranker, "furnished rooms are put in order by where things stand"),
    ):
        made = None
        deaf = name == "heads" and out[0] is None  # they hear through the sentence network
        if params.get(name) != "off" and not deaf:
            try:
                made = make(settings)
                used[made.session.name] = made.session.sha256
            except ModelError as exc:
                notes.append(f"{exc}; {without}")
        out.append(made)
    return out, used


def _different(job: _Job, brief: Brief, variant: int, before: list[Layout]) -> Layout:
    """Make a variant; one like an earlier one, or without what was asked for, is made anew."""
    others = [signature(b) for b in before]
    best, rank, shut = None, (-1.0, -1.0, -1.0), False
    for attempt in range(_REROLLS):
        made = _make(job, brief, variant, attempt, shut)
        shut = made.scores["ways"] < 1.0
        own = signature(made)
        far = min((distance(own, o) for o in others), default=1.0)
        made.scores["apart"] = far
        # One can walk through, what was asked for is there, and it is no copy.
        own_rank = (made.scores["ways"], made.scores["met"], min(far, ALIKE))
        if own_rank > rank:
            best, rank = made, own_rank
        if rank >= (1.0, 1.0, ALIKE):
            break
    if best.scores["apart"] < ALIKE:
        best.notes.append("Much like another variant: locks or the words leave little room")
    return best


def _make(job: _Job, brief: Brief, variant: int, attempt: int, ways_first: bool) -> Layout:
    rng = np.random.default_rng([abs(job.seed), variant, attempt])
    card = brief.card
    chain = _chain(brief, card)
    mood = job.mood if job.mood is not None else (brief.mood or 0.0)
    density = job.density if job.density is not None else brief.density
    density = 0.5 if density is None else density
    made = Layout(brief.prompt, job.seed, variant, facets=brief.facets(), notes=list(brief.notes))
    room = _locked(job, "room", Room)
    made.room = room or rooms.make(card, brief.area, _scale(brief), rng)
    if "window_frame" in brief.banned and room is None:
        made.room.openings = [o for o in made.room.openings if o.kind != "window"]
    look = dress.look_of(brief, card, chain, mood, rng)
    made.palette = look.palette
    made.atmosphere = dress.atmosphere_of(brief, card, look, mood)
    made.ground = dress.ground_of(brief, card, made.room, look)
    space = Space(made.room)
    _stand_locked(job, space, made)
    order = _order(job, brief, card, chain, density, made, rng)
    inset = rooms.FACADE_M if rooms.lined(card) else 0.0
    # What was learned in rooms says nothing of streets, woods and halls for hundreds.
    small = made.room.roofed and abs(area(made.room.outline)) <= LARGEST_ROOM_M2
    known = job.scorer if small else None
    composer = Composer(space, order, rng, card.shape in _NATURAL, inset, known)
    composer.fill(ways_first)
    made.items = space.items[:MOST_ITEMS]
    made.notes += dict.fromkeys(composer.notes)
    made.scores["ways"] = 0.0 if composer.shut else 1.0
    made.scores["met"] = _met(brief, composer.left_out, composer.moved)
    _name(made.items)
    wanted = job.marks if job.marks is not None else brief.people
    made.marks = marks(space, 2 if wanted is None else int(wanted), brief.stands, rng)
    dress.light_up(made, look, mood, rng)
    made.shots = shots.direct(made, job.style, job.fps, job.aspect, rng, job.lookout)
    _keep(job, made)
    return made


def _chain(brief: Brief, card: Card) -> list[Style]:
    """Return the styles from the card's own to the last that the words lay over it."""
    chain = [styles()[card.style]]
    if brief.medium == "underwater" and card.group != "underwater":
        chain.append(styles()["undersea"])
    return chain + [s for s in brief.overlays if s not in chain]


def _scale(brief: Brief) -> float:
    """Return how much larger than its card a place must be for what is asked."""
    own = brief.card.size[0] * brief.card.size[1]
    asked = sum(w.low * _ground_of(w) for w in brief.wishes)
    return math.sqrt(max(1.0, (0.6 * own + 2.5 * asked) / own))


def _ground_of(wish: Wish) -> float:
    kind = KINDS[wish.kind]
    if kind.support != "floor" or wish.spot == "on":
        return 0.05
    return (kind.size[0] + 0.3) * (kind.size[1] + 0.3 + 0.5 * kind.front)


def _locked(job: _Job, name: str, cls: type) -> object | None:
    return unpack(cls, job.locks[name]) if job.locks.get(name) else None


def _stand_locked(job: _Job, space: Space, made: Layout) -> None:
    """Put in what is kept, where it is, and what stands in the scene already."""
    kept = [unpack(Item, i) for i in job.locks.get("items") or []]
    for item in kept:
        if item.kind not in KINDS:
            raise UnderstudyError(f"{item.name}: the kind {item.kind!r} is unknown")
        kind = KINDS[item.kind]
        item.locked = True
        if item.parent >= len(kept):
            item.parent = -1
        space.add(item, solid=kind.solid, passable=kind.passable, clear=0.0)
    for x, y, z, width, depth, height, yaw in job.obstacles:
        print_ = (x, y, width / 2, depth / 2, math.radians(yaw))
        space.boxes.add(print_, z, z + height, 1)
    del made


def _stays_outside(style: Style, brief: Brief, made: Layout) -> set[str]:
    """Return the kinds that a style brings to open places only."""
    if not made.room.roofed:
        return set()
    return _SNOW if style.name in brief.mixed else _UNDER_THE_SKY


def _order(
    job: _Job,
    brief: Brief,
    card: Card,
    chain: list[Style],
    density: float,
    made: Layout,
    rng: np.random.Generator,
) -> Order:
    """Gather all wishes: the words', the card's, and those of styles and mixed-in places."""
    brief.wishes = carried(where_usual(as_there(brief.wishes, card), card), card)
    away = siblings(brief.wishes)
    wishes = [w for w in card.wishes if w.kind not in away and w.target not in away - {
        a.kind for a in brief.wishes}]  # fmt: skip
    wishes = brief.wishes + wishes if not card.wishes or not wishes else [
        wishes[0], *brief.wishes, *wishes[1:]]  # fmt: skip
    have = {w.kind for w in wishes}
    for style in chain[1:]:
        out = _stays_outside(style, brief, made)
        adds = [w for w in style.adds if w.kind not in have | out]
        share = rng.permutation(len(adds))[: max(3, round(0.75 * len(adds)))]
        wishes += [adds[i] for i in sorted(share)]
        have |= {w.kind for w in adds}
    for extra in brief.extra:
        adds = [w for w in extra.wishes if w.kind not in have and not w.target]
        if made.room.roofed:  # no houses in a hall
            adds = [w for w in adds if KINDS[w.kind].category not in ("building", "vehicle")]
        adds = adds[:7]
        wishes += [replace(w, low=min(w.low, 2), high=min(w.high, 4)) for w in adds]
    if job.table is not None and density > 0.5:
        have = Counter({w.kind: 99 if w.required else w.high for w in wishes})
        size = abs(area(made.room.outline))
        more = job.table.more(card.name, size, len(made.room.openings), have, rng)
        share = 2 * density - 1
        wishes += [Wish(k, 0, max(1, round(n * share)), "on" if KINDS[k].support == "surface"
                        else "") for k, n in more.items()]  # fmt: skip
    swaps = {}
    for style in chain[1:]:
        out = _stays_outside(style, brief, made)
        swaps |= {a: b for a, b in style.swaps.items() if b not in out}
    asked = {w.kind for w in brief.wishes}
    wishes = [w for w in wishes if w.required or w.kind not in brief.banned]
    return Order(
        wishes=_with_assets(wishes, job.assets, rng),
        swaps={a: b for a, b in swaps.items() if a not in asked},
        banned=brief.banned,
        density=density,
        assets={a.name: a for a in job.assets},
        water_level=None if made.atmosphere.underwater else made.atmosphere.water_level,
        style=chain[-1].name,
        colours=brief.colours,
        closed=set(job.locks.get("zones") or ()),
    )


def _with_assets(
    wishes: list[Wish], assets: list[AssetBox], rng: np.random.Generator
) -> list[Wish]:
    """Give wishes the artist's assets of their kind, another one in each variant.

    Where some answer to more words of what is asked for than others, it is one of these: a dining
    chair comes before an office chair for "dining chairs".
    """
    by_kind: dict[str, list[AssetBox]] = {}
    for asset in assets:
        if asset.category in KINDS:
            by_kind.setdefault(asset.category, []).append(asset)

    def named(wish: Wish) -> str:
        own = {stem(w) for w in wish.label.lower().split()}
        alike = [len(own & {stem(t) for t in a.tags}) for a in by_kind[wish.kind]]
        best = [a.name for a, n in zip(by_kind[wish.kind], alike, strict=True) if n == max(alike)]
        return str(rng.choice(best))

    return [replace(w, asset=named(w)) if not w.asset and w.kind in by_kind else w for w in wishes]


def _met(brief: Brief, left_out: Counter, moved: Counter) -> float:
    """Return the share of what the words ask for that stands; elsewhere counts half."""
    asked = sum(w.low for w in brief.wishes)
    labels = {w.label or w.kind for w in brief.wishes}
    missing = sum(n for name, n in left_out.items() if name in labels) + 0.5 * moved.total()
    return 1.0 if not asked else round(max(0.0, 1 - missing / asked), 4)


def _name(items: list[Item]) -> None:
    """Number the names so that each is there once."""
    totals = Counter(i.name for i in items if not i.locked)
    used = {i.name for i in items if i.locked}
    counts: Counter[str] = Counter()
    for item in items:
        if item.locked:
            continue
        base = item.name
        while True:
            counts[base] += 1
            name = base if totals[base] == 1 and counts[base] == 1 else f"{base} {counts[base]}"
            if name not in used:
                break
        item.name = name
        used.add(name)


def _keep(job: _Job, made: Layout) -> None:
    """Put kept lights, air, ground, palette and shots in the place of the new ones."""
    locks = job.locks
    if locks.get("lights"):
        kept = [unpack(Light, d) for d in locks["lights"]]
        # Lamps of things hang with these: kept ones only where all their things are kept too.
        whole = bool(locks.get("items")) and not locks.get("zones")
        own = [light for light in made.lights if light.item >= 0 and not whole]
        made.lights = own + [
            k for k in kept if k.item < 0 or (whole and k.item < len(made.items))
        ]  # fmt: skip
    made.atmosphere = _locked(job, "atmosphere", Atmosphere) or made.atmosphere
    made.ground = _locked(job, "ground", Ground) or made.ground
    if locks.get("palette"):
        kept = {name: unpack(Swatch, d) for name, d in locks["palette"].items()}
        made.palette = {**made.palette, **kept}
    if locks.get("shots"):
        made.shots = [unpack(type(made.shots[0]) if made.shots else shots.Shot, d)
                      for d in locks["shots"]]  # fmt: skip


def _worth(one: Layout, job: _Job) -> float:
    """Return the figure that variants are ranked by, 0 to 1; the weights are set by hand.

    How like real ones a furnished room is, is learned; of other places how evenly they are filled
    stands in its place.
    """
    seen = [s.scores["total"] for s in one.shots if s.scores]
    film = float(np.mean(seen)) if seen else 0.0
    learned = None
    if job.scorer is not None:
        learned = (
            job.ranker(one, job.scorer, job.table)
            if job.ranker is not None and job.table is not None
            else job.scorer.likeness(one)
        )
    if learned is not None:
        one.scores["like real rooms"] = round(learned, 4)
    fill = _evenness(one) if learned is None else learned
    return round(0.5 * one.scores["met"] + 0.35 * film + 0.15 * fill, 4)


def _evenness(one: Layout) -> float:
    """Return 1 when things are spread over the place, less when they crowd one side."""
    if not one.items:
        return 0.0
    outline = np.asarray(one.room.outline, float)
    at = np.array([i.pos[:2] for i in one.items])
    off = np.abs(at.mean(axis=0) - outline.mean(axis=0)) / np.ptp(outline, axis=0)
    return float(np.clip(1 - 2 * off.max(), 0, 1))
