"""Film people: a room, a light and a camera drawn at random, and pictures as phones take them.

OpenGL without a window (moderngl on EGL); the processor's own Mesa is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rt
from ...blocking import lifting
from ..shading import NOISE
from .people import Person

_VERTEX = """
#version 330
uniform mat4 project;
uniform vec4 shade;  // towards the light, and whether this is the shadow on the floor
in vec3 position; in vec3 normal; in vec3 still; in vec3 tint; in float woven;
out vec3 facing; out vec3 at; out vec3 rest; out vec3 colour_in; out float cloth;
void main() {
    facing = normal; at = position; rest = still; colour_in = tint; cloth = woven;
    vec3 p = position;
    if (shade.w > 0.5) p = vec3(p.xy - shade.xy * p.z / shade.z, 0.0);
    gl_Position = project * vec4(p, 1.0);
    if (shade.w > 0.5) gl_Position.z = 0.999 * gl_Position.w;
}
"""

_FRAGMENT = (
    """
#version 330
uniform vec4 shade; uniform vec3 eye, sky, ground, sun, second; uniform float dark, shine, wrinkle;
uniform vec4 pattern;  // stripes a metre along x and z, blotches, how strong
uniform float seed;
in vec3 facing; in vec3 at; in vec3 rest; in vec3 colour_in; in float cloth;
out vec4 colour;
"""
    + NOISE
    + """
void main() {
    if (shade.w > 0.5) { colour = vec4(0.0, 0.0, 0.0, dark); return; }
    float folds = noise(rest * 22.0) - 0.5;
    vec3 n = normalize(normalize(facing) + cloth * wrinkle * vec3(folds, noise(rest * 17.0) - 0.5,
                                                                  noise(rest * 29.0) - 0.5));
    vec3 view = normalize(eye - at);
    if (dot(n, view) < 0.0) n = -n;
    float weave = step(0.5, fract(rest.x * pattern.x)) + step(0.5, fract(rest.z * pattern.y));
    weave = mod(weave, 2.0) + pattern.z * (noise(rest * 14.0) - 0.3);
    vec3 base = mix(colour_in, second, clamp(cloth * pattern.w * weave, 0.0, 1.0));
    base *= 0.9 + 0.2 * noise(rest * 6.0);
    float lit = max((dot(n, shade.xyz) + 0.2) / 1.2, 0.0);
    vec3 light = mix(ground, sky, 0.5 + 0.5 * n.z) + sun * lit;
    float gloss = shine * pow(max(dot(n, normalize(shade.xyz + view)), 0.0), 24.0);
    colour = vec4(pow(clamp(base * light + gloss * sun, 0.0, 1.0), vec3(0.4545)), 1.0);
}
"""
)
_NEAR, _FAR = 0.1, 80.0


@dataclass(frozen=True)
class Camera:
    """A still camera in scene axes.

    Attributes
    ----------
    place : (3,) metres
    into : (4,) turn from scene axes to camera axes: x right, y down, z away
    focal_px : float
    size : (width, height) pixels
    """

    place: NDArray
    into: NDArray
    focal_px: float
    size: tuple[int, int]

    def see(self, points: NDArray) -> NDArray:
        """Return points (..., 3) in camera axes."""
        return rt.rotate(self.into, points - self.place)

    def pixels(self, points: NDArray) -> NDArray:
        """Return pixels (..., 2) of points (..., 3) in scene axes."""
        at = self.see(points)
        flat = at[..., :2] / np.maximum(at[..., 2:], 0.05)
        return 0.5 * np.array(self.size) + self.focal_px * flat

    def matrix(self) -> NDArray:
        """Return OpenGL's (4, 4) from scene axes."""
        turn = rt.to_matrix(self.into) * np.array([[1.0], [-1.0], [-1.0]])
        view = np.eye(4)
        view[:3, :3], view[:3, 3] = turn, -turn @ self.place
        out = np.zeros((4, 4))
        out[0, 0], out[1, 1] = 2 * self.focal_px / np.array(self.size)
        out[2, 2] = -(_FAR + _NEAR) / (_FAR - _NEAR)
        out[2, 3], out[3, 2] = -2 * _FAR * _NEAR / (_FAR - _NEAR), -1.0
        return out @ view


