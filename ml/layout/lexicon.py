"""Words with a fixed meaning: numbers, relations, weather, time, mood and colours.

Authored. What the network knows by similarity is in `words`; what must not be guessed is here.
"""

from __future__ import annotations

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "single": 1, "lone": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "hundred": 100, "thousand": 1000, "dozen": 12, "pair": 2,
    "couple": 2, "twin": 2, "both": 2, "few": 3, "some": 3, "several": 4, "many": 8, "numerous": 8,
    "lots": 8, "countless": 12, "rows": 12, "hundreds": 60, "dozens": 24,
}  # fmt: skip
VAGUE = {"few", "some", "several", "many", "numerous", "lots", "countless", "rows", "hundreds"}
VAGUE |= {"dozens", "a", "an"}
"""Numbers that only say about how many."""

RELATIONS = {
    "on top of": "on", "on": "on", "upon": "on", "atop": "on", "onto": "on",
    "in front of": "before", "before": "before", "facing": "facing", "opposite to": "opposite",
    "opposite": "opposite", "across from": "opposite", "next to": "beside", "beside": "beside",
    "besides": "beside", "near": "beside", "by": "beside", "close to": "beside",
    "nearby": "beside", "alongside": "beside", "to the left of": "beside",
    "to the right of": "beside", "left of": "beside", "right of": "beside",
    "on the left of": "beside", "on the right of": "beside", "either side of": "beside",
    "on either side of": "beside", "on both sides of": "beside", "to either side of": "beside",
    "at the foot of": "before", "at the side of": "beside", "at": "beside", "behind": "behind",
    "in back of": "behind", "around": "around", "round": "around", "surrounding": "around",
    "encircling": "around", "ringing": "around", "surrounded by": "~around",
    "encircled by": "~around", "ringed by": "~around", "flanked by": "~beside",
    "framed by": "~beside", "topped with": "~on", "topped by": "~on", "covered with": "~on",
    "covered in": "~on", "under": "under", "beneath": "under", "below": "under",
    "underneath": "under", "above": "above", "over": "above", "hanging over": "above",
    "against": "beside", "between": "beside", "flanking": "beside", "leaning against": "beside",
    "leaning on": "beside",
}  # fmt: skip
"""Phrase to a relation of `cards.RELATIONS`; "~" turns the two things round."""

SPOTS = {
    "on wall": "wall", "on a wall": "wall", "on every wall": "wall", "at the wall": "wall",
    "beside the wall": "wall", "beside the walls": "wall", "beside walls": "wall",
    "against a wall": "wall", "against walls": "wall", "along one wall": "wall",
    "by the walls": "wall", "on walls": "wall", "near the wall": "wall",
    "in the middle": "centre", "in the centre": "centre", "in the center": "centre",
    "in the corner": "corner", "in a corner": "corner", "against the wall": "wall",
    "along the wall": "wall", "along the walls": "wall", "by the wall": "wall",
    "on the wall": "wall", "on the walls": "wall", "at the back": "back", "in the back": "back",
    "at the far end": "back", "at the entrance": "front", "at the front": "front",
    "by the door": "front", "near the door": "front", "in a row": "row", "in rows": "row",
    "in a circle": "ring", "in a ring": "ring", "on both sides": "side", "on each side": "side",
    "in the background": "far", "in the distance": "far", "from the ceiling": "ceiling",
    "on the ceiling": "ceiling", "on the floor": "scatter", "on the ground": "scatter",
    "in the water": "water", "on the water": "water",
}  # fmt: skip
"""Phrase after a noun to a place of `cards.SPOTS`."""

NOT = {"no", "without", "not", "minus", "lacking", "except", "never", "zero", "neither", "nor"}

