"""Draw a head with painted brows, lips and eyes, lit and seen by a camera.

OpenGL without a window (moderngl on EGL); the processor's own Mesa is enough: about a hundred
pictures a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..shading import NOISE
from .heads import Head

_VERTEX = """
#version 330
uniform mat4 project;
in vec3 position; in vec3 normal; in vec3 still; in vec4 mark;
out vec3 seen; out vec3 facing; out vec3 rest; out vec4 marks;
void main() {
    seen = position; facing = normal; rest = still; marks = mark;
    gl_Position = project * vec4(position, 1.0);
}
"""

_FRAGMENT = (
    """
#version 330
in vec3 seen; in vec3 facing; in vec3 rest; in vec4 marks;
out vec4 colour;
uniform vec3 skin, brow, lip, iris, hair, light, fill, light_colour, ambient;
uniform float brow_width, brow_start, brow_end, brow_dense, lip_dense, blotch, stubble, shine;
uniform float hairline, fringe, seed, iris_size, lashes, lid_shade;
"""
    + NOISE
    + """
void main() {
    int kind = int(marks.x + 0.5);
    vec3 n = normalize(facing);
    vec3 view = normalize(-seen);
    vec3 base = skin;
    float gloss = shine;
    if (kind == 0) {
        base *= 1.0 + blotch * (noise(rest * 1.3) - 0.5) + 0.5 * blotch * (noise(rest * 6.0) - 0.5)
              + 0.35 * blotch * (noise(rest * 25.0) - 0.5);
        float red = exp(-pow(length(rest - vec3(sign(rest.x) * 3.6, -4.0, 3.0)) / 2.2, 2.0));
        base *= vec3(1.0, 1.0 - 0.12 * red, 1.0 - 0.1 * red);
        float beard = smoothstep(-5.5, -7.5, rest.y) * smoothstep(-15.0, -12.0, rest.y);
        base = mix(base, hair, stubble * beard * (0.5 + 0.5 * noise(rest * 20.0)));
        float inside = smoothstep(-0.05, 0.12, marks.w);
        base = mix(base, lip, lip_dense * inside);
        gloss += 0.25 * inside;
        float along = marks.y, above = marks.z;
        float taper = mix(1.0, 0.45, clamp(along, 0.0, 1.0)) * brow_width;
        float hairs = 0.65 + 0.5 * noise(vec3(rest.x * 14.0 + rest.y * 9.0, rest.y * 4.0, 1.0));
        float b = smoothstep(1.25, 0.75, abs(above) / taper)
                * smoothstep(brow_start - 0.08, brow_start + 0.06, along)
                * smoothstep(brow_end + 0.06, brow_end - 0.12, along);
        base = mix(base, brow, clamp(b * brow_dense * hairs, 0.0, 1.0));
        float lid = exp(-pow((length((rest.xy - vec2(sign(rest.x) * 3.12, 0.3)) / vec2(1.6, 1.0))
                  - 0.9) / 0.35, 2.0));
        base *= 1.0 - lid_shade * lid;
        float top = hairline - fringe * rest.x * rest.x + 0.5 * noise(rest * 3.0);
        float cap = max(smoothstep(-0.3, 0.3, rest.y - top),
                        smoothstep(-3.5, -4.5, rest.z) * smoothstep(-9.0, -7.0, rest.y));
        base = mix(base, hair * (0.7 + 0.6 * noise(vec3(rest.x * 6.0, rest.y, rest.z * 6.0))), cap);
    } else if (kind == 1) { base = vec3(0.45, 0.13, 0.13); gloss = 0.2; }
    else if (kind == 2) { base = vec3(0.85, 0.8, 0.7); gloss = 0.3; }
    else if (kind == 3) {
        float r = acos(clamp(normalize(rest).z, -1.0, 1.0));
        base = vec3(0.86, 0.83, 0.82) * (1.0 - 0.25 * smoothstep(0.5, 1.2, r));
        float ray = 0.8 + 0.4 * noise(vec3(atan(rest.y, rest.x) * 6.0, 1.0, 2.0));
        base = mix(iris * ray, base, smoothstep(iris_size - 0.03, iris_size + 0.03, r));
        base = mix(vec3(0.02), base, smoothstep(0.18, 0.22, r));
        gloss = 0.9;
    } else if (kind == 4) {
        if (noise(rest * vec3(16.0, 2.0, 2.0)) > lashes) discard;
        base = vec3(0.05, 0.04, 0.035); gloss = 0.0;
    } else { base = mix(skin, vec3(0.7, 0.3, 0.3), 0.5); }
    if (dot(n, view) < 0.0 && kind != 0) n = -n;
    float wrap = 0.25;
    float lit = max((dot(n, light) + wrap) / (1.0 + wrap), 0.0);
    float low = max(dot(n, fill), 0.0);
    vec3 shade = ambient * (0.75 + 0.25 * n.y) + light_colour * lit + 0.35 * light_colour.bgr * low;
    if (kind == 1 || kind == 2) shade *= clamp((rest.z - 0.2) / 2.2, 0.05, 1.0);
    if (kind == 3) shade *= 0.85;
    vec3 halfway = normalize(light + view);
    float spec = gloss * pow(max(dot(n, halfway), 0.0), kind == 3 ? 60.0 : 18.0);
    colour = vec4(base * shade + 0.5 * spec * light_colour, 1.0);
}
"""
)

_BARE_VERTEX = """
#version 330
uniform mat4 project;
in vec3 position;
void main() { gl_Position = project * vec4(position, 1.0); }
"""

_NUMBERED = """
#version 330
out vec4 colour;
void main() {
    int k = gl_PrimitiveID;
    colour = vec4(k & 255, (k >> 8) & 255, k >> 16, 255) / 255.0;
}
"""

_OVERSAMPLE = 1.4
_VARIED_SHARE = 0.6  # of the properties


@dataclass
class Look:
    """How a face is painted, lit and seen; the fields are the shader's, colours linear RGB.

    Attributes
    ----------
    background : (S, S, 3) uint8 BGR
    gamma, blur, grain : what the camera does: exponent, pixels, standard deviation of 255
    """

    uniforms: dict[str, object]
    background: NDArray
    gamma: float = 2.2
    blur: float = 0.0
    grain: float = 2.0
    tint: NDArray = field(default_factory=lambda: np.ones(3))


def random_look(rng: np.random.Generator, size: int) -> Look:
    """Return a face painted and lit at random; `size` is the side of its pictures."""
    import cv2

    tone = rng.uniform(0.0, 1.0) ** 0.8
    skin = np.array([0.78, 0.52, 0.41]) * (1 - tone) + np.array([0.17, 0.085, 0.05]) * tone
    skin *= rng.uniform(0.9, 1.1, 3)
    dark = np.array([0.03, 0.02, 0.015])
    hair = dark + rng.uniform(0, 1) ** 3 * np.array([0.42, 0.3, 0.16]) * rng.uniform(0.5, 1.2)
    rosy = skin * [0.95, 0.55, 0.55] + rng.uniform(-0.05, 0.12) * np.array([1.0, 0.2, 0.25])
    side, high = rng.uniform(-1.1, 1.1), rng.uniform(-0.1, 1.0)
    light = _unit([np.sin(side), high, np.cos(side)])
    warm = rng.uniform(-0.12, 0.12)
    uniforms = {
        "skin": skin,
        "brow": np.clip(hair * rng.uniform(0.5, 1.1), 0.005, 1),
        "lip": np.clip(rosy, 0.02, 1),
        "iris": rng.uniform(0.3, 1.0)
        * np.array([[0.12, 0.06, 0.03], [0.1, 0.2, 0.3], [0.14, 0.18, 0.08]])[rng.integers(3)],
        "hair": hair,
        "light": light,
        "fill": _unit([-light[0], rng.uniform(-0.3, 0.3), 0.7]),
        "light_colour": rng.uniform(0.45, 1.15) * np.array([1 + warm, 1.0, 1 - warm]),
        "ambient": rng.uniform(0.12, 0.5) * np.array([1 - warm, 1.0, 1 + warm]),
        "brow_width": rng.uniform(0.6, 1.35),
        "brow_start": rng.uniform(-0.15, 0.12),
        "brow_end": rng.uniform(0.85, 1.15),
        "brow_dense": rng.uniform(0.45, 1.0),
        "lip_dense": rng.uniform(0.3, 0.95),
        "blotch": rng.uniform(0.04, 0.28),
        "stubble": max(rng.uniform(-0.7, 0.5), 0.0),
        "shine": rng.uniform(0.0, 0.3),
        "hairline": rng.uniform(5.2, 6.6),
        "fringe": rng.uniform(0.02, 0.1),
        "seed": rng.uniform(0, 1),
        "iris_size": rng.uniform(0.42, 0.5),
        "lashes": max(rng.uniform(-0.3, 0.5), 0.0),
        "lid_shade": rng.uniform(0.0, 0.35),
    }
    coarse = rng.integers(0, 256, (rng.integers(2, 7), rng.integers(2, 7), 1))
    coarse = np.clip(coarse + rng.integers(-40, 40, (*coarse.shape[:2], 3)), 0, 255).astype(
        np.uint8
    )
    background = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    return Look(
        uniforms,
        cv2.addWeighted(background, rng.uniform(0.2, 0.8), background, 0, rng.uniform(0, 60)),
        gamma=rng.uniform(1.9, 2.5),
        blur=max(rng.uniform(-0.8, 1.1), 0.0),
        grain=rng.uniform(0.0, 5.0),
        tint=rng.uniform(0.9, 1.1, 3),
    )


def varied(look: Look, rng: np.random.Generator) -> Look:
    """Return a look that differs more, for training: no paint is to be relied on.

    Faint or bushy brows, pale and dark lips, beards, spots, hard light, noise, a soft lens.
    """
    given = look.uniforms
    change = {
        "brow": np.clip(given["brow"] * np.exp(rng.normal(0, 0.5)), 0.004, 1),
        "brow_dense": np.clip(given["brow_dense"] * rng.uniform(0.3, 1.15), 0.1, 1),
        "brow_width": given["brow_width"] * np.exp(rng.normal(0, 0.15)),
        "lip": np.clip(given["lip"] * np.exp(rng.normal(0, 0.25, 3)), 0.01, 1),
        "lip_dense": given["lip_dense"] * rng.uniform(0.2, 1.05),
        "blotch": given["blotch"] * np.exp(rng.uniform(-0.7, 0.8)),
        "stubble": min(given["stubble"] * rng.uniform(0.6, 2.0), 0.95),
        "shine": given["shine"] * np.exp(rng.uniform(-0.7, 0.7)),
        "light": _unit(given["light"] + rng.normal(0, 0.25, 3) * [1.0, 1.0, 0.3]),
        "light_colour": given["light_colour"] * np.exp(rng.normal(0, 0.2)),
        "ambient": given["ambient"] * np.exp(rng.normal(-0.1, 0.3)),
        "lid_shade": given["lid_shade"] * rng.uniform(0.0, 1.8),
    }
    some = {name: value for name, value in change.items() if rng.random() < _VARIED_SHARE}
    return replace(
        look,
        uniforms=given | some,
        gamma=look.gamma * np.exp(rng.normal(0, 0.08)),
        blur=look.blur * rng.uniform(0.7, 1.4),
        grain=look.grain * rng.uniform(0.5, 1.6),
    )


def _unit(vector) -> NDArray:
    vector = np.asarray(vector, float)
    return vector / np.linalg.norm(vector)


@dataclass(frozen=True)
class Camera:
    """Where the head is before a camera at the origin that looks along -z, y up.

    Attributes
    ----------
    rotation : (3, 3) of the head
    position : (3,) cm, of the point between the eyes
    focal : focal length over the picture's side
    """

    rotation: NDArray
    position: NDArray
    focal: float

    def place(self, points: NDArray) -> NDArray:
        """Return (N, 3) points of the head in the camera's frame."""
        return points @ self.rotation.T.astype(np.float32) + self.position.astype(np.float32)

    def pixels(self, points: NDArray, size: int) -> NDArray:
        """Return (N, 2) pixels of (N, 3) points in the camera's frame."""
        flat = points[:, :2] / -points[:, 2:] * self.focal
        return np.stack([0.5 + flat[:, 0], 0.5 - flat[:, 1]], axis=1) * size


