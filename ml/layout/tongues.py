"""Other languages: words of a prompt into English, from the word lists in `tongues/`.

No grammar, a dictionary: words in the order they come, endings stripped, the longest phrase first.
Chinese and Japanese relations and Japanese numbers come after their noun and are turned round. A
list is plain text ("english: form, form"), so that a language is added without touching code.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LISTS = Path(__file__).with_name("tongues")
NAMES = {"de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
         "ru": "Russian", "ja": "Japanese", "zh": "Chinese"}  # fmt: skip
_ENDINGS = {
    "de": r"(?:innen|ern|en|em|er|es|e|n|s)$",
    "fr": r"(?:es|s|x|e)$",
    "es": r"(?:es|os|as|s|o|a|e)$",
    "pt": r"(?:es|os|as|s|o|a|e)$",
    "it": r"(?:hi|he|i|e|o|a)$",
    # Accents are gone by then, so the short i is a plain one.
    "ru": r"(?:ями|ами|ого|его|ому|ему|ыми|ими|ях|ах|ов|ев|еи|ои|ии|ыи|ая|яя|ое|ее|ые|ие|ым|им"
    r"|ом|ем|ую|юю|ам|ям|[аяоеыиуюь])$",
}
_ONE_RU = r"(?:ом|ем|ои|еи|ью|[уюеая])$"
"""Endings, without accents, of one thing in the cases that follow prepositions."""
_SHORTEST = 3
_PHRASE = 4
"""Words in the longest phrase of a list."""
_SURE = 2
_COMPOUND = 7
_ROMANCE = ("fr", "es", "it", "pt")
_CONTRACTED = {("es", "de"): ("del",), ("fr", "de"): ("du", "des", "d"), ("fr", "a"): ("au", "aux"),
               ("it", "di"): ("del", "della", "dello", "dei", "delle", "degli", "dell"),
               ("it", "a"): ("al", "alla", "allo", "ai", "alle", "agli", "all"),
               ("pt", "de"): ("do", "da", "dos", "das"), ("de", "von"): ("vom",)}  # fmt: skip
"""What a preposition and an article come to, by language and preposition."""
_HAN = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
           "八": 8, "九": 9}  # fmt: skip
_NUMBER = r"([〇零一二两三四五六七八九十百\d]+)"
_COUNTERS = (
    "(?:[个只盏张把座棵本辆条台根位扇口艘幅匹头株枚件支排间堆串面家架具尊块盆对顶门朵群名艇]"
    "|[つ個脚軒基隻杯冊輪人枚体頭挺])"
)
_SIDES = {"上面": "on", "上方": "above", "正上方": "above", "上": "on", "下面": "under",
          "下方": "under", "底下": "under", "下": "under", "旁边": "beside", "边上": "beside",
          "一旁": "beside", "附近": "beside", "左边": "beside", "右边": "beside", "左侧": "beside",
          "右侧": "beside", "旁": "beside", "后面": "behind", "后方": "behind", "背后": "behind",
          "后": "behind", "前面": "in front of", "前方": "in front of", "正前方": "in front of",
          "前": "in front of", "对面": "opposite", "周围": "around", "四周": "around",
          "之间": "between"}  # fmt: skip
_JAPANESE_SIDES = {"真上": "above", "上方": "above", "上": "on", "真下": "under", "下": "under",
                   "隣": "beside", "となり": "beside", "横": "beside", "脇": "beside",
                   "わき": "beside", "近く": "beside", "そば": "beside", "左": "beside",
                   "右": "beside", "前": "in front of", "手前": "in front of", "後ろ": "behind",
                   "裏": "behind", "奥": "behind", "周り": "around", "まわり": "around",
                   "周囲": "around", "向かい": "opposite", "向かい側": "opposite",
                   "正面": "opposite", "間": "between"}  # fmt: skip
_THERE = "(?:有|放着|摆着|挂着|立着|停着|坐着|躺着|堆着|是|站着|的)"
_IS_THERE = (
    "(?:ある|あります|いる|います|置かれている|置いてある|立っている|立つ|並んでいる|並ぶ|掛かる)"
)
_PARTICLES = set("的了之只里中内与及是在有着地得这那，。！？；：“”《》（）、")
_PARTICLES |= set("・のがはをにでへともやなだね「」ー")


@dataclass
class Tongue:
    """One language.

    Attributes
    ----------
    exact, rooted : phrase, as words, to English; the second with endings stripped
    things : English names of things, which take a plural
    """

    code: str
    exact: dict[tuple[str, ...], str] = field(default_factory=dict)
    rooted: dict[tuple[str, ...], str] = field(default_factory=dict)
    things: set[str] = field(default_factory=set)

    def root(self, word: str) -> str:
        """Return a word without its ending, never shorter than three letters."""
        if self.code == "ru":  # the vowel of "many cups" is none of the cup's: чашек, чашка
            word = re.sub(r"(?<=[бвгджзклмнпрстфхцчшщ])[ео](?=к$)", "", word)
        short = re.sub(_ENDINGS.get(self.code, r"$^"), "", word)
        return short if len(short) >= _SHORTEST else word

    def find(self, words: list[str], at: int) -> tuple[int, str] | None:
        """Return (words used, English) of the longest known phrase at a word."""
        for n in range(min(_PHRASE, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + n])
            if phrase in self.exact:
                return n, self.exact[phrase]
            roots = tuple(map(self.root, phrase))
            english = self.rooted.get(roots) or self.rooted.get(tuple(map(self.root, roots)))
            if english is not None:
                # Another ending than the list's is a plural oftener than not.
                many = (
                    english in self.things
                    and english[-1] != "s"
                    and not self._case(words[at + n - 1])
                )
                return n, english + "s" * many
        return self._compound(words[at])

    def _case(self, word: str) -> bool:
        """Tell whether a Russian ending is one thing's, as after "behind" or "beside"."""
        return self.code == "ru" and re.search(_ONE_RU, word) is not None

    def _compound(self, word: str) -> tuple[int, str] | None:
        if self.code != "de" or len(word) < _COMPOUND:
            return None
        for cut in range(len(word) - _SHORTEST, _SHORTEST, -1):
            tail = self.rooted.get((self.root(word[cut:]),))
            if tail is None:
                continue
            for glue in ("", "s", "n", "es", "en"):
                first = word[:cut].removesuffix(glue) if glue else word[:cut]
                head = self.exact.get((first,)) or self.rooted.get((self.root(first),))
                if head is not None:
                    return 1, f"{head} {tail}"
        return None