def random_camera(joints: NDArray, facing: float, rng: np.random.Generator) -> Camera:
    """Stand a camera before somebody.

    Parameters
    ----------
    joints : (F, 17, 3) metres, scene axes, the floor at z = 0
    facing : float, radians, where the person faces: 0 along +x
    """
    size = ((512, 384), (384, 512), (640, 360))[int(rng.integers(3))]
    lens = float(np.exp(rng.uniform(np.log(20.0), np.log(80.0)))) / 36.0
    focal = lens * max(size)
    azimuth = facing + (rng.normal(0.0, 0.35) if rng.random() < 0.4 else rng.uniform(-np.pi, np.pi))
    low, high = joints.min(axis=(0, 1)), joints.max(axis=(0, 1))
    middle = 0.5 * (low + high)
    tall = max(high[2] - low[2], 0.5 * np.ptp(joints[..., :2], axis=(0, 1)).max(), 1.2) + 0.2
    away = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    across = np.cross(away, [0.0, 0.0, 1.0])
    wide = np.ptp(joints @ across) + 0.3
    # Hardly ever is somebody larger in the picture than it is high.
    far = focal * tall / min(rng.uniform(200.0, 420.0), 0.97 * size[1])
    far = max(far, focal * wide / (0.95 * size[0])) + 0.5 * np.ptp(joints @ away)
    far = min(far, 30.0)
    height = rng.uniform(0.2, 2.0) if rng.random() < 0.75 else rng.uniform(2.0, 3.5)
    place = middle * [1.0, 1.0, 0.0] + far * away + [0.0, 0.0, height]
    room = np.maximum(0.5 * np.array(size) * far / focal - 0.5 * np.array([wide, tall]), 0.0)
    # Now and then feet or a hand are outside of the picture.
    room = room * 0.8 + (0.12 if rng.random() < 0.1 else 0.0)
    aside = rng.uniform(-1.0, 1.0, 2) * room
    aim = middle + aside[0] * across + [0.0, 0.0, aside[1]]
    ahead = rt.normalize(aim - place)
    right = rt.normalize(np.cross(ahead, [0.0, 0.0, 1.0]))
    level = rt.from_matrix(np.stack([right, np.cross(ahead, right), ahead]))
    roll = rt.from_rotvec([0.0, 0.0, rng.normal(0.0, 0.12 if rng.random() < 0.3 else 0.03)])
    return Camera(place, rt.multiply(roll, level), focal, size)


def random_light(camera: Camera, rng: np.random.Generator) -> dict[str, object]:
    """Return the shader's values of a random light."""
    side, high = rng.uniform(-np.pi, np.pi), rng.uniform(0.25, 1.4)
    towards = [np.cos(side) * np.cos(high), np.sin(side) * np.cos(high), np.sin(high)]
    warm, bright = rng.uniform(-0.15, 0.15), rng.uniform(0.5, 1.2)
    share = rng.uniform(0.15, 0.9)
    colour = np.array([1.0 + warm, 1.0, 1.0 - warm])
    return {
        "shade": (*towards, 0.0),
        "eye": camera.place,
        "sun": bright * share * 1.3 * colour,
        "sky": bright * (1.0 - share) * colour[::-1],
        "ground": bright * (1.0 - share) * rng.uniform(0.3, 0.9) * colour,
        "second": rng.uniform(0.02, 0.9, 3),
        "dark": max(rng.uniform(-0.3, 0.6), 0.0),
        "shine": max(rng.uniform(-0.2, 0.3), 0.0),
        "wrinkle": rng.uniform(0.0, 0.9),
        "pattern": (*rng.choice((0.0, 0.0, 4.0, 9.0, 20.0), 2), rng.uniform(0.0, 1.5),
                    rng.choice((0.0, 0.0, 0.5, 1.0))),
        "seed": rng.random(),
    }  # fmt: skip