class Renderer:
    """Draws one kind of head."""

    def __init__(self, head: Head, size: int) -> None:
        import moderngl

        self.head, self.size = head, size
        self._gl = moderngl.create_context(standalone=True, backend="egl", require=330)
        self._program = self._gl.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
        count, triangles = len(head.neutral), head.triangles
        rows = triangles.T.ravel()
        columns = np.tile(np.arange(len(triangles)), 3)
        self._around = sparse.csr_matrix(
            (np.ones(len(rows), np.float32), (rows, columns)), (count, len(triangles))
        )
        still = head.neutral.copy()
        for eye in head.eyes:
            still[eye] -= still[eye].mean(axis=0)
        marks = np.concatenate([head.material[:, None], head.brow, head.lip[:, None]], axis=1)
        fixed = np.concatenate([still, marks], axis=1).astype("f4")
        self._moving = self._gl.buffer(reserve=count * 6 * 4, dynamic=True)
        self._order = self._gl.buffer(triangles.astype("i4").tobytes())
        self._array = self._gl.vertex_array(
            self._program,
            [
                (self._moving, "3f 3f", "position", "normal"),
                (self._gl.buffer(fixed.tobytes()), "3f 4f", "still", "mark"),
            ],
            self._order,
        )
        # Mesa's own multisampling on a processor costs more than three times as much.
        self._fine = round(size * _OVERSAMPLE)
        self._target = self._gl.simple_framebuffer((self._fine, self._fine), 4)
        # What faces away is hidden by what faces the camera: a fifth of the time.
        self._gl.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)

    def draw(
        self, face: NDArray, camera: Camera, look: Look, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return an (S, S, 3) uint8 BGR picture of a face (V, 3)."""
        import cv2

        self._set_up(self._program, face, camera)
        for name, value in look.uniforms.items():
            if name in self._program:
                value = np.asarray(value, "f4")
                self._program[name].value = float(value) if value.ndim == 0 else tuple(value)
        raw = self._rendered(self._array)
        raw = cv2.resize(raw, (self.size, self.size), interpolation=cv2.INTER_AREA)
        table = (255 * (np.arange(256) / 255) ** (1 / look.gamma)).astype(np.uint8)
        image = table[raw[..., 2::-1]] * look.tint
        cover = raw[..., 3:] / np.float32(255)
        image = image * cover + look.background * (1 - cover)
        if look.blur > 0.2:
            image = cv2.GaussianBlur(image, (0, 0), look.blur)
        image += rng.normal(0, look.grain, image.shape[:2])[..., None]
        return np.clip(image, 0, 255).astype(np.uint8)

    def shown(self, face: NDArray, camera: Camera) -> NDArray[np.int64]:
        """Return the triangles of a face (V, 3) that are seen."""
        program = self._gl.program(vertex_shader=_BARE_VERTEX, fragment_shader=_NUMBERED)
        array = self._gl.vertex_array(program, [(self._moving, "3f 12x", "position")], self._order)
        self._set_up(program, face, camera)
        raw = self._rendered(array).reshape(-1, 4).astype(np.int64)
        return np.unique((raw[:, :3] @ [1, 1 << 8, 1 << 16])[raw[:, 3] > 0])

    def _set_up(self, program, face: NDArray, camera: Camera) -> None:
        """Hand over the points, their normals and the camera."""
        points = camera.place(face)
        a, b, c = (points[self.head.triangles[:, k]] for k in range(3))
        normals = self._around @ np.cross(b - a, c - a)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        self._gl.__enter__()  # each renderer has a context of its own
        self._moving.write(np.concatenate([points, normals], axis=1).astype("f4").tobytes())
        near, far = 5.0, 400.0
        project = np.zeros((4, 4), "f4")
        project[0, 0] = project[1, 1] = 2 * camera.focal
        project[2, 2], project[2, 3] = -(far + near) / (far - near), -2 * far * near / (far - near)
        project[3, 2] = -1
        program["project"].write(project.T.tobytes())

    def _rendered(self, array) -> NDArray[np.uint8]:
        """Return the (fine, fine, 4) picture of what stands in an array."""
        self._target.use()
        self._target.clear(0, 0, 0, 0)
        array.render()
        raw = np.frombuffer(self._target.read(components=4), np.uint8)
        return raw.reshape(self._fine, self._fine, 4)[::-1]
