"""Classes of English words that tell a thing's name from what is said of it.

Authored; no parser. A word that is in no list is taken for a noun where a noun may stand.
"""

from __future__ import annotations

from . import lexicon as lx

ADJECTIVES = frozenset(
    "old new big small little large huge tiny giant great tall short long low high wide narrow "
    "deep thick thin fat slim heavy light dark bright dim pale faint clean dirty dusty rusty "
    "mossy muddy sandy icy snowy foggy misty rainy wet dry damp soft hard rough smooth sharp "
    "blunt round square oval flat straight curved crooked bent twisted broken cracked shattered "
    "ruined burnt charred torn tattered ragged worn shabby scruffy faded battered ancient "
    "antique vintage modern futuristic medieval gothic baroque rustic victorian classical "
    "ornate plain simple fancy cheap expensive precious rare common wooden golden silver "
    "silvery stone iron steel metal metallic copper bronze brass marble concrete plastic "
    "leather velvet silk cotton linen wicker porcelain ceramic glass crystal bamboo oak pine "
    "mahogany empty full half open closed shut locked hidden secret lone lonely single solitary "
    "only last first second third next other another same different various several main "
    "central front back rear left right upper lower inner outer top bottom hot cold warm cool "
    "frozen burning flaming flickering glowing shining gleaming sparkling humming buzzing "
    "ticking dripping leaking smoking steaming floating hanging standing sitting lying leaning "
    "sleeping forgotten abandoned deserted lost stolen haunted cursed enchanted magic magical "
    "mysterious strange weird odd creepy spooky scary eerie sad happy cosy cozy comfy "
    "comfortable rickety wobbly sturdy solid massive enormous gigantic colossal towering "
    "miniature mighty elegant beautiful pretty ugly lovely nice fine good bad fresh stale ripe "
    "rotten colourful colorful striped spotted painted carved gilded polished bare naked messy "
    "tidy neat cluttered crowded packed busy noisy silent quiet proper real fake proud humble "
    "royal sacred holy mechanical electric electronic robotic digital holographic industrial "
    "domestic portable foldable folding rotating spinning swinging rocking rolling parked "
    "moored stacked piled scattered assorted matching mismatched identical paired twin double "
    "triple extra spare overturned upturned fallen toppled tipped upright sunken buried drowned "
    "overgrown leafy blooming flowering withered dead dying living wild tame polished "
    "barrel-shaped potted wrought cast knitted woven stuffed padded upholstered cushioned "
    "tufted crammed weathered blackened whitewashed cobbled paved tiled panelled paneled "
    "thatched mirrored framed lit unlit neon oversized undersized outsized sprawling grand "
    "modest stately regal imposing spindly squat stout slender bulky chunky ramshackle "
    "makeshift improvised battered dented creaky squeaky worn-out run-down low-slung "
    "glass-topped ornamental decorative ceremonial floral tropical arctic lunar alien martian "
    "medical surgical military naval nautical school american english french german italian "
    "spanish russian chinese japanese indian persian turkish moroccan egyptian greek roman "
    "celtic nordic african mexican oriental korean thai northern southern eastern western".split()
)
"""Said of things; between two of them a comma or "and" parts no list."""

VERBS = frozenset(
    "stand stands sit sits lie lies lay lays hang hangs lean leans rest rests float floats "
    "drift drifts grow grows burn burns glow glows flicker flickers shine shines gleam gleams "
    "blink blinks buzz buzzes hum hums tick ticks ring rings wait waits watch watches guard "
    "guards face faces flank flanks line lines fill fills cover covers surround surrounds "
    "encircle encircles overlook overlooks loom looms tower towers rise rises fall falls sleep "
    "sleeps stare stares look looks point points lead leads run runs climb climbs crawl crawls "
    "hide hides peek peeks poke pokes stick sticks spill spills pour pours drip drips leak "
    "leaks smoke smokes smell smells sing sings play plays dance dances spin spins turn turns "
    "swing swings sway sways rock rocks creak creaks squeak squeaks crackle crackles roar roars "
    "hiss hisses steam steams boil boils bubble bubbles simmer simmers cook cooks hold holds "
    "carry carries bear bears support supports keep keeps contain contains show shows display "
    "displays feature features include includes have has had is are was were be been being get "
    "gets got go goes went come comes came make makes made take takes took put puts give gives "
    "gave see sees saw say says said think thinks want wants need needs like likes love loves "
    "hate hates know knows remember remembers forget forgets dream dreams fear fears live lives "
    "die dies end ends begin begins start starts stop stops stay stays remain remains seem "
    "seems appear appears feel feels find finds leave leaves bring brings meet meets work works "
    "open opens close closes break breaks cut cuts park parks moor moors crowd crowds cluster "
    "clusters gather gathers scatter scatters litter litters dot dots fringe fringes frame "
    "frames separate separates divide divides block blocks bar bars dominate dominates occupy "
    "occupies catch catches cast casts throw throws light lights tempt tempts welcome welcomes "
    "greet greets invite invites dangle dangles droop droops perch perches huddle huddles "
    "crouch crouches kneel kneels nestle nestles await awaits tilt tilts slump slumps sprawl "
    "sprawls spread spreads stretch stretches wind winds twist twists add adds place places "
    "arrange arranges build builds create creates imagine picture draw bleed bleeds weep weeps "
    "idle idles doze dozes whisper whispers echo echoes rot rots rust rusts decay decays".split()
)
"""What things do; a noun is not looked for in them, and no number reaches over them."""