def room(camera: Camera, tint: NDArray, rng: np.random.Generator) -> NDArray:
    """Return (H, W, 3) uint8 RGB: floor, walls and things around the origin.

    `tint` (3,) is a colour of the person's clothes; now and then the room has the same.
    """
    import cv2

    width, height = camera.size
    half = np.maximum(np.abs(camera.place[:2]) + 0.5, rng.uniform(2.0, 7.0, 2))
    lo, hi = np.array([*-half, 0.0]), np.array([*half, max(camera.place[2] + 0.5, 2.6)])
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    rays = np.stack([x - 0.5 * width, y - 0.5 * height, np.full_like(x, camera.focal_px)], axis=-1)
    rays = rays @ rt.to_matrix(camera.into)
    rays = np.where(np.abs(rays) < 1e-6, 1e-6, rays)
    reach = (np.where(rays > 0, hi, lo) - camera.place) / rays
    axis = reach.argmin(axis=-1)
    hit = camera.place + rays * np.take_along_axis(reach, axis[..., None], axis=-1)
    side = axis * 2 + (np.take_along_axis(rays, axis[..., None], axis=-1)[..., 0] > 0)
    wall = np.stack([np.where(axis == 0, hit[..., 1], hit[..., 0]), hit[..., 2]], axis=-1)
    flat = np.where(axis[..., None] == 2, hit[..., :2], wall)
    colours = rng.uniform(0.1, 0.9, (6, 1)) + rng.normal(0.0, 0.05, (6, 3))
    if rng.random() < 0.2:
        colours[:] = np.clip(tint**0.4545, 0.05, 0.95) + rng.normal(0.0, 0.05, (6, 3))
    image = np.clip(colours, 0.02, 1.0)[side]
    for scale, strength in ((0.6, 0.25), (4.0, 0.2), (25.0, 0.15)):
        coarse = rng.uniform(-1.0, 1.0, (64, 64)) * strength * rng.random()
        at = (flat * scale).astype(int) % 64
        image = image * (1.0 + coarse[at[..., 1], at[..., 0]][..., None])
    image = (255 * np.clip(image, 0.0, 1.0)).astype(np.uint8)
    for _ in range(int(rng.integers(0, 12))):
        _thing(image, camera, half, rng)
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 2.0))


def _thing(image: NDArray, camera: Camera, half: NDArray, rng: np.random.Generator) -> None:
    """Draw a box that stands behind or beside the person."""
    import cv2

    foot = rng.uniform(-1.0, 1.0, 2) * half
    to = foot - camera.place[:2]
    if np.linalg.norm(to) < np.linalg.norm(camera.place[:2]) + 0.8:
        return
    wide, tall = rng.uniform(0.2, 1.2, 2), rng.uniform(0.3, 2.2)
    base = rng.uniform(0.0, 1.0) * (rng.random() < 0.3)
    corners = np.array([(sx, sy, z) for sx in (-1, 1) for sy in (-1, 1) for z in (0, 1)], float)
    corners = corners * [*(0.5 * wide), tall] + [*foot, base]
    hull = cv2.convexHull(camera.pixels(corners).astype(np.int32))
    cv2.fillConvexPoly(image, hull, tuple(int(v) for v in rng.integers(10, 245, 3)), cv2.LINE_AA)


class Renderer:
    """Draws one person."""

    def __init__(self, person: Person) -> None:
        import moderngl

        self.person = person
        self._gl = gl = moderngl.create_context(standalone=True, backend="egl", require=330)
        self._program = gl.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
        rest = np.concatenate([person.vertices, person.colours, person.cloth[:, None]], axis=1)
        self._moving = gl.buffer(reserve=len(rest) * 24, dynamic=True)
        self._array = gl.vertex_array(
            self._program,
            [
                (self._moving, "3f 3f", "position", "normal"),
                (gl.buffer(rest.astype("f4").tobytes()), "3f 3f 1f", "still", "tint", "woven"),
            ],
            gl.buffer(person.triangles.astype("i4").tobytes()),
        )
        self._targets: dict[tuple[int, int], object] = {}
        gl.enable(moderngl.DEPTH_TEST)
        gl.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA

    def close(self) -> None:
        """Give back what the pictures took."""
        self._gl.release()

    def draw(self, vertices: NDArray, camera: Camera, light: dict, behind: NDArray) -> NDArray:
        """Return (H, W, 3) uint8 RGB of posed vertices (V, 3) before a room."""
        import cv2

        gl, size = self._gl, camera.size
        gl.__enter__()
        if size not in self._targets:
            self._targets[size] = gl.simple_framebuffer(size, 4)
        target = self._targets[size]
        normals = _normals(vertices, self.person.triangles)
        self._moving.write(np.concatenate([vertices, normals], axis=1).astype("f4").tobytes())
        self._program["project"].write(camera.matrix().T.astype("f4").tobytes())
        for name, value in light.items():
            if name in self._program:
                self._program[name].value = (
                    float(value) if np.ndim(value) == 0 else tuple(float(v) for v in value)
                )
        target.use()
        target.clear(0.0, 0.0, 0.0, 0.0)
        towards = light["shade"][:3]
        if light["dark"] > 0.0:
            self._program["shade"].value = (*towards, 1.0)
            self._array.render()
        self._program["shade"].value = (*towards, 0.0)
        self._array.render()
        raw = np.frombuffer(target.read(components=4), np.uint8).reshape(size[1], size[0], 4)[::-1]
        cover = cv2.GaussianBlur(raw, (3, 3), 0.6).astype(np.float32)
        share = cover[..., 3:] / 255.0
        return np.clip(cover[..., :3] + behind * (1.0 - share), 0, 255).astype(np.uint8)


