"""Everyday and film-set shorthand, written out in the plain words that the grammar knows."""

from __future__ import annotations

import re

from . import lexicon as lx

_ONLY = r"except(?: for)?|save(?: for)?|apart from|aside from|other than|but for"
_SIDES = r"far|back|front|left|right|opposite|side|long|short|whole|entire|same|other|inner|outer"
_THE = r"the|a|an|one|each|every|all|both|two|its|his|her|my|their|four|either|opposite"
_SOON = r"(?: (?:all|long|already|just|since|now))*"
REWRITES = (
    (r"\bw/o\b", "without"),
    (r"\bw/", "with "),
    (r"\bw (?=[a-z])", "with "),
    (r"&", " and "),
    (r"\binfront\b", "in front"),
    (r"\bkeep(?:s|ing)? watch\b", "standing"),
    # Who thinks again means the last: "fifty, no, make it twenty".
    (r"\b(?:an? )?[a-z0-9]+ ?[,?.]* (?:no|wait|sorry)[, ]+make (?:it|that)\b", ""),
    (r"\b(?:keep(?:s|ing)?|stand(?:s|ing)?) guard\b|\bon guard\b", "standing"),
    (
        r"\bin (?:the|a|its|each|every)(?: (?:shop|front|display|big|bay))* window(s?)\b",
        r"at the window\1",
    ),
    (
        r"\b(?:do|does|did|is|are|was|were|has|have|had|should|would|must|can|could|wo|ca)n'?t\b",
        "not",
    ),
    (r"\bcannot\b", "not"),
    # "Nothing but a chair" has a chair; "everything except the chairs" has none.
    (
        r"\bnothing (?:but|except|besides|other than|save)\b|\bno furniture (?:but|except for)\b",
        "only",
    ),
    (
        rf"\b((?:empty|bare|nothing|nobody|deserted|unfurnished|stripped|vacant|no one)\b[^.;]*?)"
        rf",? (?:{_ONLY})\b",
        r"\1 , with",
    ),
    (
        rf"\b(no [^.;,]*?),? (?:{_ONLY}|but)\b(?= (?:a|an|one|two|three|four|five|six|\d))",
        r"\1 , with",
    ),
    (r"\b(?:replace|swap|exchange|trade)d? (?:out )?([^.;,]*?) (?:with|for|by)\b", r"no \1 with"),
    (
        r"\b(?:please )?(?:do not|not|never) (?:want|need|like|put|add|include|show|have|use|place|"
        r"give me|draw|make)(?: in| any| the| a| me)*\b",
        "no",
    ),
    (
        r"\b(?:please )?(?:remove|omit|exclude|delete|skip|drop|lose|forget(?: about)?|ditch|scrap|"
        r"leave (?:out|off|away)|hold|spare me|get rid of|take (?:away|out)|throw out|do without|"
        r"free of|free from|devoid of|void of|bereft of|stripped of|cleared of|clear of|empty of|"
        r"instead of|in place of|in lieu of|rather than|other than|apart from|aside from|lacking|"
        r"missing|lacks?|sans|minus|anything but)(?= (?:the|a|an|any|all|its|his|her|my|their|both|"
        r"those|these|that|people|anyone|furniture|[a-z]+s)\b)",
        "no",
    ),
    (
        r"\bno one\b|\bnoone\b|\bno-one\b|\b(?:not|never) a (?:living )?soul"
        r"(?: (?:about|around|in sight))?\b|\bno soul\b|\bno sign of life\b|\bunmanned\b|"
        r"\bunpopulated\b|\bno living soul\b|\bno life\b|\bno humans?\b|\bno characters\b",
        "nobody",
    ),
    # Who has left is not there: "everyone is gone", "of guests there were none", "guests: none".
    (
        rf"\b(?:everyone|everybody)(?: else)?(?:'s| is| was| has| had)?{_SOON} "
        r"(?:gone|left|fled|away|vanished|disappeared|departed)\b",
        "nobody",
    ),
    (r"\bof (?:the )?([a-z]{3,}) there (?:is|are|was|were) none\b", r"no \1"),
    (r"(?:(?<=[.,;:!?] )|^)([a-z]{3,})(?: ?[:=,-])? (?:none|nil)(?= ?(?:[.,;!?]|$))", r"no \1"),
    (
        rf"\b([a-z]{{3,}}) (?:(?:has|have|had){_SOON} (?:left|fled|departed)|quit|fled)"
        r"(?= ?(?:[.,:;!?]|$|home\b))",
        r"no \1",
    ),
    (
        r"\b([a-z]{3,}) (?:is |are )?(?:on (?:his|her|their|a) (?:[a-z]+ )?break\b|off duty\b|"
        r"not (?:come|allowed|invited|present)\b)",
        r"no \1",
    ),
    (r"\b(?:tipped|knocked|turned|fallen|toppled|keeled) over\b", "overturned"),
    (r"\bstep (?=into\b|inside\b)", "go "),
    (
        r"(?<!on )(?<!at )(?<!to )\b(?:either|each) side(?= ?(?:[.,;]|$))",
        "on either side of it",
    ),
    (r"\b(no|not|without|never)(?: even| any| so much as| a single| one single| a)+\b", r"\1"),
    (
        r"\b(no|without)(?: a| any)? (?:sign|trace|hint|signs|traces|shortage of space for)s? of\b",
        r"\1",
    ),
    (r"\bnot one\b|\bnot a\b|\bnone of\b|\bzero\b|\b0 (?=[a-z])", "no "),
    (r"\b([a-z]{3,})-free\b", r"no \1 , "),
    (r"\b(window|chair|tree|door|car|furniture|people|driver|roof|lamp|cloud)less\b", r"no \1 , "),
    (
        r"\b(?:no|not|never) (?:more|fewer|less) than\b|\bat (?:most|least)\b|\bup to\b|"
        r"\bexactly\b|\bprecisely\b|\bjust (?=\d)|\blike (?=\d)|\ba total of\b|\bas many as\b|"
        r"\ba good (?=dozen|\d)|\babout (?=\d)|\baround (?=\d)|\broughly\b|\bapproximately\b|"
        r"\bsome (?=\d|two|three|four|five|six|ten|twelve|twenty|thirty|fifty)",
        " ",
    ),
    (r"\bhalf an? dozen\b|\bhalf dozen\b|\bhalf-dozen\b", "six"),
    (r"\bbaker's dozen\b", "thirteen"),
    (
        r"\ba handful of\b|\bhandful of\b|\ba bunch of (?!flowers|roses|grapes)|"
        r"\ba group of (?!two|three|four|five|six|seven|eight|nine|ten|\d)|"
        r"\ba cluster of (?!two|three|four|five|\d)",
        "some ",
    ),
    (r"\ba trio of\b|\btrio of\b", "three"),
    (r"\ba quartet of\b", "four"),
    (r"\bin (?:pairs|twos)\b", ""),
    (r"\b([a-z]{3,}) [x\u00d7] ?(\d{1,3})\b(?! ?(?:m|x)\b)", r"\1 x\2"),
    (r"\b(\d{1,3}) ?[x\u00d7] (?=[a-z]{3})", r"\1 "),
    (r"\b(\d{1,3})[x\u00d7](?=[a-z]{3})", r"\1 "),
    (r"\bevery(where)\b|\ball over the place\b|\ball over\b(?! the)", "everywhere"),
    (r"\bnorthern lights\b", "aurora"),
    # Every way to name the room's own walls, corners and middle comes to one.
    (
        rf"\b(?:on|along|against|at|by|near|across|around|lining|lines|line|to|from)"
        rf"(?: (?:{_THE}))?(?: (?:{_SIDES}))*(?: stone| brick| wooden)? walls?\b(?! of)",
        "along the wall",
    ),
    (
        rf"\b(?:in|into|at|on)(?: (?:{_THE}|its far))?(?: (?:{_SIDES}|dark|dusty|darkest|shadowy|"
        rf"quiet|cosy|opposite|farthest))*"
        rf" corners?\b",
        "in the corner",
    ),
    (
        r"\b(?:in|at|to|towards?|right in|dead) (?:the|its) (?:very |exact |dead )?"
        r"(?:middle|centre|center|heart)\b",
        "in the middle",
    ),
)
"""Patterns of everyday and set shorthand, and the plain words for them, in this order."""