@cache
def tongue(code: str) -> Tongue:
    """Read a word list."""
    found, section = Tongue(code), ""
    for line in (LISTS / f"{code}.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            section = line[1:].strip()
        elif ":" in line and not line.startswith("//"):
            english, forms = line.split(":", 1)
            if section == "things":
                found.things.add(english.strip())
            for form in filter(None, map(str.strip, forms.split(","))):
                phrase = tuple(_words(form)) if code in _ENDINGS else (form,)
                for short in _CONTRACTED.get((code, phrase[-1]), ()) if len(phrase) > 1 else ():
                    found.exact.setdefault((*phrase[:-1], short), english.strip())
                found.exact.setdefault(phrase, english.strip())
                found.rooted.setdefault(tuple(map(found.root, phrase)), english.strip())
    return found


def _words(text: str) -> list[str]:
    """Return words without accents, French and Italian elisions apart."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower().replace("ß", "ss"))
                    if unicodedata.category(c) != "Mn")  # fmt: skip
    return re.findall(r"\d+(?:[.:]\d+)?|[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s']", plain.replace("’", "'"))


def to_english(text: str, english: frozenset[str]) -> tuple[str, list[str]]:
    """Return a text in English as far as it is understood, and notes on it.

    Parameters
    ----------
    english : words that are surely English, lower case
    """
    if _HAN.search(text):
        return _from_han(text)
    words = _words(text)
    letters = [w for w in words if w[0].isalpha()]
    hits = {code: sum(tongue(code).find(letters, i) is not None for i in range(len(letters)))
            for code in _ENDINGS}  # fmt: skip
    code = max(hits, key=hits.get)
    own = sum(w in english or w.removesuffix("s") in english for w in letters)
    if hits[code] < _SURE or hits[code] <= own:
        return text, []
    return _translated(words, tongue(code))


def _translated(words: list[str], known: Tongue) -> tuple[str, list[str]]:
    out: list[str] = []
    lost, i, thing = [], 0, False
    while i < len(words):
        hit = known.find(words, i) if words[i][0].isalpha() else None
        if hit and known.code in ("es", "pt") and _carries(hit[1], known):
            k = len(out) - 1 - (out[-1:] in (["the"], ["a"]))
            if k >= 0 and out[k] == "in":
                out[k] = "on"  # "en la mesa", "no tapete"
        if hit is None:
            thing = False
            out.append(words[i])
            lost += [words[i]] * words[i][0].isalpha()
            i += 1
            continue
        i += hit[0]
        if thing and _is_thing(hit[1], known):
            out.append("a")  # two things, not one of two words: "on the table a vase"
        thing = known.code == "ru" and _is_thing(hit[1], known)
        if known.code == "pt" and hit[1] == "at" and words[i - hit[0]] == "a":
            hit = (hit[0], "the")  # the article, its accent gone
        colour = known.code in _ROMANCE and hit[1] in _COLOURS
        # Their colours follow the noun.
        out.insert(len(out) - 1 if colour and out else len(out), hit[1])
    notes = [f"Read as {NAMES[known.code]}"]
    if lost:
        notes.append(f"Not understood and passed over: {', '.join(lost[:8])}")
    return " ".join(out), notes


def _is_thing(english: str, known: Tongue) -> bool:
    return english in known.things or english.removesuffix("s") in known.things


def _carries(english: str, known: Tongue) -> bool:
    """Tell whether "in" a thing, in Spanish and Portuguese, is as likely on it."""
    return english.removesuffix("s") in known.things and not english.startswith(_HOLLOW)


_HOLLOW = ("window", "door", "wall", "house", "tent", "tree", "boat", "ship", "car", "train",
           "tower", "hut", "cage", "basket", "chest", "vase")  # fmt: skip
_COLOURS = {"red", "blue", "green", "yellow", "white", "black", "golden"}


def _from_han(text: str) -> tuple[str, list[str]]:
    """Return Chinese or Japanese in English, term by term, and notes on what is not known."""
    japanese = bool(_KANA.search(text))
    text = _japanese_order(text) if japanese else _chinese_order(text)
    text = re.sub(_NUMBER + _COUNTERS, lambda m: f" {_number(m[1])} ", text)
    lists = [tongue("ja"), tongue("zh")] if japanese else [tongue("zh")]
    out, lost, i = [], [], 0
    while i < len(text):
        if not _HAN.match(text[i]):
            out.append(", " if text[i] in "，。；、!?" else text[i])
            i += 1
            continue
        terms = [(n, known.exact[(text[i : i + n],)]) for known in lists
                 for n in range(min(8, len(text) - i), 0, -1)
                 if (text[i : i + n],) in known.exact]  # fmt: skip
        if terms:
            n, english = max(terms, key=lambda t: t[0])
            out.append(f" {english} ")
            i += n
            continue
        lost += [text[i]] * (text[i] not in _PARTICLES)
        out.append(" ")
        i += 1
    notes = [f"Not understood and passed over: {''.join(lost)}"] if lost else []
    return "".join(out), notes


def _chinese_order(text: str) -> str:
    """Turn "on the table there is a cup" round: the cup first."""
    # "On the two sides one lion each" are two lions.
    text = re.sub(
        rf"(?:两侧|两边|两旁|左右)各(?:有|放着|摆着|站着|是)?{_NUMBER}({_COUNTERS})([^，。；,]+)",
        lambda m: f"{2 * _number(m[1])}{m[2]}{m[3]}两侧",
        text,
    )
    # "Tents, two" are two tents.
    text = re.sub(
        rf"(^|[，。；、,:：;\s])([^，。；、,:：;\s的有]{{1,4}}?){_NUMBER}({_COUNTERS})(?=[，。；、,;\s]|$)",
        lambda m: f"{m[1]}{_number(m[3])}{m[4]}{m[2]}",
        text,
    )
    sides = "|".join(sorted(_SIDES, key=len, reverse=True))
    # "Between" has two before it.
    text = re.sub(r"([和与跟、及][^，。；,:;\s]{1,8}?)(?:的)?(?:正)?中间", r"\1之间", text)
    text = re.sub(
        rf"([^，。；,:;\s]{{1,12}}?)(?:的)?({sides}){_THERE}([^，。；,]+)",
        lambda m: f"{m[3]} {_SIDES[m[2]]} {m[1]}",
        text,
    )
    # "Lanterns hang over the stall", in their order: over the stall what hangs there.
    return re.sub(
        rf"([^，。、；,:;\s]+?)(?:都|全)?[挂放摆立站坐躺停靠堆悬浮飘排摊铺]?在([^，。；,:;\s]{{1,12}}?)"
        rf"(?:的)?({sides})(?=[，。、；,:;\s]|$)",
        lambda m: f"{m[1]} {_SIDES[m[3]]} {m[2]}",
        text,
    )


def _japanese_order(text: str) -> str:
    """Put numbers before their nouns and what stands before what it stands on."""
    text = re.sub(rf"([^、。，とやにがは\s]+)[がを]?{_NUMBER}({_COUNTERS})", r"\2\3\1", text)
    # "No television" comes behind the television; "nobody is there" is a phrase of its own.
    text = re.sub(r"(?:誰も|だれも|人は)(?:いない|いません|居ない)", "無人", text)
    text = re.sub(r"([^、。，\s]+?)[はが]?(?:なし|ない|無し)(?=[、。，\s]|$)", r"なし\1", text)
    sides = "|".join(sorted(_JAPANESE_SIDES, key=len, reverse=True))
    # "The cup is on the table", then "on the table (there is) a cup".
    text = re.sub(
        rf"([^、。，\s]+?)[がは]([^、。，\s]+?)の({sides})に{_IS_THERE}?(?=[、。，\s]|$)",
        lambda m: f"{m[1]} {_JAPANESE_SIDES[m[3]]} {m[2]}",
        text,
    )
    return re.sub(
        rf"([^、。，\s]+?)の({sides})(?:に|の)は?([^、。，]+)",
        lambda m: f"{m[3]} {_JAPANESE_SIDES[m[2]]} {m[1]}",
        text,
    )


def _number(text: str) -> int:
    """Return the value of a Chinese number up to 999.

    >>> [_number(t) for t in ("三", "十", "十二", "二十", "百", "36")]
    [3, 10, 12, 20, 100, 36]
    """
    if text.isdigit():
        return int(text)
    total, last = 0, 0
    for sign in text:
        if sign in "十百":
            total += max(last, 1) * (10 if sign == "十" else 100)
            last = 0
        else:
            last = int(sign) if sign.isdigit() else _DIGITS[sign]
    return total + last