REWRITES = (
    (r"\bw/o\b", "without"),
    (r"\bw/", "with "),
    (r"&", " and "),
    (
        r"\b(?:do|does|did|is|are|was|were|has|have|had|should|would|must|can|could|wo|ca)n'?t\b",
        "not",
    ),
    (
        r"\b(?:please )?(?:remove|omit|exclude|delete|skip|drop|lose|forget|ditch|leave out|"
        r"get rid of|take away|do not include|not include|free of|devoid of|empty of|instead of|"
        r"rather than|other than|apart from)\b",
        "no",
    ),
    (r"\bnone of\b", "no"),
    (
        r"\b(?:never|not|no) (?:more|fewer|less) than\b|\bat (?:most|least)\b|\bup to\b|"
        r"\bexactly\b|\bprecisely\b|\bjust (?=\d)|\blike (?=\d)",
        " ",
    ),
    (r"\bhalf a dozen\b|\bhalf dozen\b", "six"),
    (r"\ba handful of\b|\bhandful of\b|\ba bunch of\b|\ba group of\b|\ba cluster of\b", "some"),
    (r"\ba trio of\b|\btrio of\b", "three"),
    (r"\ba quartet of\b", "four"),
    (r"\ba row of\b|\ba line of\b", "rows of"),
    (r"\b([a-z]{3,}) [x\u00d7] ?(\d{1,3})\b(?! ?(?:m|x)\b)", r"\2 \1"),
    (r"\b(\d{1,3}) ?[x\u00d7] (?=[a-z]{3})", r"\1 "),
    (r"\bno one\b|\bnoone\b|\bno-one\b|\bnot a soul\b|\bno sign of life\b", "nobody"),
    (r"\bevery(where)\b|\ball over the place\b", "everywhere"),
)
"""Patterns of everyday and set shorthand, and the plain words for them, in this order."""

SLUG = (
    r"^\s*(?:int\.?/ext\.?|ext\.?/int\.?|i/e|int|ext|loc|location|scene \d+|set|interior|exterior|"
    r"establishing|(?:extreme |very )?wide(?: shot)?|close[- ]?up|medium shot|long shot|pov|ecu|cu|"
    r"mcu|ms|ls|els|ws|ots|shot of|view of|angle)\b\s*(?:shot\s*)?(?:on|of)?\s*[.:\-]?\s*"
)
"""What directors write before a place."""

PRONOUNS = {"it", "them", "him", "her", "these", "those", "which", "that", "this"}

ABOVE = {"clock": "wall_clock", "picture_frame": "painting", "floor_lamp": "ceiling_lamp",
         "table_lamp": "ceiling_lamp", "shelf": "wall_shelf", "signpost": "wall_sign",
         "television": "wall_screen", "monitor": "wall_screen", "lantern": "hanging_lantern",
         "banner": "tapestry"}  # fmt: skip
"""What a thing is when it hangs above another, or on a wall."""

FAMILIES = ({"bed", "single_bed", "bunk_bed", "futon"}, {"table_lamp", "floor_lamp"},
            {"lantern", "hanging_lantern"}, {"dumpster", "bin"}, {"clock", "wall_clock"},
            {"table", "round_table"}, {"rock", "boulder"})  # fmt: skip
"""Kinds that one word may mean: asked for by number, the place's own others stay away."""

PEOPLE = set(
    "people person human humans man men woman women crowd child children kid kids baby character "
    "characters figure figures boy boys girl girls actor actors actress pedestrian pedestrians "
    "villager villagers guest guests soldier soldiers guard guards knight knights monk monks nun "
    "dancer dancers anyone someone somebody nobody princess princesses prince princes king kings "
    "queen queens wizard wizards witch witches customer customers hero heroes heroine villain "
    "detective detectives officer officers cop cops doctor doctors nurse nurses patient patients "
    "teacher teachers student students pupil pupils waiter waiters waitress bartender barman chef "
    "chefs cook cooks farmer farmers worker workers miner miners sailor sailors pirate pirates "
    "captain cowboy cowboys sheriff samurai ninja ninjas warrior warriors priest priests singer "
    "singers musician musicians pianist band scientist scientists engineer engineers mechanic "
    "astronaut astronauts pilot pilots driver drivers passenger passengers traveller travellers "
    "tourist tourists visitor visitors bride groom couple lovers family mother father grandmother "
    "grandfather old-man merchant merchants vendor vendors beggar thief thieves prisoner prisoners "
    "suspect adventurer adventurers elf elves dwarf dwarves goblin goblins orc orcs vampire "
    "vampires ghost ghosts zombie zombies android androids mermaid mermaids clown clowns".split()
)
"""Who gets a mark to stand on."""
NAMED_AFTER = set(
    "witch pirate king queen dwarven elf elves vampire goblin mermaid captain doctor "
    "teacher student prince princess wizard miner samurai knight".split()
)
"""Those that places are named after: they count only with a number or an article of their own."""