SLUG = (
    r"^\s*(?:int\.?/ext\.?|ext\.?/int\.?|i/e|int|ext|loc|location|scene \d+|set|interior|exterior|"
    r"establishing|(?:extreme |very )?wide(?: shot)?|close[- ]?up|medium shot|long shot|pov|ecu|cu|"
    r"mcu|ms|ls|els|ws|ots|shot of|view of|angle)\b\s*(?:shot\s*)?(?:on|of)?\s*[.:\-]?\s*"
)
"""What directors write before a place."""

_BY = (
    r"(?:on top of|on|upon|atop|onto|in front of|before|behind|in back of|beside|next to|by|near|"
    r"close to|alongside|opposite|across from|around|round|under|underneath|beneath|below|above|"
    r"over|between|in between|facing|against|all around|"
    r"(?:looking|pointing|staring) at|turned (?:to|towards?)|on (?:either|each|both|one) sides? of|"
    r"at the (?:back|rear|foot|side|end|head|edge|front) of|to the (?:left|right|side|rear) of|"
    r"on the (?:left|right) of|in the (?:back|shade|shadow) of)"
    r"(?= (?:the|an?|it|its|them|each|every|all|both|one|two|three|four|his|her|my|our|their|some|"
    r"this|that|these|those|\d+)\b)"
)
_HELD = (
    r"standing|sitting|seated|lying|resting|placed|positioned|located|situated|stationed|hanging|"
    r"suspended|mounted|perched|hidden|tucked|stowed|stashed|shoved|pushed|pulled up|drawn up|"
    r"propped|nestled|squeezed|wedged|floating|hovering|dangling|looming|waiting|kept|installed|"
    r"arranged|gathered|grouped|clustered|huddled|crowded|lined up|laid out|laid|displayed|hung|"
    r"balanced|dumped|discarded|visible|found|parked|stacked|piled|strewn|scattered|spread|sprawled"
)
_VERB = r"stands?|sits?|waits?|rests?|lies?|hangs?|hovers?|floats?|looms?|perche?s?|leans?"
_ARE = r"is|are|was|were|has been|have been|had been|being|seems?|appears?"
_DEGREE = (
    r"right|just|directly|immediately|exactly|slightly|partly|half|high|low|close|straight|smack|"
    r"somewhere|only|firmly|[a-z]{3,}ly|a (?:little|bit|few (?:steps|metres|meters|feet)|step)"
)
LEANINGS = (
    (r"\bor so\b|\bor more\b|(?<=\d)-odd\b", " "),
    (
        r"\b(?:facing|face|faces) (?:each other|one another) (?:across|over) (?=an? |the )",
        "around ",
    ),
    (rf"\balong the wall (?={_BY})", " "),
    (r"\bnot (?:too |very |so )?far (?:away )?from\b|\ba stone's throw from\b", "near"),
    (
        r"\b(?:at|on) the (?:opposite|other|far) (?:side|end) of the (?:room|hall|street|road|"
        r"square|place|yard|space) (?:from|to)\b|\bacross the (?:room|street|hall|road) from\b",
        "opposite",
    ),
    (r"\b(?:turned|turning|angled|aimed|pointed|pointing|oriented) to face\b", "facing"),
    (r"\b(?:all )?with (?:their|its|his|her) (?:front|fronts|face|faces|back|backs) (?:turned )?"
     r"(?:to|toward|towards)\b", "facing"),
    # "Which is hidden right beneath the bed" says no more than "beneath the bed".
    (rf"\b(?:which|that|who)(?: (?:{_ARE}))?(?: (?:{_VERB}))?(?: (?:all|both|each))?"
     rf"(?: (?:{_DEGREE}))?(?: (?:{_HELD}|set|left))?(?: (?:{_DEGREE}))? (?={_BY})", " "),
    (rf"\b(?<!\ba )(?<!\ban )(?<!\bthe )(?:(?:{_ARE}) )?(?:{_HELD}|"
     rf"(?:(?<=[;,.] )|(?<=and )|(?<=is )|(?<=are )|(?<=been ))set|"
     rf"(?:(?<=is )|(?<=are )|(?<=been ))left)(?: (?:{_DEGREE}))? (?={_BY})", " "),
    (rf"\b(?<!\bthe )(?<!\ba )(?:{_DEGREE}) (?={_BY})", " "),
)  # fmt: skip
"""What only leads up to "on", "behind" or another relation, and is left out."""


