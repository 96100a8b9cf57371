"""Materials by role, and the styles in which the kit's kinds can be made."""

from __future__ import annotations

from dataclasses import dataclass, replace

ROLES = {
    # role: (red, green, blue) linear, roughness, metallic, emission strength
    "wood": ((0.28, 0.14, 0.06), 0.6, 0.0, 0.0),
    "dark wood": ((0.09, 0.045, 0.025), 0.55, 0.0, 0.0),
    "stone": ((0.32, 0.31, 0.29), 0.85, 0.0, 0.0),
    "dark stone": ((0.11, 0.11, 0.12), 0.8, 0.0, 0.0),
    "plaster": ((0.68, 0.64, 0.56), 0.9, 0.0, 0.0),
    "concrete": ((0.42, 0.42, 0.41), 0.9, 0.0, 0.0),
    "brick": ((0.36, 0.13, 0.08), 0.9, 0.0, 0.0),
    "tile": ((0.30, 0.10, 0.06), 0.7, 0.0, 0.0),
    "metal": ((0.32, 0.33, 0.35), 0.35, 1.0, 0.0),
    "dark metal": ((0.06, 0.065, 0.075), 0.4, 0.9, 0.0),
    "gold": ((0.75, 0.50, 0.16), 0.3, 1.0, 0.0),
    "paint": ((0.50, 0.52, 0.55), 0.5, 0.0, 0.0),
    "accent": ((0.62, 0.10, 0.07), 0.5, 0.0, 0.0),
    "cloth": ((0.16, 0.24, 0.40), 0.95, 0.0, 0.0),
    "light cloth": ((0.72, 0.69, 0.62), 0.95, 0.0, 0.0),
    "leather": ((0.16, 0.07, 0.035), 0.5, 0.0, 0.0),
    "paper": ((0.80, 0.76, 0.66), 0.95, 0.0, 0.0),
    "ceramic": ((0.78, 0.78, 0.76), 0.2, 0.0, 0.0),
    "rubber": ((0.02, 0.02, 0.022), 0.8, 0.0, 0.0),
    "glass": ((0.35, 0.48, 0.52), 0.08, 0.0, 0.0),
    "glow": ((1.0, 0.62, 0.28), 0.5, 0.0, 6.0),
    "neon": ((0.10, 0.75, 1.0), 0.5, 0.0, 8.0),
    "neon 2": ((1.0, 0.08, 0.55), 0.5, 0.0, 8.0),
    "screen": ((0.10, 0.35, 0.55), 0.2, 0.0, 2.0),
    "fire": ((1.0, 0.30, 0.05), 0.9, 0.0, 14.0),
    "leaf": ((0.07, 0.20, 0.04), 0.8, 0.0, 0.0),
    "light leaf": ((0.20, 0.34, 0.07), 0.8, 0.0, 0.0),
    "bark": ((0.13, 0.08, 0.05), 0.95, 0.0, 0.0),
    "grass": ((0.11, 0.21, 0.05), 0.9, 0.0, 0.0),
    "flower": ((0.75, 0.16, 0.28), 0.7, 0.0, 0.0),
    "coral": ((0.80, 0.22, 0.20), 0.7, 0.0, 0.0),
    "coral 2": ((0.50, 0.20, 0.55), 0.7, 0.0, 0.0),
    "shell": ((0.80, 0.62, 0.52), 0.35, 0.0, 0.0),
    "earth": ((0.20, 0.13, 0.08), 0.95, 0.0, 0.0),
    "sand": ((0.58, 0.46, 0.29), 0.95, 0.0, 0.0),
    "snow": ((0.85, 0.88, 0.92), 0.8, 0.0, 0.0),
    "asphalt": ((0.05, 0.05, 0.055), 0.85, 0.0, 0.0),
    "water": ((0.04, 0.16, 0.20), 0.05, 0.0, 0.0),
    "crystal": ((0.45, 0.25, 0.90), 0.1, 0.0, 1.5),
    "food": ((0.62, 0.30, 0.12), 0.7, 0.0, 0.0),
    "bone": ((0.66, 0.60, 0.48), 0.7, 0.0, 0.0),
}
"""What a surface is made of, and how it looks where the palette says nothing of it."""


@dataclass(frozen=True)
class Style:
    """How things of one culture, era or world are built.

    Attributes
    ----------
    body : role of furniture and small things
    frame : role of what carries: legs, beams, mouldings
    wall, floor, roof, trim, cloth : roles of those parts
    light : role of what shines
    leg : "square", "tapered", "turned", "slab" or "hairpin"
    arch : "round", "pointed", "horseshoe", "flat" or "chamfer"
    top : "gable", "pagoda", "flat", "spire", "dome" or "hip"
    bevel : width of chamfers beside that of plain things
    ornate : 0 bare to 1 rich
    strips : whether edges carry lines of light
    """

    name: str = "modern"
    body: str = "wood"
    frame: str = "wood"
    wall: str = "plaster"
    floor: str = "wood"
    roof: str = "tile"
    trim: str = "paint"
    cloth: str = "cloth"
    light: str = "glow"
    leg: str = "tapered"
    arch: str = "flat"
    top: str = "gable"
    bevel: float = 1.0
    ornate: float = 0.2
    strips: bool = False


_PLAIN = Style()