WEATHER = {
    "rain": "rain", "rainy": "rain", "raining": "rain", "drizzle": "rain", "wet": "rain",
    "downpour": "rain", "monsoon": "rain", "storm": "storm", "stormy": "storm",
    "thunderstorm": "storm", "lightning": "storm", "tempest": "storm", "snow": "snow",
    "snowy": "snow", "snowing": "snow", "blizzard": "blizzard", "snowstorm": "blizzard",
    "snowfall": "snow", "fog": "fog", "foggy": "fog", "mist": "fog", "misty": "fog", "haze": "fog",
    "hazy": "fog", "smoke": "smoke", "smoky": "smoke", "steam": "smoke", "steamy": "smoke",
    "dust": "dust", "dusty": "dust", "sandstorm": "sandstorm", "cloudy": "cloudy",
    "overcast": "cloudy", "grey": "cloudy", "sunny": "sunny", "clear": "sunny", "windy": "windy",
}  # fmt: skip

HOURS = {
    "dawn": 6.0, "sunrise": 6.3, "daybreak": 6.0, "morning": 8.5, "noon": 12.0, "midday": 12.0,
    "day": 13.0, "daytime": 13.0, "daylight": 13.0, "afternoon": 15.5, "evening": 19.0,
    "sunset": 18.4, "dusk": 19.3, "twilight": 19.5, "golden": 18.0, "night": 22.5,
    "nighttime": 22.5, "nocturnal": 22.5, "midnight": 0.0, "moonlit": 23.0, "moonlight": 23.0,
    "starlit": 23.5, "starry": 23.5,
}  # fmt: skip

MOODS = {
    "happy": 0.8, "joyful": 0.9, "cheerful": 0.9, "warm": 0.5, "cosy": 0.7, "cozy": 0.7,
    "peaceful": 0.6, "calm": 0.5, "serene": 0.6, "quiet": 0.3, "romantic": 0.6, "festive": 0.9,
    "bright": 0.6, "sunny": 0.6, "playful": 0.8, "cute": 0.8, "lively": 0.7, "bustling": 0.5,
    "hopeful": 0.6, "majestic": 0.3, "grand": 0.3, "sad": -0.6, "melancholic": -0.6,
    "melancholy": -0.6, "lonely": -0.6, "gloomy": -0.7, "dark": -0.5, "dim": -0.4, "scary": -0.9,
    "creepy": -0.9, "spooky": -0.8, "eerie": -0.8, "haunted": -0.8, "sinister": -0.9,
    "ominous": -0.8, "tense": -0.6, "fears": -0.5, "fear": -0.6, "afraid": -0.6, "angry": -0.6,
    "anxious": -0.5, "nightmare": -0.9, "desolate": -0.6, "bleak": -0.7, "abandoned": -0.5,
    "grim": -0.7, "mysterious": -0.3, "moody": -0.4, "violent": -0.8, "menacing": -0.8,
    "dread": -0.8, "oppressive": -0.7, "cold": -0.3,
}  # fmt: skip

DENSITIES = {
    "empty": 0.1, "bare": 0.1, "sparse": 0.2, "minimal": 0.2, "minimalist": 0.2, "spacious": 0.3,
    "tidy": 0.35, "simple": 0.35, "deserted": 0.35, "cluttered": 0.9, "crowded": 0.9, "messy": 0.9,
    "packed": 0.95, "full": 0.8, "busy": 0.8, "bustling": 0.85, "dense": 0.9, "overgrown": 0.8,
    "rich": 0.7, "overflowing": 0.95, "stuffed": 0.95,
}  # fmt: skip

COLOURS = {
    "red": "b3261e", "crimson": "9a1530", "scarlet": "c02a1e", "orange": "e0762a",
    "yellow": "e8c53a", "golden": "d8a63a", "green": "3f8a45", "emerald": "1f8a60",
    "turquoise": "2fb0a8", "teal": "1f7f86", "cyan": "22c3dd", "blue": "2f62b3", "navy": "1f2f5f",
    "purple": "6d3fa3", "violet": "7a4fc0", "pink": "e88fae", "magenta": "c82a90",
    "white": "efefec", "black": "1b1b1e", "brown": "6d4a30", "silver": "b9bec4",
}  # fmt: skip

MEDIA = {
    "underwater": "underwater", "undersea": "underwater", "submerged": "underwater",
    "sunken": "underwater", "seabed": "underwater", "subaquatic": "underwater",
    "indoors": "indoor", "indoor": "indoor", "interior": "indoor", "inside": "indoor",
    "outdoors": "outdoor", "outdoor": "outdoor", "outside": "outdoor", "exterior": "outdoor",
}  # fmt: skip

STOP = set(
    "a an the of in on at to and or with for from by is are be this that these those it its into "
    "my your his her our their very really some there where which who whose has have having as "
    "full scene place please make create generate show me i want you can set setting picture "
    "image view just like kind sort lot lots made during through between under over near".split()
)

