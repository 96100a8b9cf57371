"""Words with a fixed meaning: numbers, relations, weather, time, mood and colours.

Authored. What the network knows by similarity is in `words`; what must not be guessed is here.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


@cache
def listed(name: str, section: str = "") -> list[tuple[str, str]]:
    """Return (key, phrase) of a word list: lines "key: phrase, phrase", `section` after "# "."""
    text = Path(__file__).with_name(f"{name}.txt").read_text("utf-8").replace("\n    ", " ")
    found, here = [], ""
    for line in text.splitlines():
        if line.startswith("# "):
            here = line[2:].strip()
        elif here == section and not line.startswith("//"):
            key, _, phrases = re.sub(r" ~ ", " ~: ", line, count=1).partition(": ")
            found += [(key.strip(), p.strip()) for p in phrases.split(",") if p.strip()]
    return found


NUMBERS = {
    "a": 1, "an": 1, "one": 1, "single": 1, "lone": 1, "solitary": 1, "sole": 1, "two": 2,
    "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100, "thousand": 1000, "dozen": 12, "pair": 2, "couple": 2, "twin": 2, "twins": 2,
    "both": 2, "trio": 3, "quartet": 4, "few": 3, "some": 3, "several": 4, "multiple": 4,
    "various": 4, "assorted": 4, "many": 8, "numerous": 8, "lots": 8, "plenty": 8, "countless": 12,
    "endless": 12, "innumerable": 12, "hundreds": 60, "dozens": 24, "scores": 40,
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
        "eighty": 80, "ninety": 90}  # fmt: skip
VAGUE = {"few", "some", "several", "many", "numerous", "lots", "countless", "hundreds", "multiple",
         "various", "assorted", "plenty", "endless", "innumerable", "scores"}  # fmt: skip
VAGUE |= {"dozens", "a", "an"}
"""Numbers that only say about how many."""

RELATIONS = {
    phrase: "" if name == "none" else name for name, phrase in listed("phrases", "relations")
}
"""Phrase to a relation of `cards.RELATIONS`; "~" turns the two things round, "" says nothing."""

SPOTS = {phrase: name for name, phrase in listed("phrases", "spots")}
"""Phrase after a noun to a place of `cards.SPOTS`."""

NOUNS = {phrase: kind for kind, phrase in listed("nouns") if not kind.endswith("~")}
STAND_INS = {phrase: kind[:-1].strip() for kind, phrase in listed("nouns") if kind.endswith("~")}
"""What people call things, to the kind, and to a kind that stands in for it."""

NOT = {"no", "without", "not", "minus", "lacking", "except", "never", "zero", "neither", "nor",
       "lacks", "sans", "hardly", "barely"}  # fmt: skip

PRONOUNS = {"it", "its", "their", "them", "him", "her", "these", "those", "which", "that", "this"}

NO_SUCH = {
    "seat": ("seat",), "seats": ("seat",), "seating": ("seat",), "vehicles": ("vehicle",),
    "furniture": ("seat", "table", "bed", "storage"), "traffic": ("vehicle",),
    "vegetation": ("tree", "plant"), "greenery": ("tree", "plant"), "lighting": ("lamp",),
    "lamps": ("lamp",), "signs": ("sign",), "buildings": ("building",),
    "appliances": ("appliance",), "machinery": ("machine",),
}  # fmt: skip
"""Words that, with a "no" before them, keep whole categories of kinds away."""

SENSES = {"cabinet": ("arcade_machine", "server_rack"), "pod": ("sleep_pod", "glass_tube"),
          "ship": ("spaceship", "ship", "boat"), "boat": ("boat", "ship"),
          "fire": ("campfire", "fireplace", "brazier"),
          "carro": ("carriage", "cart", "car")}  # fmt: skip
"""Words that have a sense of their own where a place has such things."""

GENERAL = {"machine", "machines", "rack", "racks", "tube", "tubes", "tank", "tanks", "dish",
           "dishes", "pod", "pods", "screen", "screens"}  # fmt: skip
"""Words that mean the sort of thing that a place has, or that was named before."""

ABOVE = {"clock": "wall_clock", "picture_frame": "painting", "floor_lamp": "ceiling_lamp",
         "table_lamp": "ceiling_lamp", "shelf": "wall_shelf", "signpost": "wall_sign",
         "television": "wall_screen", "monitor": "wall_screen", "lantern": "hanging_lantern",
         "banner": "tapestry"}  # fmt: skip
"""What a thing is when it hangs above another, or on a wall."""

UNPEOPLED = {"empty", "deserted", "uninhabited", "abandoned", "vacant", "forsaken", "derelict",
             "desolate", "lifeless", "depopulated", "evacuated"}  # fmt: skip
"""Said of a place, these mean that nobody is there."""

FAMILIES = ({"bed", "single_bed", "bunk_bed", "futon"}, {"table_lamp", "floor_lamp"},
            {"dumpster", "bin"}, {"clock", "wall_clock"},
            {"table", "round_table"}, {"rock", "boulder"}, {"stump", "log_pile"},
            {"stove", "fireplace"}, {"jar_large", "vase"},
            {"sleep_pod", "glass_tube"}, {"torch", "lantern", "hanging_lantern"})  # fmt: skip
"""Kinds that one word may mean: asked for by number, the place's own others stay away."""

ALIKE = ({"chair", "stool", "armchair"}, {"crate", "chest"}, {"picture_frame", "painting"},
         {"car", "truck"}, {"television", "wall_screen"},
         {"lantern", "streetlight", "hanging_lantern"})  # fmt: skip
"""Kinds that are easily counted as one another: asked for by number, the others stay away."""

