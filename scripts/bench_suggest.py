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


LATER = {
    "You came back. I thought I would never see you again.": (
        "relief joy tenderness crying bittersweet_smile surprise"
    ),
    "Get out of my house before I call the guards!": "anger rage glare",
    "Mum, there is a monster under the bed.": "fear terror anxiety",
    "Ugh, there is a hair in my soup.": "disgust aversion",
    "I am so sorry, I broke your vase.": "shame embarrassment sadness",
    "Well, well, look who came crawling back.": "smirk contempt disdain",
    "Wait. If she was here, then who opened the gate?": "realisation suspicion confusion thinking",
    "I would rather die standing than live on my knees.": "defiance determination",
    "It was only a scratch, it does not hurt at all.": (
        "pain wince suppressed_smile determination calm"
    ),
    "Do you have any idea how long I waited for you?": (
        "anger irritation frustration sadness disappointment"
    ),
    "Good evening, sir, your table is ready.": "polite_smile",
    "She died before I could tell her.": "grief sadness crying",
    "Ha! You fell for it again!": "laughter smirk joy",
    "I can't, I just can't take another step.": "fatigue frustration resignation",
    "What a beautiful baby.": "tenderness warm_smile joy awe",
    "The stars are so bright out here.": "awe calm interest longing",
    "Are you telling me the truth?": "suspicion doubt",
    "Let me think, was it the red one or the blue one?": "thinking concentration confusion",
    "We lost everything in the flood.": "grief sadness resignation",
    "I passed! I actually passed the exam!": "joy surprise pride relief",
    "Something is moving in the water.": "dread fear anxiety suspicion",
    "Oh no, the oven!": "shock surprise fear",
    "Whatever. I do not care what you do.": "boredom disdain resignation irritation contempt",
    "Please, give me one more chance.": "sadness anxiety hope longing",
    "This is my land, and you will not take it.": "defiance determination anger glare",
    "I miss the sea, and the sound of the gulls.": "longing bittersweet_smile sadness",
    "He is only a child, he did not know.": "pity tenderness sadness",
    "You remembered my birthday? Thank you so much.": "joy surprise warm_smile tenderness",
    "Do not blink. Whatever you do, do not make a sound.": (
        "fear dread anxiety glare terror concentration"
    ),
    "Grandfather left me his watch, and it still ticks.": (
        "bittersweet_smile longing tenderness sadness warm_smile"
    ),
    "Put the gun down, slowly.": "fear glare determination anxiety concentration calm",
    "I told you not to feed the goat!": "anger irritation frustration laughter",
    "Have you ever seen snow fall on the ocean?": "awe interest longing calm",
    "They cut down every tree we planted.": "sadness anger grief disappointment rage",
    "Sorry, sorry, is this seat taken?": "polite_smile embarrassment",
    "My tooth is throbbing like a drum.": "pain wince",
    "Ladies and gentlemen, the prime minister.": "polite_smile pride",
    "If you cross that line, we are enemies.": "glare anger determination defiance",
    "The lift stopped, and something knocked from above.": "fear dread terror anxiety",
    "He left me for my best friend.": "sadness anger crying shock disappointment grief",
    "Who on earth painted the horse blue?": "confusion surprise laughter anger",
    "You may whip me, but I will not tell you where they are.": "defiance determination",
    "Quick, hide, the guards!": "fear terror anxiety",
    "Fish heads again, how lovely.": (
        "disgust irritation contempt boredom resignation disappointment"
    ),
    "It took eleven years, and there it stands, my bridge.": "pride joy relief",
    "I suppose you expect applause for that.": "contempt disdain smirk",
    "Wait till you hear what the parrot said to the bishop.": "laughter smirk joy interest wink",
    "The lump is not cancer, they called today.": "relief joy crying",
    "I was wrong about you, and I beg your pardon.": "shame embarrassment sadness",
    "Oh, you brought me flowers!": "joy surprise warm_smile tenderness",
    "This queue has not moved for an hour.": "boredom irritation frustration",
    "I would cross the desert to see you smile.": "tenderness longing warm_smile determination",
    "So that key does not open the chest, it opens the wall!": "realisation surprise",
    "A thousand soldiers, and they are marching this way.": "dread fear shock terror awe",
    "Nobody eats until the last child is on the boat.": "determination defiance glare",
    "I can barely lift my arms any more.": "fatigue pain resignation",
    "You expect me to swallow that story?": "doubt suspicion contempt irritation",
    "When the war ends, we will plant an orchard.": "hope longing tenderness",
    "The puppy did not make it through the night.": "grief sadness crying pity",
}
"""Lines written when the cues were long set, and never used to change them."""