def spelled_out(text: str) -> str:
    """Return a lower-case text without slug lines, its shorthand and numbers as plain words."""
    text = _numbers(re.sub(SLUG, "", text))
    for pattern, plain in (*REWRITES, *LEANINGS):
        text = re.sub(pattern, plain, text)
    return text


def _numbers(text: str) -> str:
    """Return a text with numbers of several words, and ranges, as one number each.

    >>> _numbers("twenty-five candles, two or three chairs, 3-5 crates, a two-seater sofa")
    '25 candles, 3 chairs, 4 crates, a sofa'
    """
    tens, units = "|".join(lx.TENS), "|".join(n for n, v in lx.NUMBERS.items() if 1 < v < 10)
    text = re.sub(rf"\b({tens})[- ](one|{units})\b",
                  lambda m: str(lx.TENS[m[1]] + lx.NUMBERS[m[2]]), text)  # fmt: skip
    text = re.sub(r"\b(?:a|one) hundred and (\d+|[a-z]+)\b", lambda m: str(
        100 + (int(m[1]) if m[1].isdigit() else lx.NUMBERS.get(m[1], 0))), text)  # fmt: skip
    text = re.sub(r"\ban? ([a-z]{3,}) or two\b", r"two \1", text)
    count = rf"(\d{{1,3}}|one|{units}|ten|eleven|twelve)"

    def middle(found: re.Match) -> str:
        low, high = (int(n) if n.isdigit() else lx.NUMBERS[n] for n in found.groups())
        return str((low + high + 1) // 2) if low < high else found[0]

    text = re.sub(rf"\b(?:between )?{count} ?(?:or|to|-|–|and) ?{count}"
        rf"(?= [a-z]{{3}})(?! (?:of|m)\b)",
                  lambda m: m[0] if re.search(r"\band\b", m[0]) and "between" not in m[0]
                  else middle(m), text)  # fmt: skip
    # "a two-seater sofa" is one sofa.
    return re.sub(
        rf"\b(?:\d+|one|{units}|ten|twelve)-(?!poster|way)(?:[a-z]+(?:ed|er|y)|foot|feet|metre|"
        r"meter|man|person|piece|tier|year-old|story|room|bed|door|arm|leg|wheel)\b ?",
        "",
        text,
    )
