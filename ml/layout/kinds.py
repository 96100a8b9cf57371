"""The kinds of things that the procedural kit builds: real sizes, support, and how they stand.

One table for both sides: the layout stage chooses and places by it, the kit builds a mesh for
each name, of any size near the default, its front towards +Y, its bottom at z = 0, inside its box.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .hollows import HOLLOWS, Hollow
from .plan import CEILING, FLOOR, SURFACE, WALL, WATER

Size = tuple[float, float, float]


@dataclass(frozen=True)
class Kind:
    """One kind.

    Attributes
    ----------
    size : default (width, depth, height), metres
    support : what carries it
    role, category : as in `plan.Item`
    words : what people call it, without the name itself
    material : palette slot
    wall : stands with its back to a wall where there is one
    front : metres that stay free before it
    top : things may stand on its top face, which is flat and as wide as its box
    ledge, under : a flat part elsewhere than at the top, and the free room under it; or None
    hang : things may hang on its front face, which is flat there and lies in its box's front
    solid : takes room; False for rugs and puddles, which others may stand on
    passable : people walk through or over it (arches, bridges, gates), though it takes room
    glow : emits light: energy in watts, 0 = none
    mount : height of the bottom above the floor for things on walls, metres
    spread : largest factor by which a variant may be larger or smaller than the default
    """

    name: str
    size: Size
    support: str
    role: str
    category: str
    words: tuple[str, ...] = ()
    material: str = "main"
    wall: bool = False
    front: float = 0.0
    top: bool = False
    hang: bool = False
    solid: bool = True
    passable: bool = False
    glow: float = 0.0
    mount: float = 1.4
    spread: float = 1.15
    ledge: Hollow | None = None
    under: Hollow | None = None

    @property
    def carries(self) -> bool:
        """Tell whether things may stand on it."""
        return self.top or self.ledge is not None


KINDS: dict[str, Kind] = {}


def _add(category: str, name: str, size: Size, words: str = "", **options: object) -> None:
    role, support, material = _DEFAULTS[category]
    options = {"role": role, "support": support, "material": material, **options}
    kind = Kind(
        name=name,
        size=size,
        category=category,
        words=tuple(w.strip() for w in words.split(",") if w.strip()),
        **options,
    )
    KINDS[name] = kind


_DEFAULTS = {
    # category: (role, support, palette slot)
    "seat": ("furniture", FLOOR, "fabric"),
    "table": ("furniture", FLOOR, "wood"),
    "bed": ("furniture", FLOOR, "fabric"),
    "storage": ("furniture", FLOOR, "wood"),
    "appliance": ("furniture", FLOOR, "metal"),
    "bath": ("furniture", FLOOR, "ceramic"),
    "lamp": ("light", FLOOR, "glow"),
    "small": ("prop", SURFACE, "accent"),
    "container": ("prop", FLOOR, "wood"),
    "decor": ("prop", FLOOR, "accent"),
    "covering": ("prop", FLOOR, "fabric"),
    "hanging": ("prop", WALL, "accent"),
    "structure": ("structure", FLOOR, "main"),
    "building": ("structure", FLOOR, "main"),
    "tree": ("vegetation", FLOOR, "leaf"),
    "plant": ("vegetation", FLOOR, "leaf"),
    "rock": ("vegetation", FLOOR, "stone"),
    "sign": ("sign", FLOOR, "accent"),
    "machine": ("furniture", FLOOR, "metal"),
    "vehicle": ("vehicle", FLOOR, "paint"),
    "street": ("prop", FLOOR, "metal"),
    "monument": ("hero", FLOOR, "stone"),
    "shelter": ("structure", FLOOR, "fabric"),
}

# Seats
_add("seat", "chair", (0.46, 0.5, 0.9), "dining chair, wooden chair, seat", front=0.3)
_add("seat", "armchair", (0.85, 0.85, 0.9), "easy chair, recliner", front=0.5)
_add("seat", "sofa", (2.0, 0.9, 0.85), "couch, settee", wall=True, front=0.6)
_add("seat", "stool", (0.38, 0.38, 0.5), "bar stool, ottoman, pouf")
_add("seat", "bench", (1.6, 0.45, 0.5), "pew, park bench", front=0.4, material="wood")
_add("seat", "throne", (1.2, 1.1, 2.4), "royal seat, dais", role="hero", wall=True, front=1.5)
_add("seat", "cushion", (0.6, 0.6, 0.14), "zabuton, floor pillow, beanbag")
# Tables
_add("table", "table", (1.6, 0.9, 0.75), "dining table, banquet table, kitchen table", top=True)
_add("table", "coffee_table", (1.1, 0.6, 0.42), "low table, tea table, kotatsu", top=True)
_add("table", "side_table", (0.5, 0.45, 0.55), "nightstand, bedside table", wall=True, top=True)
_add("table", "desk", (1.3, 0.65, 0.74), "writing desk, school desk, study table", wall=True,
     front=0.7, top=True)  # fmt: skip
_add("table", "counter", (2.0, 0.65, 0.92), "worktop, kitchen counter, bar counter, bar",
     wall=True, front=0.8, top=True)  # fmt: skip
_add("table", "workbench", (1.8, 0.75, 0.9), "work table, tool bench", wall=True, front=0.7,
     top=True)  # fmt: skip
_add("table", "altar", (1.8, 0.9, 1.0), "sacrificial table", role="hero", material="stone",
     front=1.0, top=True)  # fmt: skip
_add("table", "round_table", (1.2, 1.2, 0.75), "cafe table, bistro table", top=True)
_add("table", "operating_table", (2.0, 0.8, 0.9), "exam table, surgery table, gurney, stretcher",
     material="metal")  # fmt: skip
_add("table", "pool_table", (2.5, 1.4, 0.85), "billiard table, snooker table", front=0.8)
# Beds
_add("bed", "bed", (1.5, 2.05, 0.75), "double bed, mattress, four-poster", wall=True)
_add("bed", "single_bed", (0.95, 2.0, 0.6), "cot, child's bed, hospital bed", wall=True)
_add("bed", "bunk_bed", (1.0, 2.05, 1.75), "bunk, bunks", wall=True)
_add("bed", "crib", (0.75, 1.3, 0.95), "cradle, baby bed", wall=True)
_add("bed", "futon", (1.0, 2.0, 0.14), "sleeping mat, bedroll, tatami bed, sleeping bag")
_add("bed", "sleep_pod", (1.1, 2.3, 1.3), "cryo pod, capsule, stasis pod, cryopod", wall=True,
     front=0.8, material="paint")  # fmt: skip
# Storage
_add("storage", "shelf", (1.0, 0.35, 1.9), "bookshelf, bookcase, shelves, shelving, rack",
     wall=True, front=0.6)  # fmt: skip
_add("storage", "wardrobe", (1.3, 0.6, 2.05), "closet, armoire", wall=True, front=0.8)
_add("storage", "dresser", (1.1, 0.5, 0.85), "chest of drawers, sideboard, commode", wall=True,
     front=0.6, top=True)  # fmt: skip
_add("storage", "cabinet", (0.9, 0.45, 1.2), "cupboard, filing cabinet, display cabinet",
     wall=True, front=0.6, top=True)  # fmt: skip
_add("storage", "tv_stand", (1.4, 0.4, 0.5), "media console, low board", wall=True, top=True)
_add("storage", "locker", (0.9, 0.5, 1.85), "lockers, safe", wall=True, front=0.6,
     material="metal")  # fmt: skip
_add("storage", "weapon_rack", (1.5, 0.4, 1.6), "sword rack, armoury rack, spear rack", wall=True,
     front=0.6)  # fmt: skip
_add("storage", "server_rack", (0.6, 1.0, 2.0), "servers, data rack, mainframe, server",
     wall=True, front=0.8, material="metal", glow=4.0)  # fmt: skip
# Kitchen and bath
_add("appliance", "fridge", (0.75, 0.7, 1.85), "refrigerator, freezer", wall=True, front=0.8)
_add("appliance", "stove", (0.75, 0.65, 0.92), "oven, cooker, hearth stove", wall=True, front=0.8)
_add("appliance", "sink", (0.7, 0.5, 0.9), "basin, washbasin", wall=True, front=0.7,
     material="ceramic")  # fmt: skip
_add("appliance", "washing_machine", (0.6, 0.6, 0.87), "dryer, laundry machine", wall=True,
     front=0.7)  # fmt: skip
_add("appliance", "vending_machine", (1.0, 0.8, 1.85), "drinks machine, vending machines",
     wall=True, front=0.9, glow=25.0, material="paint")  # fmt: skip
_add("appliance", "arcade_machine", (0.75, 0.85, 1.75), "arcade cabinet, arcade game",
     wall=True, front=0.8, glow=12.0, material="paint")  # fmt: skip
_add("appliance", "fireplace", (1.6, 0.6, 1.3), "hearth, chimney piece", wall=True, front=1.0,
     glow=60.0, material="stone", role="hero")  # fmt: skip
_add("bath", "toilet", (0.4, 0.68, 0.78), "lavatory, wc", wall=True, front=0.6)
_add("bath", "bathtub", (1.7, 0.75, 0.6), "bath, tub, hot tub", wall=True, front=0.6)
_add("bath", "shower", (0.9, 0.9, 2.1), "shower stall, shower cabin", wall=True, front=0.6,
     material="glass")  # fmt: skip
# Lamps
_add("lamp", "floor_lamp", (0.42, 0.42, 1.65), "standing lamp, lamp stand", glow=40.0)
_add("lamp", "table_lamp", (0.28, 0.28, 0.45), "desk lamp, bedside lamp, lamp", support=SURFACE,
     glow=25.0)  # fmt: skip
_add("lamp", "ceiling_lamp", (0.5, 0.5, 0.6), "pendant, ceiling light, hanging lamp",
     support=CEILING, glow=60.0)  # fmt: skip
_add("lamp", "chandelier", (1.2, 1.2, 1.1), "crystal lamp", support=CEILING, glow=120.0)
_add("lamp", "strip_light", (1.3, 0.18, 0.12), "neon tube, fluorescent lamp, tube light",
     support=CEILING, glow=60.0)  # fmt: skip
_add("lamp", "lantern", (0.35, 0.35, 0.55), "paper lantern, lanterns, lampion, oil lamp",
     glow=20.0)  # fmt: skip
_add("lamp", "hanging_lantern", (0.4, 0.4, 0.6), "red lantern, chochin", support=WALL, glow=20.0,
     mount=2.1)  # fmt: skip
_add("lamp", "stone_lantern", (0.7, 0.7, 1.6), "toro, garden lantern", glow=12.0,
     material="stone")  # fmt: skip
_add("lamp", "torch", (0.16, 0.28, 0.7), "wall torch, sconce, torches", support=WALL, glow=30.0,
     mount=1.6)  # fmt: skip
_add("lamp", "brazier", (0.8, 0.8, 1.0), "fire bowl, fire pit, fire basket", glow=80.0,
     material="metal")  # fmt: skip
_add("lamp", "campfire", (1.0, 1.0, 0.6), "bonfire, fire, camp fire", glow=120.0)
_add("lamp", "candle", (0.08, 0.08, 0.22), "candles, taper", support=SURFACE, glow=4.0)
_add("lamp", "candelabra", (0.45, 0.45, 1.5), "candlestick, candle stand", glow=15.0)
_add("lamp", "streetlight", (0.5, 1.2, 4.6), "street lamp, lamp post, lamppost, gas lamp",
     glow=150.0)  # fmt: skip
_add("lamp", "neon_sign", (1.2, 0.16, 0.6), "neon, neon lights, glowing sign, light sign",
     support=WALL, glow=35.0, role="sign", mount=2.3)  # fmt: skip
_add("lamp", "crystal", (0.9, 0.9, 1.5), "glowing crystal, gem, crystals, energy core",
     glow=30.0)  # fmt: skip
_add("lamp", "glow_orb", (0.5, 0.5, 1.0), "orb, magic light, bioluminescent bulb, energy orb",
     glow=30.0)  # fmt: skip
_add("lamp", "spotlight", (0.5, 0.5, 2.2), "stage light, work light, flood light, film light",
     glow=200.0)  # fmt: skip
# Small things that stand on tops
_add("small", "book", (0.16, 0.23, 0.05), "books, notebook, tome, grimoire")
_add("small", "book_stack", (0.24, 0.2, 0.22), "pile of books, textbooks, stack of books")
_add("small", "laptop", (0.36, 0.27, 0.24), "notebook computer", glow=2.0)
_add("small", "monitor", (0.55, 0.2, 0.45), "computer, screen, pc, computer screen", glow=4.0)
_add("small", "cup", (0.09, 0.09, 0.1), "mug, glass, goblet, tea cup")
_add("small", "bowl", (0.22, 0.22, 0.09), "fruit bowl, soup bowl")
_add("small", "plate", (0.24, 0.24, 0.03), "dish, plates")
_add("small", "bottle", (0.08, 0.08, 0.28), "wine bottle, bottles, flask, potion",
     material="glass")  # fmt: skip
_add("small", "vase", (0.2, 0.2, 0.35), "flower vase, flowers, urn", material="ceramic")
_add("small", "clock", (0.16, 0.1, 0.16), "alarm clock")
_add("small", "small_box", (0.3, 0.22, 0.18), "box, toolbox, casket, jewel box, gift")
_add("small", "picture_frame", (0.2, 0.1, 0.24), "photo, framed photo, photograph")
_add("small", "toy", (0.25, 0.2, 0.28), "teddy bear, doll, toys, teddy, ball, basketball")
_add("small", "phone", (0.22, 0.2, 0.14), "telephone, radio, intercom")
_add("small", "pot", (0.3, 0.3, 0.24), "cooking pot, kettle, pan, teapot", material="metal")
_add("small", "food", (0.26, 0.22, 0.14), "bread, fruit, cake, sushi, meal, fish, vegetables")
_add("small", "globe", (0.32, 0.32, 0.45), "terrestrial globe, crystal ball, skull, bust")
_add("small", "microscope", (0.2, 0.28, 0.4), "instrument, scientific instrument, test tubes")
_add("small", "papers", (0.3, 0.24, 0.03), "paper, map, scroll, letter, exam, scrolls, maps")
_add("small", "hologram", (0.4, 0.4, 0.5), "holographic display, projection", glow=10.0,
     material="glow")  # fmt: skip
# Containers and loose things on the floor
_add("container", "crate", (0.7, 0.7, 0.7), "crates, wooden box, cargo box, boxes", top=True)
_add("container", "barrel", (0.6, 0.6, 0.85), "barrels, keg, cask, drum, oil drum")
_add("container", "chest", (0.9, 0.55, 0.6), "treasure chest, trunk, coffer", wall=True,
     front=0.5)  # fmt: skip
_add("container", "basket", (0.45, 0.45, 0.4), "hamper, laundry basket, fruit basket")
_add("container", "bin", (0.4, 0.4, 0.6), "garbage can, trash can, waste basket, rubbish bin",
     material="metal")  # fmt: skip
_add("container", "sack", (0.5, 0.45, 0.55), "bag, sacks, garbage bag, grain sack, trash",
     material="fabric")  # fmt: skip
_add("container", "jar_large", (0.6, 0.6, 0.9), "amphora, clay pot, urn, pottery, jar",
     material="ceramic")  # fmt: skip
_add("container", "cargo_container", (2.4, 6.0, 2.6), "shipping container, freight container",
     material="paint")  # fmt: skip
_add("container", "dumpster", (1.9, 1.1, 1.3), "skip, garbage container", wall=True,
     material="paint")  # fmt: skip
_add("container", "hay_bale", (1.1, 0.6, 0.6), "hay, straw bale, haystack", material="leaf")
_add("container", "log_pile", (1.6, 0.7, 0.8), "firewood, logs, wood pile, timber", wall=True)
_add("container", "rubble", (1.4, 1.2, 0.5), "debris, ruins pile, broken stones, bones",
     material="stone")  # fmt: skip
_add("container", "cauldron", (0.8, 0.8, 0.75), "kettle pot, witch's pot", material="metal")
_add("container", "coffin", (0.8, 2.1, 0.6), "sarcophagus, casket", role="hero",
     material="stone")  # fmt: skip
_add("container", "suitcase", (0.55, 0.28, 0.7), "luggage, backpack, school bag, bags",
     material="fabric")  # fmt: skip
_add("container", "anvil", (0.5, 0.35, 0.75), "forge block", material="metal")
_add("container", "cart", (1.1, 1.9, 1.1), "wagon, handcart, wheelbarrow, trolley", front=0.3)
# Decoration on the floor
_add("decor", "television", (1.1, 0.22, 0.7), "tv, flat screen, tv set", support=SURFACE,
     glow=6.0, material="metal")  # fmt: skip
_add("decor", "piano", (1.5, 0.65, 1.2), "upright piano, organ, harpsichord", wall=True,
     front=0.9)  # fmt: skip
_add("decor", "easel", (0.7, 0.7, 1.6), "painting stand, canvas")
_add("decor", "screen_divider", (1.8, 0.4, 1.7), "folding screen, room divider, shoji, byobu")
_add("decor", "mannequin", (0.5, 0.4, 1.75), "suit of armour, armour stand, armor, dummy",
     wall=True)  # fmt: skip
_add("decor", "telescope", (0.8, 1.2, 1.6), "spyglass, refractor", material="metal")
_add("decor", "aquarium", (1.2, 0.5, 1.3), "fish tank, terrarium", wall=True, material="glass",
     glow=10.0)  # fmt: skip
_add("decor", "punching_bag", (0.45, 0.45, 1.7), "weights, dumbbells, gym bag, exercise machine")
_add("decor", "plant_pot", (0.45, 0.45, 1.0), "house plant, potted plant, bonsai, pot plant",
     role="vegetation", material="leaf")  # fmt: skip
_add("decor", "treasure", (1.2, 1.0, 0.55), "gold, coins, treasure heap, gold pile",
     material="gold")  # fmt: skip
_add("decor", "fishing_net", (1.6, 1.2, 0.35), "net, nets, ropes, rope coil", material="fabric")
_add("decor", "anchor", (1.1, 0.4, 1.5), "ship anchor", material="metal")
# Coverings: others may stand on them
_add("covering", "rug", (2.0, 1.4, 0.012), "carpet, mat, tatami, red carpet", solid=False)
_add("covering", "puddle", (1.3, 0.9, 0.008), "puddles, pool of water, slime", solid=False,
     material="water")  # fmt: skip
# On walls
_add("hanging", "painting", (0.8, 0.06, 0.6), "picture, poster, posters, mural, portrait")
_add("hanging", "mirror", (0.6, 0.06, 1.0), "looking glass", material="glass", mount=1.0)
_add("hanging", "wall_clock", (0.36, 0.08, 0.36), "clock on the wall", mount=1.9)
_add("hanging", "wall_shelf", (0.9, 0.25, 0.3), "small shelf", material="wood", mount=1.5)
_add("hanging", "blackboard", (2.2, 0.08, 1.2), "chalkboard, whiteboard, notice board, bulletin",
     mount=0.9)  # fmt: skip
_add("hanging", "tapestry", (1.3, 0.06, 1.9), "wall hanging, wall carpet, flag, wall banner",
     material="fabric", mount=1.0)  # fmt: skip
_add("hanging", "wall_screen", (1.6, 0.12, 0.9), "display, wall monitor, billboard screen, screens",
     glow=15.0, material="glow", mount=1.2)  # fmt: skip
_add("hanging", "curtain", (1.4, 0.14, 2.2), "curtains, drape", material="fabric", mount=0.05)
_add("hanging", "air_conditioner", (0.8, 0.35, 0.6), "ac unit, fan, vent, ventilator",
     material="metal", mount=2.2)  # fmt: skip
_add("hanging", "wall_sign", (1.4, 0.14, 0.5), "shop sign, signboard, nameplate, street sign",
     role="sign", mount=2.4)  # fmt: skip
_add("hanging", "shop_awning", (2.2, 0.9, 0.5), "awning, canopy, market awning", mount=2.3,
     material="fabric")  # fmt: skip
_add("hanging", "wall_pipe", (0.3, 0.25, 2.6), "pipe on the wall, drainpipe, downpipe, cables",
     material="metal", mount=0.0)  # fmt: skip
# Structures
_add("structure", "wall", (3.0, 0.3, 2.6), "stone wall, brick wall, ruined wall, rampart",
     hang=True)  # fmt: skip
_add("structure", "fence", (2.4, 0.14, 1.1), "railing, palisade, wooden fence, handrail",
     material="wood")  # fmt: skip
_add("structure", "gate", (3.4, 0.8, 3.8), "gateway, portal, city gate, castle gate, portcullis",
     passable=True)  # fmt: skip
_add("structure", "column", (0.7, 0.7, 3.6), "pillar, columns, pillars, post", spread=1.3)
_add("structure", "arch", (3.0, 0.8, 3.6), "archway, stone arch, vault", passable=True)
_add("structure", "stairs", (1.6, 2.4, 1.5), "staircase, steps, stairway", front=1.0)
_add("structure", "platform", (3.0, 3.0, 0.4), "stage, podium, dais, pier deck, landing pad",
     front=0.8)  # fmt: skip
_add("structure", "torii", (3.8, 0.6, 3.9), "shrine gate, japanese gate", passable=True,
     material="paint", role="hero")  # fmt: skip
_add("structure", "bridge", (2.4, 6.0, 1.4), "footbridge, arched bridge, wooden bridge",
     passable=True, role="hero")  # fmt: skip
_add("structure", "window_frame", (1.4, 0.2, 1.6), "broken window, stained glass",
     support=WALL, mount=0.9, material="glass")  # fmt: skip
_add("structure", "door_frame", (1.1, 0.3, 2.2), "doorway, door, magic door, doors", wall=True)
_add("structure", "scaffold", (2.4, 1.2, 3.6), "scaffolding, frame, ladder", material="metal")
_add("structure", "jetty", (1.8, 5.0, 0.5), "pier, dock, wharf, boardwalk, quay", passable=True,
     material="wood")  # fmt: skip
_add("structure", "cage", (1.4, 1.4, 2.0), "prison cell, cell, jail, bars", material="metal")
_add("structure", "barricade", (1.8, 0.8, 1.1), "barrier, sandbags, roadblock, traffic barrier")
# Buildings and large bodies
_add("building", "house", (6.0, 5.0, 5.5), "cottage, hut, cabin, shop, building, barn, farmhouse",
     spread=1.3)  # fmt: skip
_add("building", "tower", (4.0, 4.0, 12.0), "watchtower, castle tower, lighthouse, minaret, keep",
     role="hero", spread=1.4)  # fmt: skip
_add("building", "pagoda", (6.0, 6.0, 9.0), "temple, shrine hall, palace, pavilion, pagoda roof",
     role="hero", spread=1.3)  # fmt: skip
_add("building", "skyscraper", (9.0, 9.0, 28.0), "high-rise, office block, apartment block",
     spread=1.5)  # fmt: skip
_add("building", "facade", (6.0, 2.5, 8.0), "house front, shopfront, shop front, storefront",
     wall=True, hang=True, spread=1.4)  # fmt: skip
_add("building", "castle", (12.0, 8.0, 11.0), "fortress, citadel, stronghold, castle keep",
     role="hero")  # fmt: skip
_add("building", "temple", (9.0, 7.0, 7.0), "greek temple, church, chapel, mausoleum, cathedral",
     role="hero")  # fmt: skip
_add("building", "windmill", (4.5, 4.5, 9.0), "mill, wind turbine", role="hero")
_add("building", "dome", (6.0, 6.0, 3.6), "habitat, igloo, yurt, observatory, biodome, greenhouse",
     role="hero")  # fmt: skip
_add("building", "pyramid", (10.0, 10.0, 7.0), "ziggurat, step pyramid", role="hero")
_add("building", "module", (3.0, 6.0, 2.8), "base module, hab module, trailer, bunker",
     material="paint")  # fmt: skip
# Trees, plants, rocks
_add("tree", "tree", (3.0, 3.0, 5.0), "oak, broad-leaved tree, trees, apple tree", spread=1.5)
_add("tree", "pine", (2.4, 2.4, 6.0), "fir, spruce, conifer, christmas tree", spread=1.5)
_add("tree", "palm", (2.6, 2.6, 5.5), "palm tree, coconut palm", spread=1.4)
_add("tree", "dead_tree", (2.2, 2.2, 4.0), "bare tree, burnt tree, withered tree", spread=1.4)
_add("tree", "cherry_tree", (3.2, 3.2, 4.2), "sakura, blossom tree, maple", spread=1.3)
_add("tree", "willow", (3.4, 3.4, 4.6), "weeping willow", spread=1.3)
_add(
    "tree", "giant_mushroom", (1.6, 1.6, 2.2), "mushroom, toadstool, mushrooms, fungus", spread=1.7
)
_add("tree", "stump", (0.8, 0.8, 0.5), "tree stump, log, fallen log, driftwood", material="wood")
_add("plant", "bush", (1.1, 1.1, 0.9), "shrub, bushes, hedge bush", spread=1.4)
_add("plant", "hedge", (2.4, 0.6, 1.3), "topiary, box hedge")
_add("plant", "grass_tuft", (0.5, 0.5, 0.4), "grass, weeds, ferns, reeds, wheat", spread=1.5)
_add(
    "plant", "flowers", (0.6, 0.6, 0.4), "flower bed, roses, tulips, lavender, blossoms", spread=1.4
)
_add("plant", "bamboo", (0.9, 0.9, 4.2), "bamboo grove, bamboo stalks", spread=1.3)
_add("plant", "cactus", (0.7, 0.7, 1.8), "cacti, saguaro", spread=1.5)
_add("plant", "vine", (1.0, 0.2, 1.8), "ivy, creepers, vines, roots", support=WALL, mount=0.6)
_add("plant", "lily_pad", (0.8, 0.8, 0.05), "water lily, lotus, lotus flowers", support=WATER)
_add("plant", "coral", (1.1, 1.0, 1.0), "coral reef, corals, brain coral", spread=1.6,
     material="coral")  # fmt: skip
_add("plant", "fan_coral", (1.4, 0.4, 1.5), "sea fan, gorgonian", spread=1.4, material="coral")
_add("plant", "seaweed", (0.6, 0.6, 2.0), "kelp, algae, sea grass, kelp forest", spread=1.6)
_add("plant", "anemone", (0.7, 0.7, 0.5), "sea anemone, sponge, sea urchin", spread=1.4,
     material="coral")  # fmt: skip
_add("plant", "giant_clam", (1.1, 0.8, 0.7), "clam, shell, pearl, seashell", material="ceramic")
_add("plant", "alien_plant", (0.9, 0.9, 1.4), "strange plant, glowing plant, tentacle plant",
     glow=4.0, spread=1.5)  # fmt: skip
_add("rock", "rock", (1.2, 1.0, 0.8), "stone, rocks, stones, boulders", spread=1.6)
_add("rock", "boulder", (2.4, 2.0, 1.8), "big rock, large rock, asteroid, meteorite", spread=1.5)
_add("rock", "cliff", (6.0, 3.0, 6.0), "rock face, mountain, iceberg, crag, hill", spread=1.5)
_add("rock", "stalagmite", (0.9, 0.9, 2.0), "stalagmites, rock spire, ice spike", spread=1.5)
_add("rock", "stalactite", (0.8, 0.8, 1.2), "stalactites, icicle", support=CEILING, spread=1.4)
_add("rock", "rock_arch", (5.0, 2.0, 4.0), "natural arch", passable=True)
_add("rock", "snow_pile", (1.5, 1.3, 0.6), "snowman, snow heap, snowdrift, ice block",
     material="ceramic", spread=1.4)  # fmt: skip
# Signs
_add("sign", "signpost", (0.8, 0.2, 2.2), "direction sign, wooden sign, sign post, sign")
_add("sign", "billboard", (4.0, 0.6, 5.0), "advertising board, hoarding, advert", glow=60.0)
_add("sign", "banner", (0.9, 0.3, 3.2), "flag, flags, pennant, standard, banners, nobori",
     material="fabric")  # fmt: skip
_add("sign", "standing_sign", (0.6, 0.5, 1.1), "sandwich board, menu board, a-board")
_add("sign", "traffic_light", (0.4, 0.5, 3.4), "traffic sign, stop light, semaphore", glow=10.0)
_add("sign", "totem", (0.9, 0.9, 3.4), "totem pole, idol, moai, tiki", role="hero")
# Machines and consoles
_add("machine", "console", (1.4, 0.8, 1.1), "control panel, control desk, consoles, cockpit",
     wall=True, front=0.9, glow=8.0)  # fmt: skip
_add("machine", "machine", (1.8, 1.3, 1.8), "machinery, engine, press, lathe, factory machine",
     front=0.8)  # fmt: skip
_add("machine", "generator", (1.6, 1.0, 1.3), "transformer, power unit, turbine, compressor")
_add("machine", "reactor", (2.6, 2.6, 3.6), "core, power core, fusion reactor, portal machine",
     role="hero", front=1.2, glow=80.0)  # fmt: skip
_add("machine", "tank", (1.6, 1.6, 2.6), "boiler, vat, water tank, silo, cylinder, fuel tank",
     front=0.6)  # fmt: skip
_add("machine", "pipes", (2.4, 0.7, 1.4), "pipe, pipeline, ducts, conduits, tubes, cables",
     wall=True)  # fmt: skip
_add("machine", "robot_arm", (1.1, 1.1, 2.0), "robot, mech arm, industrial robot, droid",
     front=0.6)  # fmt: skip
_add("machine", "conveyor", (1.0, 4.0, 0.9), "conveyor belt, assembly line")
_add("machine", "antenna", (1.0, 1.0, 5.0), "radio mast, aerial, transmitter, radar", spread=1.4)
_add("machine", "satellite_dish", (2.4, 2.4, 2.6), "dish, radio dish, radar dish")
_add("machine", "solar_panel", (2.2, 1.4, 1.3), "solar panels, photovoltaic")
_add("machine", "cannon", (1.0, 2.0, 1.1), "gun, artillery, ballista, catapult", front=1.0)
_add("machine", "glass_tube", (1.1, 1.1, 2.4), "specimen tank, cloning tank, tube, bacta tank",
     front=0.6, material="glass", glow=12.0)  # fmt: skip
_add("machine", "drone", (0.9, 0.9, 0.4), "quadcopter, probe, rover")
# Vehicles
_add("vehicle", "car", (1.8, 4.3, 1.45), "cars, sedan, taxi, automobile, parked car")
_add("vehicle", "truck", (2.3, 6.0, 2.8), "lorry, van, bus, fire engine, ambulance")
_add("vehicle", "motorcycle", (0.8, 2.1, 1.15), "motorbike, scooter, hoverbike")
_add("vehicle", "bicycle", (0.6, 1.75, 1.05), "bike, bikes")
_add("vehicle", "boat", (1.7, 4.6, 1.2), "rowing boat, canoe, gondola, raft, fishing boat, boats",
     support=WATER)  # fmt: skip
_add("vehicle", "ship", (4.5, 14.0, 9.0), "galleon, sailing ship, pirate ship, shipwreck, wreck",
     role="hero")  # fmt: skip
_add("vehicle", "train", (2.8, 12.0, 3.6), "railway carriage, tram, locomotive, subway train",
     role="hero")  # fmt: skip
_add("vehicle", "spaceship", (5.0, 8.0, 3.0), "shuttle, lander, spacecraft, ufo, starfighter",
     role="hero")  # fmt: skip
_add("vehicle", "hover_car", (2.0, 4.4, 1.4), "flying car, speeder, pod racer", glow=6.0)
_add("vehicle", "carriage", (1.7, 3.0, 2.2), "coach, horse carriage, stagecoach, rickshaw",
     material="wood")  # fmt: skip
_add("vehicle", "tractor", (1.9, 3.4, 2.4), "plough, digger, excavator, bulldozer, tank vehicle")
# Street furniture
_add("street", "hydrant", (0.35, 0.35, 0.8), "fire hydrant, bollard, parking meter")
_add("street", "mailbox", (0.5, 0.45, 1.2), "post box, letter box, newspaper box")
_add("street", "phone_booth", (0.95, 0.95, 2.4), "telephone box, call box, ticket booth",
     material="paint", front=0.6, glow=8.0)  # fmt: skip
_add("street", "utility_pole", (0.9, 0.4, 7.0), "power pole, telegraph pole, telephone pole")
_add("street", "bus_stop", (3.0, 1.4, 2.5), "shelter, bus shelter, tram stop", front=0.8)
_add("street", "traffic_cone", (0.36, 0.36, 0.6), "cone, cones, pylon")
_add("street", "market_stall", (2.4, 1.7, 2.5), "stall, stalls, booth, food stall, kiosk, stand",
     material="fabric", front=0.8, role="furniture")  # fmt: skip
_add("street", "food_cart", (1.3, 2.0, 2.2), "yatai, ramen cart, noodle stand, hot dog cart",
     material="wood", front=0.8, glow=20.0)  # fmt: skip
_add("street", "parasol", (2.2, 2.2, 2.4), "umbrella, beach umbrella, sun shade, umbrellas",
     material="fabric", passable=True)  # fmt: skip
_add("street", "deck_chair", (0.7, 1.6, 0.8), "sun lounger, beach chair, lounge chair",
     material="fabric")  # fmt: skip
_add("street", "swing", (2.4, 1.6, 2.2), "swings, slide, seesaw, playground, jungle gym",
     front=0.8, material="paint")  # fmt: skip
# Monuments
_add("monument", "statue", (1.0, 1.0, 2.6), "sculpture, stone figure, golem, buddha, dragon statue",
     spread=1.5)  # fmt: skip
_add("monument", "fountain", (3.0, 3.0, 2.0), "water fountain, basin fountain", spread=1.3)
_add("monument", "well", (1.5, 1.5, 2.2), "wishing well, water well")
_add("monument", "tombstone", (0.7, 0.25, 1.0), "gravestone, grave, headstone, tomb, graves",
     role="prop", spread=1.3)  # fmt: skip
_add("monument", "obelisk", (1.1, 1.1, 5.0), "monolith, stele, standing stone, menhir", spread=1.4)
_add("monument", "shrine", (1.6, 1.3, 2.2), "small shrine, hokora, wayside shrine, spirit house",
     front=1.0)  # fmt: skip
_add("monument", "sundial", (0.9, 0.9, 1.1), "pedestal, bird bath, plinth, armillary sphere",
     role="prop")  # fmt: skip
_add("monument", "cross", (1.0, 0.3, 2.2), "grave cross, crucifix, ankh", role="prop")
_add("monument", "dragon", (3.0, 6.0, 3.0), "giant skeleton, whale skeleton, beast",
     spread=1.3)  # fmt: skip
# Shelters
_add("shelter", "tent", (2.6, 3.2, 2.0), "camp tent, tents, army tent, tipi, teepee", front=1.0)
_add("shelter", "pavilion", (4.0, 4.0, 3.6), "gazebo, tea house, bandstand, kiosk hall",
     passable=True, material="wood", role="hero")  # fmt: skip
_add("shelter", "tarp", (3.0, 2.4, 2.2), "canvas roof, sail roof, lean-to", passable=True)
_add("shelter", "boathouse", (4.0, 6.0, 4.0), "shed, hangar, garage, stable", material="wood")

for _name, _parts in HOLLOWS.items():
    KINDS[_name] = replace(KINDS[_name], **_parts)
