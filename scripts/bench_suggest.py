"""Measure the expressions that are proposed for lines, by meaning and by words alone.

    build/env/py311/bin/python scripts/bench_suggest.py

The lines and the faces that would do for each were written for this project, by the same people
as the cues that they are compared with, though no line is among the cues: read the figures as
how far the embedding carries beyond the words, not as agreement with an audience.
"""

from __future__ import annotations

import sys

import package

package.load()

from understudy.ml.errors import ModelError  # noqa: E402
from understudy.ml.face import library, suggest  # noqa: E402
from understudy.ml.layout.words import Sentences  # noqa: E402
from understudy.ml.runtime import Settings  # noqa: E402

LINES = {
    "My fate is mine to decide.": "determination defiance",
    "Nobody talks to my sister like that.": "anger glare rage",
    "I will never bend the knee to a tyrant.": "defiance determination",
    "They took my little girl from me.": "grief sadness rage crying",
    "We made it out alive!": "relief joy",
    "Is there somebody behind that door?": "fear suspicion anxiety dread",
    "The milk has gone sour.": "disgust aversion",
    "You call this a castle?": "contempt disdain doubt",
    "He forgot my birthday again.": "disappointment sadness pout",
    "Look, the whole valley is glowing.": "awe surprise joy",
    "Shut your mouth, or I will shut it for you.": "anger glare rage",
    "I have been awake since Tuesday.": "fatigue",
    "Could this lecture be any longer?": "boredom irritation frustration",
    "Guess who just got promoted?": "smirk pride joy",
    "Where have you hidden the money?": "suspicion anger glare",
    "I should never have left you there.": "shame sadness grief",
    "The stitches came loose, it burns.": "pain wince",
    "So the butler did it after all.": "realisation",
    "Hush now, go back to sleep.": "tenderness warm_smile calm",
    "What on earth does this lever do?": "confusion interest thinking",
    "One day we will all be free.": "hope longing determination",
    "It is no use, the door will not budge.": "frustration resignation disappointment",
    "Your excellency, may I present my wife.": "polite_smile",
    "The bridge is collapsing, move!": "terror fear shock",
    "I spilled wine on the bride.": "embarrassment shame",
    "My son graduated first in his year.": "pride joy",
    "You do not really expect me to believe that.": "doubt suspicion contempt",
    "If only she could see me now.": "longing bittersweet_smile sadness",
    "The poor dog waited at the station for years.": "pity sadness",
    "And the duke sat right on the cake!": "laughter joy",
}


def main() -> int:
    """Print how often a face that would do is proposed first, and among the first three."""
    ways = {"words alone": None}
    try:
        ways["sentence embedding"] = Sentences(Settings())
    except ModelError as exc:
        sys.stdout.write(f"{exc}\n")
    cues = {line for cue in suggest._cues().values() for line in cue["lines"]}
    assert not cues & set(LINES), "a line is among the cues"
    sys.stdout.write(f"{len(LINES)} lines, {len(library.load())} expressions\n")
    for way, embed in ways.items():
        first = third = 0
        for line, wanted in LINES.items():
            found = suggest.suggest(line, embed=embed)
            faces = [{e.name for e in p.expressions} for p in found]
            good = set(wanted.split())
            first += bool(faces[0] & good)
            third += any(f & good for f in faces)
            if embed is not None and not faces[0] & good:
                sys.stdout.write(f"  {line} -> {', '.join(sorted(faces[0]))}\n")
        share = f"first {first / len(LINES):.0%}, among three {third / len(LINES):.0%}"
        sys.stdout.write(f"{way}: {share}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