MOODS = {
    "I'm not angry. I'm just disappointed.": "disappointment sadness resignation",
    "Don't worry, nobody is going to hurt you.": "tenderness warm_smile calm",
    "I don't believe a word of it.": "doubt suspicion contempt",
    "I'm not afraid of you.": "defiance determination glare",
    "It isn't funny.": "irritation anger glare",
    "He never once said he was proud of me.": "sadness disappointment longing bittersweet_smile",
    "You're alive! I thought... never mind, you're alive!": "relief joy crying surprise",
    "I hate waiting rooms.": "boredom irritation frustration anxiety",
    "What do you mean, the flight is cancelled?": (
        "irritation anger shock frustration surprise confusion"
    ),
    "Oh great. Another flat tyre.": "irritation frustration resignation contempt",
    "Well, that went well.": (
        "resignation contempt smirk disappointment irritation frustration embarrassment"
    ),
    "Thank you so much for ruining my evening.": "anger irritation contempt disdain glare",
    "It's only a bit of blood.": "pain wince suppressed_smile calm determination fatigue disgust",
    "I've had better days.": "sadness fatigue resignation bittersweet_smile pain",
    "You might want to sit down for this.": "anxiety pity sadness dread",
    "The doctor says it's spread.": "grief sadness dread crying shock resignation fear",
    "She said yes!": "joy surprise",
    "We're having a baby.": "joy tenderness warm_smile shock surprise",
    "Whose blood is that on your shirt?": "suspicion fear shock glare anxiety",
    "I know what you did.": "suspicion glare anger contempt",
    "Nice try.": "smirk contempt wink disdain",
    "Is that supposed to impress me?": "contempt disdain doubt boredom smirk",
    "Give me back my son!": "rage anger crying terror determination",
    "Leave me alone.": "anger irritation sadness resignation",
    "I just need five minutes of sleep.": "fatigue",
    "Hmm. That's odd.": "thinking confusion suspicion doubt interest",
    "Hang on, the numbers don't add up.": (
        "confusion suspicion thinking realisation doubt concentration"
    ),
    "That's it! The second lock is a mirror of the first.": "realisation joy surprise",
    "Breathe in, and out. You're doing fine.": "calm tenderness warm_smile",
    "I can smell it from here, close the lid.": "disgust aversion",
    "Get that spider off me!": "terror fear disgust",
    "Did you hear that? Downstairs.": "fear anxiety suspicion dread",
    "There's no way out.": "terror fear dread resignation",
    "They'll be here by dawn, all of them.": "dread fear anxiety determination resignation",
    "I wish we'd had more time.": "longing sadness bittersweet_smile grief",
    "Remember the summer we built the raft?": "bittersweet_smile longing warm_smile joy",
    "If we hold the bridge till noon, we may still win this.": "hope determination",
    "Over my dead body.": "defiance glare anger determination",
    "I would sooner eat my own boots.": "defiance disdain contempt disgust",
    "We go at first light, with or without them.": "determination",
    "May I take your coat, madam?": "polite_smile",
    "How lovely to see you again, Mrs Harper.": "polite_smile warm_smile joy",
    "He walked into the glass door. Twice.": "laughter smirk suppressed_smile",
    "I'm trying very hard not to laugh.": "suppressed_smile laughter",
    "Oops, I think I just deleted everything.": "embarrassment shock fear anxiety shame",
    "I said 'I love you' to my boss on the phone.": "embarrassment shame laughter shock",
    "I lied to you, and I'd give anything to take it back.": "shame sadness crying",
    "You did this, all by yourself? I'm impressed.": "pride warm_smile joy surprise awe",
    "Every stone of it, I laid myself.": "pride",
    "Ow, mind the elbow!": "wince pain irritation",
    "I can't feel my legs.": "terror fear shock pain anxiety",
    "Careful now... don't... move...": "concentration anxiety fear",
    "Go on, what did she say next?": "interest joy",
    "The whole sky was burning green, from one end to the other.": "awe",
    "You always take his side.": "pout anger sadness disappointment irritation",
    "But you promised I could come!": "pout disappointment sadness anger",
    "Our secret, all right?": "wink warm_smile smirk suppressed_smile",
    "I suppose it's for the best.": "resignation sadness bittersweet_smile",
    "I used to love you, but I can't do this any more.": "sadness resignation grief crying fatigue",
    "I was scared, but now I know what I have to do.": "determination",
}
"""Lines written before it was looked at how a line is said, and in sight while that was written."""