# Words people use of the same thing, singular, that are no other name of a kind.
SYNONYMS = {
    "couch": "sofa", "rocks": "rock", "computers": "monitor", "shelves": "shelf",
    "bookshelves": "shelf", "knives": "food", "benches": "bench", "torches": "torch",
    "boxes": "crate", "branches": "bush", "trashcan": "bin", "lampposts": "streetlight",
    "gravestones": "tombstone", "candles": "candle", "statues": "statue", "lamps": "floor_lamp",
    "lamp": "floor_lamp", "lights": "ceiling_lamp", "light": "ceiling_lamp", "sign": "signpost",
    "signs": "wall_sign", "mushrooms": "giant_mushroom", "fish": "fishing_net",
    "pews": "bench", "settle": "bench", "loveseat": "sofa", "chesterfield": "sofa",
    "chaise longue": "sofa", "rocking chair": "armchair", "wingback": "armchair",
    "wheelchair": "chair", "office chair": "chair", "bar stools": "stool", "pillow": "cushion",
    "kitchen island": "counter", "bar top": "counter", "lectern": "altar", "pulpit": "altar",
    "vanity": "dresser", "drawers": "dresser", "larder": "cabinet", "vitrine": "cabinet",
    "showcase": "cabinet", "display case": "cabinet", "buffet": "dresser",
    "jukebox": "arcade_machine", "pinball machine": "arcade_machine", "atm": "vending_machine",
    "slot machine": "arcade_machine", "typewriter": "laptop", "keyboard": "laptop",
    "whisky": "bottle", "whiskey": "bottle", "beer": "bottle", "champagne": "bottle",
    "rum": "bottle", "coffee cup": "cup", "teacup": "cup", "chalice": "cup", "tankard": "cup",
    "pint": "cup", "grandfather clock": "clock", "alarm": "clock", "hourglass": "clock",
    "teapot": "pot", "kettle": "pot", "saucepan": "pot", "pizza": "food", "pie": "food",
    "cheese": "food", "lollipops": "food", "candies": "food", "sweets": "food",
    "birthday cake": "food", "umbrellas": "parasol", "dustbin": "bin", "wastebasket": "bin",
    "rubbish": "sack", "garbage": "sack", "bags": "sack", "dustbins": "bin", "keg": "barrel",
    "wine rack": "shelf", "pantry": "cabinet", "cupboard": "cabinet", "gems": "crystal",
    "jewels": "treasure", "gold coins": "treasure", "fern": "grass_tuft", "reed": "grass_tuft",
    "rose": "flowers", "daisies": "flowers", "sunflowers": "flowers", "poppies": "flowers",
    "houseplant": "plant_pot", "plants": "plant_pot", "plant": "plant_pot", "oak": "tree",
    "birch": "tree", "maple": "cherry_tree", "blossom": "flowers", "ruins": "rubble",
    "hay": "hay_bale", "straw": "hay_bale", "tyre": "barrel", "tires": "barrel",
    "fire pit": "campfire", "bonfire": "campfire", "fire": "campfire", "lava": "puddle",
    "pond": "puddle", "pool": "puddle", "water bowl": "bowl", "skeleton": "rubble",
    "bones": "rubble", "gargoyle": "statue", "god": "statue", "goddess": "statue",
    "idols": "totem", "angel": "statue", "lion": "statue", "tomb": "coffin", "wreckage": "rubble",
    "hammer": "anvil", "forklift": "tractor", "police car": "car", "cab": "car", "jeep": "car",
    "school bus": "truck", "fighter ships": "spaceship", "fighter ship": "spaceship",
    "fighter": "spaceship", "rocket": "spaceship", "pod": "sleep_pod", "sailboat": "boat",
    "kayak": "boat", "yacht": "boat", "wall lamp": "torch", "bulb": "ceiling_lamp",
    "hanging lamp": "ceiling_lamp", "street lamps": "streetlight",
    "string lights": "hanging_lantern",
    "fairy lights": "hanging_lantern", "noodle stall": "food_cart", "blinds": "curtain",
    "shutters": "curtain", "chalk board": "blackboard", "whiteboard": "blackboard",
    "map on the wall": "painting", "photo on the wall": "painting", "ladder": "scaffold",
    "swing set": "swing", "slide": "swing", "trapdoor": "door_frame", "screens": "wall_screen",
    "bookcases": "shelf", "wine barrels": "barrel", "megaliths": "obelisk", "pillar": "column",
}  # fmt: skip