def _normals(vertices: NDArray, triangles: NDArray) -> NDArray:
    """Return the vertices' normals (V, 3), unit length."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    each = np.cross(b - a, c - a)
    out = np.zeros_like(vertices)
    for k in range(3):
        for axis in range(3):
            out[:, axis] += np.bincount(triangles[:, k], each[:, axis], len(vertices))
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)


@dataclass(frozen=True)
class Foreground:
    """A thing between camera and person, or nothing.

    Attributes
    ----------
    box : (x0, y0, x1, y1) pixels
    colours : (H, W, 3) uint8 of the box
    """

    box: tuple[int, int, int, int]
    colours: NDArray

    @classmethod
    def random(cls, camera: Camera, joints: NDArray, rng: np.random.Generator) -> Foreground:
        """Return something that hides a part of a person (F, 17, 3), now and then."""
        if rng.random() > 0.04:
            return cls((0, 0, 0, 0), np.zeros((0, 0, 3), np.uint8))
        low, high = (f(camera.pixels(joints), axis=(0, 1)) for f in (np.min, np.max))
        tall = high[1] - low[1]
        if rng.random() < 0.5:  # a table: legs are hidden, never more than the half
            box = 0, high[1] - tall * rng.uniform(0.1, 0.45), camera.size[0], camera.size[1]
        else:  # a post, or a door's frame
            x = rng.uniform(low[0], high[0])
            box = x, 0, x + tall * rng.uniform(0.04, 0.15), camera.size[1]
        limits = np.array([*camera.size, *camera.size])
        x0, y0, x1, y1 = (int(v) for v in np.clip(box, 0, limits))
        colours = rng.uniform(20, 230, 3) + rng.normal(0.0, 12.0, (y1 - y0, x1 - x0, 1))
        return cls((x0, y0, x1, y1), np.clip(colours, 0, 255).astype(np.uint8))

    def cover(self, image: NDArray) -> NDArray:
        """Draw it onto a picture in place, and return that."""
        x0, y0, x1, y1 = self.box
        image[y0:y1, x0:x1] = self.colours
        return image


@dataclass(frozen=True)
class Phone:
    """What a camera does to pictures.

    Attributes
    ----------
    blur, grain : pixels, standard deviation of 255
    gain, gamma : of brightness
    trail : how much of the picture before remains, 0 to 1
    quality : of compression, 1 to 100
    """

    blur: float
    grain: float
    gain: float
    gamma: float
    trail: float
    quality: int

    @classmethod
    def random(cls, rng: np.random.Generator) -> Phone:
        """Return some phone."""
        return cls(
            max(rng.uniform(-1.5, 0.9), 0.0), max(rng.normal(0.5, 2.0), 0.0),
            rng.uniform(0.75, 1.25), rng.uniform(0.8, 1.25), max(rng.uniform(-1.0, 0.35), 0.0),
            int(rng.integers(45, 97)),
        )  # fmt: skip

    def take(self, image: NDArray, before: NDArray | None, rng: np.random.Generator) -> NDArray:
        """Return a picture (H, W, 3) uint8 as it is filmed after another one."""
        import cv2

        if before is not None and self.trail > 0.05:
            image = cv2.addWeighted(image, 1.0 - self.trail, before, self.trail, 0.0)
        if self.blur > 0.2:
            image = cv2.GaussianBlur(image, (0, 0), self.blur)
        table = 255.0 * np.clip(self.gain * (np.arange(256) / 255.0) ** self.gamma, 0.0, 1.0)
        image = table.astype(np.float32)[image]
        if self.grain > 0.3:
            image += rng.normal(0.0, self.grain, image.shape[:2])[..., None]
        image = np.clip(image, 0, 255).astype(np.uint8)
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
        return cv2.imdecode(coded, cv2.IMREAD_COLOR)


def facing(joints: NDArray) -> float:
    """Return where somebody (F, 17, 3) faces, radians, 0 along +x."""
    across = (joints[:, lifting.HIPS[0]] - joints[:, lifting.HIPS[1]]).mean(axis=0)
    ahead = np.cross(across, [0.0, 0.0, 1.0])
    return float(np.arctan2(ahead[1], ahead[0]))