STYLES = {
    "modern": replace(_PLAIN, frame="dark wood", roof="dark metal", floor="wood", top="hip"),
    "rustic": replace(
        _PLAIN, name="rustic", wall="wood", leg="square", trim="dark wood", bevel=1.5
    ),
    "medieval": replace(
        _PLAIN,
        name="medieval",
        frame="dark wood",
        wall="stone",
        floor="stone",
        trim="dark wood",
        cloth="accent",
        leg="square",
        arch="round",
        bevel=1.5,
        ornate=0.4,
    ),
    "gothic": replace(
        _PLAIN,
        name="gothic",
        body="dark wood",
        frame="dark wood",
        wall="dark stone",
        floor="dark stone",
        roof="dark metal",
        trim="stone",
        cloth="accent",
        leg="turned",
        arch="pointed",
        top="spire",
        ornate=0.8,
    ),
    "asian": replace(
        _PLAIN,
        name="asian",
        body="dark wood",
        frame="accent",
        wall="plaster",
        roof="dark metal",
        trim="gold",
        cloth="accent",
        leg="slab",
        arch="flat",
        top="pagoda",
        ornate=0.6,
    ),
    "classical": replace(
        _PLAIN,
        name="classical",
        body="dark wood",
        frame="stone",
        wall="plaster",
        floor="stone",
        trim="gold",
        cloth="accent",
        leg="turned",
        arch="round",
        top="dome",
        ornate=0.8,
    ),
    "desert": replace(
        _PLAIN,
        name="desert",
        wall="sand",
        floor="sand",
        roof="plaster",
        trim="accent",
        cloth="accent",
        leg="turned",
        arch="horseshoe",
        top="dome",
        bevel=1.6,
        ornate=0.5,
    ),
    "fantasy": replace(
        _PLAIN,
        name="fantasy",
        body="dark wood",
        frame="dark wood",
        wall="stone",
        floor="stone",
        roof="cloth",
        trim="gold",
        cloth="cloth",
        light="crystal",
        leg="turned",
        arch="pointed",
        top="spire",
        bevel=1.4,
        ornate=0.9,
    ),
    "underwater": replace(
        _PLAIN,
        name="underwater",
        body="coral",
        frame="shell",
        wall="stone",
        floor="sand",
        roof="shell",
        trim="coral 2",
        cloth="leaf",
        light="neon",
        leg="turned",
        arch="pointed",
        top="spire",
        bevel=2.0,
        ornate=0.8,
    ),
    "scifi": replace(
        _PLAIN,
        name="scifi",
        body="paint",
        frame="dark metal",
        wall="paint",
        floor="metal",
        roof="metal",
        trim="dark metal",
        cloth="rubber",
        light="neon",
        leg="slab",
        arch="chamfer",
        top="dome",
        bevel=1.8,
        ornate=0.4,
        strips=True,
    ),
    "cyberpunk": replace(
        _PLAIN,
        name="cyberpunk",
        body="dark metal",
        frame="dark metal",
        wall="concrete",
        floor="asphalt",
        roof="dark metal",
        trim="neon 2",
        cloth="rubber",
        light="neon",
        leg="hairpin",
        arch="chamfer",
        top="flat",
        ornate=0.5,
        strips=True,
    ),
    "industrial": replace(
        _PLAIN,
        name="industrial",
        body="metal",
        frame="dark metal",
        wall="brick",
        floor="concrete",
        roof="metal",
        trim="dark metal",
        cloth="leather",
        leg="hairpin",
        arch="round",
        top="gable",
        ornate=0.1,
    ),
    "nature": replace(
        _PLAIN,
        name="nature",
        body="bark",
        frame="bark",
        wall="stone",
        floor="earth",
        roof="leaf",
        trim="leaf",
        cloth="leaf",
        leg="square",
        arch="round",
        bevel=2.0,
    ),
}
"""The styles that the kit can build in."""

_ALSO = {
    "contemporary": "modern",
    "suburban": "modern",
    "urban": "modern",
    "minimal": "modern",
    "farm": "rustic",
    "western": "rustic",
    "wooden": "rustic",
    "cabin": "rustic",
    "nordic": "rustic",
    "viking": "rustic",
    "castle": "medieval",
    "european": "medieval",
    "horror": "gothic",
    "victorian": "classical",
    "baroque": "classical",
    "renaissance": "classical",
    "roman": "classical",
    "greek": "classical",
    "ancient": "classical",
    "luxury": "classical",
    "palace": "classical",
    "japanese": "asian",
    "chinese": "asian",
    "korean": "asian",
    "japan": "asian",
    "china": "asian",
    "thai": "asian",
    "arabic": "desert",
    "egyptian": "desert",
    "persian": "desert",
    "moroccan": "desert",
    "mexican": "desert",
    "indian": "desert",
    "magic": "fantasy",
    "elven": "fantasy",
    "fairy": "fantasy",
    "dragon": "fantasy",
    "ocean": "underwater",
    "sea": "underwater",
    "coral": "underwater",
    "sci-fi": "scifi",
    "space": "scifi",
    "futuristic": "scifi",
    "future": "scifi",
    "alien": "scifi",
    "neon": "cyberpunk",
    "dystopian": "cyberpunk",
    "steampunk": "industrial",
    "factory": "industrial",
    "soviet": "industrial",
    "natural": "nature",
    "forest": "nature",
    "wild": "nature",
    "jungle": "nature",
}


def find_style(name: str) -> Style:
    """Return the style of this name, or the one it is a kind of; the modern one for others."""
    name = name.strip().lower()
    return STYLES.get(name) or STYLES[_ALSO.get(name, "modern")]