FRESH = {
    "Stop the car, I'm going to be sick.": "disgust pain fatigue aversion",
    "You hid it under the floor, didn't you?": "suspicion smirk glare",
    "I haven't laughed like that in years.": "joy laughter bittersweet_smile warm_smile",
    "It's not that I don't love you.": (
        "sadness shame bittersweet_smile resignation tenderness pity"
    ),
    "Oh, wonderful, it's raining again.": (
        "irritation resignation frustration disappointment contempt boredom"
    ),
    "I'm fine. Really.": "sadness resignation bittersweet_smile suppressed_smile polite_smile pain",
    "Who taught you to hold a sword like that?": (
        "contempt interest suspicion surprise disdain confusion smirk"
    ),
    "They burned the library, every last book.": "grief sadness anger rage",
    "You shall not lay a finger on these people.": "defiance determination glare anger",
    "Shh, he's asleep.": "tenderness warm_smile calm",
    "I only wanted you to be happy.": "sadness tenderness bittersweet_smile crying shame",
    "There's something under the ice, and it's awake.": "dread fear terror awe anxiety",
    "Would you care for some more tea, Vicar?": "polite_smile",
    "Not bad for an old man, eh?": "smirk pride wink joy",
    "My knee gave out on the last step.": "pain wince fatigue frustration",
    "I can't find her anywhere!": "fear anxiety terror frustration crying",
    "Ten years I gave this company, and this is the thanks I get.": (
        "anger disappointment irritation sadness contempt"
    ),
    "Don't cry, it's just a broken cup.": "tenderness warm_smile calm pity",
    "Eat your soup before it gets cold.": "calm tenderness irritation warm_smile",
    "What if they never forgive me?": "anxiety shame fear sadness",
    "Look at those wings, it must be ten metres across!": "awe surprise joy",
    "I thought it was Friday. It's Thursday.": (
        "disappointment realisation resignation embarrassment confusion"
    ),
    "You're late. Again.": "irritation disappointment anger glare",
    "I kissed the wrong twin.": "embarrassment shock shame laughter",
    "We found your brother, he's on his way home.": "joy relief warm_smile tenderness",
    "There is nothing left for us here.": "resignation sadness dread grief",
    "Kneel? Before him? Never.": "defiance contempt disdain determination",
    "Has anyone checked the basement?": "anxiety suspicion fear thinking dread",
    "My grandson can already tie his own shoes.": "pride joy warm_smile tenderness",
    "I am not crying, there's dust in my eye.": (
        "suppressed_smile crying bittersweet_smile sadness embarrassment defiance"
    ),
    "So when you said 'north', you meant the other north.": (
        "contempt realisation irritation confusion doubt smirk"
    ),
    "If I have to hear that song once more I will scream.": "irritation frustration anger boredom",
    "The trap was never for the wolf. It was for us.": "realisation dread fear shock",
    "One day you'll thank me for this.": (
        "determination resignation smirk tenderness calm bittersweet_smile"
    ),
    "Come on, come on, start, you stupid engine!": "frustration anger fear irritation anxiety",
    "I'd forgotten how quiet the snow makes everything.": "calm awe bittersweet_smile longing",
    "He put mustard in her coffee, and she drank it!": "laughter joy",
    "I will find the man who did this.": "determination anger rage glare",
    "Thank you for nothing.": "anger contempt irritation disappointment glare",
    "You came all this way for me?": "surprise joy tenderness warm_smile crying shock",
}
"""Lines written after all that, and used for nothing else."""

SETS = {"lines": LINES, "later lines": LATER, "lines of moods": MOODS, "fresh lines": FRESH}


def judged(lines: dict[str, str], embed: suggest.Embed | None) -> tuple[float, float]:
    """Return how often a face that would do comes first, and among three; name what does not."""
    first = third = 0
    for line, wanted in lines.items():
        faces = [{e.name for e in p.expressions} for p in suggest.suggest(line, embed=embed)]
        good = set(wanted.split())
        first += bool(faces[0] & good)
        third += any(f & good for f in faces)
        if embed is not None and not faces[0] & good:
            sys.stdout.write(f"  {line} -> {', '.join(sorted(faces[0]))}\n")
    return first / len(lines), third / len(lines)


def main() -> int:
    """Print how often a face that would do is proposed first, and among the first three."""
    ways = {"words alone": None}
    try:
        ways["sentence embedding"] = Sentences(Settings())
    except ModelError as exc:
        sys.stdout.write(f"{exc}\n")
    cues = {line for cue in suggest._cues().values() for line in cue["lines"]}
    assert not cues & {line for lines in SETS.values() for line in lines}, (
        "a line is among the cues"
    )
    sys.stdout.write(f"{len(library.load())} expressions\n")
    for way, embed in ways.items():
        for title, lines in SETS.items():
            first, third = judged(lines, embed)
            share = f"first {first:.0%}, among three {third:.0%}"
            sys.stdout.write(f"{way}, {len(lines)} {title}: {share}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
