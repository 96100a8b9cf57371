"""Words with a fixed meaning: numbers, relations, weather, time, mood, colours, and Chinese.

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
    "on top of": "on", "on": "on", "upon": "on", "atop": "on", "in front of": "before",
    "before": "before", "facing": "facing", "opposite to": "opposite", "opposite": "opposite",
    "across from": "opposite", "next to": "beside", "beside": "beside", "near": "beside",
    "by": "beside", "close to": "beside", "alongside": "beside", "left of": "beside",
    "right of": "beside", "at": "beside", "behind": "behind", "around": "around",
    "surrounding": "around", "surrounded by": "~around", "under": "under", "beneath": "under",
    "below": "under", "underneath": "under", "above": "above", "over": "above",
    "against": "beside", "between": "beside", "flanking": "beside",
}  # fmt: skip
"""Phrase to a relation of `cards.RELATIONS`; "~" turns the two things round."""

SPOTS = {
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

PEOPLE = {"people", "person", "human", "humans", "man", "men", "woman", "women", "crowd", "child",
          "children", "character", "characters", "figure", "figures", "boy", "girl", "actor",
          "actors", "pedestrian", "pedestrians", "villager", "villagers", "guest", "guests",
          "soldier", "soldiers", "knight", "knights", "monk", "monks", "dancer", "dancers",
          "anyone", "nobody"}  # fmt: skip

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
}  # fmt: skip

_CHINESE = """
龙宫 dragon palace|水晶宫 crystal palace|海底 underwater|水下 underwater|
深海 deep sea underwater|赛博朋克 cyberpunk|蒸汽朋克 steampunk|东京 tokyo|小巷 alley|巷子 alley|
胡同 hutong alley|雨夜 rainy night|下雨 rainy|雨天 rainy|雨 rain|雪 snow|雾 fog|夜晚 night|
晚上 night|夜 night|黄昏 sunset|日落 sunset|清晨 dawn|早晨 morning|中午 noon|白天 day|
卧室 bedroom|客厅 living room|厨房 kitchen|浴室 bathroom|书房 study|图书馆 library|
教室 classroom|办公室 office|医院 hospital|咖啡馆 cafe|咖啡店 cafe|餐厅 restaurant|酒吧 bar|
酒馆 tavern|超市 supermarket|地铁站 subway station|火车站 train station|机场 airport|
工厂 factory|仓库 warehouse|实验室 laboratory|监狱 prison cell|教堂 church|寺庙 temple|
寺 temple|庙 temple|神社 shinto shrine|宫殿 palace|皇宫 imperial palace|城堡 castle|
村庄 village|村落 village|农场 farm|城市 city|街道 street|街 street|市场 market|
夜市 night market|公园 park|花园 garden|庭院 courtyard|森林 forest|竹林 bamboo forest|
沙漠 desert|海滩 beach|海边 seaside|山 mountain|洞穴 cave|山洞 cave|河边 riverside|湖 lake|
桥 bridge|墓地 graveyard|废墟 ruins|太空站 space station|空间站 space station|飞船 spaceship|
月球 moon base|火星 mars colony|港口 harbour|码头 dock|海盗船 pirate ship|魔法 magic|
仙境 fairyland|恐怖 horror|鬼屋 haunted house|中世纪 medieval|古代 ancient|古典 classical|
未来 futuristic|科幻 science fiction|武侠 wuxia|现代 modern|男孩 boy|女孩 girl|孩子 child|
学生 student|考试 exam|害怕 fears|没有 no|无 no|不要 no|人 people|灯笼 lantern|灯 lamp|
桌子 table|书桌 desk|椅子 chair|床 bed|沙发 sofa|书架 shelf|书 book|窗 window|门 door|树 tree|
樱花 cherry tree|花 flowers|石头 rock|雕像 statue|喷泉 fountain|船 boat|汽车 car|车 car|
自行车 bicycle|箱子 crate|桶 barrel|蜡烛 candle|柱子 column|珊瑚 coral|海草 seaweed|
霓虹灯 neon sign|霓虹 neon|招牌 wall sign|宝箱 treasure chest|王座 throne|祭坛 altar|井 well|
帐篷 tent|篝火 campfire|钢琴 piano|镜子 mirror|画 painting|电视 television|一个 one|一 one|
两 two|二 two|三 three|四 four|五 five|六 six|七 seven|八 eight|九 nine|十 ten|和 and|在 in|
上 on|旁边 beside|对面 opposite|后面 behind|前面 in front of|下面 under|红色 red|红 red|
蓝色 blue|绿色 green|金色 golden|白色 white|黑色 black|温馨 cosy|阴森 eerie|孤独 lonely|
热闹 bustling|空 empty|拥挤 crowded
"""
CHINESE = {
    term.split(" ", 1)[0]: term.split(" ", 1)[1]
    for term in _CHINESE.replace("\n", "").split("|")
    if " " in term
}
"""Chinese to English, the longest match wins; particles are left out."""
CHINESE_PARTICLES = set("的了之个只盏张把座棵本辆条里中内与及、，。！？；：“”《》（）")