PEOPLE = set(
    "people person human humans man men woman women crowd child children kid kids baby "
    "character characters figure figures boy boys girl girls actor actors actress pedestrian "
    "pedestrians villager villagers guest guests soldier soldiers guard guards knight knights "
    "monk monks nun dancer dancers anyone someone somebody nobody princess princesses prince "
    "princes king kings queen queens wizard wizards witch witches customer customers hero "
    "heroes heroine villain detective detectives officer officers cop cops doctor doctors nurse "
    "nurses patient patients teacher teachers student students pupil pupils waiter waiters "
    "waitress bartender barman chef chefs cook cooks farmer farmers worker workers miner miners "
    "sailor sailors pirate pirates captain cowboy cowboys sheriff samurai ninja ninjas warrior "
    "warriors priest priests singer singers musician musicians pianist band scientist "
    "scientists engineer engineers mechanic astronaut astronauts pilot pilots driver drivers "
    "passenger passengers traveller travellers tourist tourists visitor visitors bride groom "
    "couple lovers family mother father grandmother grandfather old-man merchant merchants "
    "vendor vendors beggar thief thieves prisoner prisoners suspect adventurer adventurers elf "
    "elves dwarf dwarves goblin goblins orc orcs vampire surgeon surgeons commuter commuters "
    "inmate inmates baker bakers bard bards courtier courtiers butcher blacksmith smith mason "
    "carpenter painter sculptor artist artists dentist barber tailor cashier clerk clerks "
    "receptionist bellboy concierge conductor stationmaster fisherman fishermen shepherd "
    "shepherds sentry sentries archer archers squire page jester alchemist sorcerer sorceress "
    "mage mages druid druids cultist cultists necromancer cleric bishop pope rabbi imam "
    "preacher choir widow orphan orphans toddler toddlers teenager teenagers lawyer lawyers "
    "judge judges witness accused boxer boxers wrestler gymnast athlete athletes runner runners "
    "referee coach goalkeeper spectator spectators audience crew technician operator operators "
    "hacker hackers gamer gamers spy spies assassin bandit bandits outlaw outlaws gunslinger "
    "bartenders innkeeper landlord host hostess neighbour neighbours neighbor uncle aunt cousin "
    "sister sisters brother brothers son daughter granny grandma grandpa dad mum mom hermit "
    "beggars scribe scribes gladiator gladiators emperor empress pharaoh viking vikings "
    "centurion legionary caveman cavemen hiker hikers camper campers climber climbers skier "
    "skiers surfer surfers diver divers lumberjack ranger trapper nomad nomads survivor "
    "survivors settler settlers colonist colonists alien aliens crewman occupant occupants "
    "patron patrons shopper shoppers buyer buyers seller sellers dealer dealers gambler "
    "gamblers croupier photographer director cameraman pensioner pensioners adult adults "
    "grown-up grown-ups grownup grownups ups jury juror lifeguard shopkeeper barista "
    "shopkeepers butler maid passers-by bystander bystanders swimmer swimmers bather bathers "
    "explorer explorers rider riders hunter hunters gardener pilgrim pilgrims stranger "
    "strangers vampires ghost ghosts zombie zombies android androids mermaid mermaids clown "
    "clowns trucker guy bloke lad robber burglar gunman gunfighter crook chap lady gentleman "
    "gentlemen busker drummer guitarist supervisor foreman fireman firemen policeman policemen "
    "crewmen cashier nuns dancers mechanics receptionists magician juggler acrobat gnome "
    "skater cyclist jogger beachgoer wanderer angler trooper gangster mobster "
    "businessman businessmen barkeep homeowner tenant roommate client dude bouncer trainer players "
    "footballer footballers henchman henchmen attendant usher".split()
)
PEOPLE |= {p + "s" for p in PEOPLE if not p.endswith(("s", "men", "children", "people", "crowd"))}
PEOPLE |= {"ladies"}
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
    "outdoors": "outdoor", "outdoor": "outdoor", "exterior": "outdoor",
}  # fmt: skip

NO_FACET = (
    r"\b(?:night(?:s|time)?[ -](?:lamps?|lights?|stands?|tables?|gowns?|clubs?|watch(?:man|men)?|"
    r"nurses?|guards?|shirts?|cap)|day ?beds?|(?:morning|evening) (?:dress|gown|coat|paper|post|"
    r"stars?|glory|suit)e?s?|snow ?(?:white|globes?|boards?|shovels?|mobiles?)|sunny[ -]side|"
    r"storm ?(?:lanterns?|lamps?|troopers?|grey|drains?)|(?:fog|smoke|mist|steam|dust|wind) ?"
    r"(?:machines?|detectors?|alarms?|horns?|lamps?|engines?|locomotives?|irons?|pipes?|jackets?|"
    r"sheets?|bins?|pans?)|rain ?(?:coats?|barrels?|boots?|bows?)|clear (?:glass|plastic|path|"
    r"view|floor|space|way)|grey (?!sky|skies|day|weather|morning|light)\w+|"
    r"(?:wet|steam)[ -](?:room|bath|wipes?|suits?)|midnight blue|golden (?!hour|light)\w+|"
    r"(?:pictures?|paintings?|posters?|photos?|photographs?|murals?|prints?) of (?:an? |the )?"
    r"[\w-]+)\b"
)
"""What holds a word of weather, hour or mood and says nothing of it."""

STOP = set(
    "a an the of in on at to and or with for from by is are be this that these those it its into "
    "my your his her our their very really some there where which who whose has have having as "
    "full scene place please make create generate show me i want you can set setting picture "
    "image view just like kind sort lot lots made during through between under over near".split()
)