ADVERBS = frozenset(
    "because since so when while if as than until though although unless everywhere nowhere "
    "somewhere here there overhead outside inside indoors outdoors nearby around about away "
    "apart together alone still yet already always never often sometimes once twice again very "
    "too just only even almost nearly quite rather really perhaps maybe please thanks also "
    "besides instead else otherwise however meanwhile today tonight tomorrow yesterday now then "
    "soon later ago forever upstairs downstairs underneath upside down up off out in back forth "
    "left right straight ahead halfway neatly carefully".split()
)

VERB_OR_NOUN = frozenset(
    "stand stands hanging hangings swing swings steps step lights light plants plant rose post "
    "posts frame frames slide slides lift rocks keep press display bars bar box shell fan fans "
    "watch watches seat seats bath bridge bridges house houses tank line tower towers cross "
    "crosses fire fires cage arch arches wall walls vault dome boat ship ships grave chain "
    "chains saw net cover picture pictures book books table mask cabbage steam radio screen "
    "loom looms screens present presents feast stock cone".split()
)
"""Nouns that are verbs too: they are things only where a noun may begin."""

BEFORE_NOUN = frozenset({"the", "a", "an", "my", "your", "his", "her", "its", "our", "their",
                         "no", "without", "with", "and", "or", ",", ";", "of", "some", "any",
                         "each", "every", "all", "both", "this", "that", "these", "those", "plus",
                         "has", "have", "is", "are", "like", "than"})  # fmt: skip

COLLECTIVES = {
    "row": 6, "rows": 12, "line": 6, "lines": 10, "ring": 6, "rings": 10, "circle": 6,
    "circles": 10, "semicircle": 5, "pile": 3, "piles": 5, "stack": 3, "stacks": 5, "heap": 3,
    "heaps": 5, "cluster": 4, "clusters": 6, "group": 4, "groups": 6, "pair": 2, "pairs": 4,
    "set": 4, "sets": 6, "bunch": 4, "collection": 5, "array": 5, "bank": 4, "banks": 6, "wall": 6,
    "walls": 8, "forest": 12, "sea": 12, "field": 12, "scattering": 5, "handful": 4, "trio": 3,
    "quartet": 4, "clump": 4, "clumps": 6, "patch": 4, "patches": 6, "avenue": 8, "maze": 10,
    "assortment": 5, "variety": 5, "series": 5, "jumble": 5, "army": 10, "mass": 8, "tower": 3,
    "towers": 6, "mountain": 6, "mountains": 8, "grove": 6, "load": 5, "loads": 8, "column": 4,
    "aisle": 4, "aisles": 8, "number": 4, "plenty": 8, "arc": 5, "colony": 6, "lot": 8, "lots": 8,
    "half-circle": 5, "tangle": 4, "host": 8, "string": 6, "strings": 8, "bed": 4, "beds": 6,
}  # fmt: skip
"""Words that make many of one: how many, where no number says so."""

GROUP_SPOTS = {"row": "row", "rows": "row", "line": "row", "lines": "row", "ring": "ring",
               "rings": "ring", "circle": "ring", "circles": "ring", "semicircle": "ring",
               "avenue": "side", "half-circle": "ring", "arc": "ring"}  # fmt: skip

STYLED = {"style", "styled", "themed", "theme", "shaped", "era", "inspired", "vibe", "vibes",
          "like", "mood", "feel", "lighting"}  # fmt: skip
"""Behind a noun, these mean that only the look of it is meant."""

GONE = {"gone", "missing", "removed", "absent", "nowhere", "stolen", "disappeared", "vanished"}
"""Said behind a noun, these mean that it is not there."""

MATERIALS = frozenset(
    "stone glass wood bamboo straw log coral gold bone crystal paper candle flower toy book "
    "garden school tea coffee wine water fire street wall door window church temple castle "
    "hospital prison train car boat ship market tree palm oak pine moss snow rock grass bottle "
    "table bed chair piano curtain".split()
)
"""Nouns that, before another noun, only say of what sort it is."""


def number(word: str) -> int | None:
    """Return the number that a word is, or None."""
    if word.isdigit():  # 1917 is a year
        return int(word) if int(word) <= 1000 or int(word) % 100 == 0 else None
    return lx.NUMBERS.get(word)


def describes(word: str) -> bool:
    """Tell whether a word is likely said of a thing: an adjective, a colour, a participle."""
    if word in ADJECTIVES or word in lx.COLOURS or word in lx.MOODS or word in lx.DENSITIES:
        return True
    return len(word) > 4 and word.endswith(("ed", "ous", "ful", "ish", "less", "en", "ing", "ic",
                                            "-like"))  # fmt: skip


def opens_noun(tokens: list[str], at: int) -> bool:
    """Tell whether a noun may begin at a token: after an article, a number, a list's comma."""
    k = at - 1
    while k >= 0 and describes(tokens[k]) and tokens[k] not in VERBS:
        k -= 1
    return k < 0 or tokens[k] in BEFORE_NOUN or number(tokens[k]) is not None or (
        tokens[k] in lx.RELATIONS)  # fmt: skip
