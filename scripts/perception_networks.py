"""The networks of the mediapipe wheel that are exported: where they lie, and their cards' words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Network:
    """One network to export.

    Attributes
    ----------
    source : path inside the wheel's `modules` folder
    input : name of the input in the wheel's file
    size : side of the square input, pixels
    scale, shift : the network sees `scale * pixel + shift`
    outputs : {name in the wheel's file: name here}
    tolerance : {name here: largest absolute difference allowed}, in the output's own unit
    """

    name: str
    source: str
    size: int
    scale: float
    shift: float
    outputs: dict[str, str]
    tolerance: dict[str, float]
    card: str = field(repr=False)
    input: str = "input_1"


DETECTION_CARD = """\
What it does: proposes where people are in a picture: a box around the face and four points (mid
hips, full-body circle, mid shoulders, upper-body circle) an anchor. Code: ml/blocking/detector.py.
Inputs: image (batch, 224, 224, 3) uint8 RGB, letterboxed with black to a square.
Outputs: boxes (batch, 2254, 12) float32, offsets in input pixels from each anchor's centre: box
x, y, w, h, then the four points' x, y; scores (batch, 2254, 1) float32, logits.
Data: Google's own, not published; see Google's model card "BlazePose GHUM 3D".
Fails at: people smaller than about a tenth of the picture, lying or upside down, crowds where
faces hide; it can report a person where there is none. Not for: identifying people.
"""

LANDMARK_CARD = """\
What it does: places 33 body points and 6 auxiliary points in a picture cropped around one upright
person. Code: ml/blocking/crop.py, ml/blocking/tracker.py.
Inputs: image (batch, 256, 256, 3) uint8 RGB, the person's rotated square crop.
Outputs: landmarks (batch, 195) float32 = 39 x (x, y, z in crop pixels, visibility logit, presence
logit); presence (batch, 1) float32, 0 to 1, whether a person is in the crop; world (batch, 117)
float32 = 39 x (x, y, z) metres about the middle of the hips, x right, y down, z away; heatmap
(batch, 64, 64, 39) float32, logits, from which x and y are refined.
Dropped: the segmentation mask.
Data: Google's own, not published; see Google's model card "BlazePose GHUM 3D".
Fails at: depth (about twice the error of the picture plane), more than one person in the crop,
truncated or lying bodies, loose clothes; hands and feet are the least sure. Not for: identifying
people, nor measuring them.
"""

FACE_DETECTION_CARD = """\
What it does: proposes where faces are in a picture: a box and six points (right eye, left eye,
nose tip, mouth, right and left ear) an anchor. Code: ml/face/detector.py.
Inputs: image (batch, 128, 128, 3) uint8 RGB, letterboxed with black to a square.
Outputs: boxes (batch, 896, 16) float32, offsets in input pixels from each anchor's centre: box
x, y, w, h, then the six points' x, y; scores (batch, 896, 1) float32, logits.
Data: Google's own, not published; see Google's model card "BlazeFace (short range)".
Fails at: faces smaller than about an eighth of the picture, more than 45 degrees from upright,
full profiles. Not for: identifying people.
"""

FACE_LANDMARK_CARD = """\
What it does: places 468 points of a face mesh in a picture cropped around one face. Code:
ml/face/mesh.py.
Inputs: image (batch, 192, 192, 3) uint8 RGB, the face's rotated square crop.
Outputs: landmarks (batch, 1, 1, 1404) float32 = 468 x (x, y, z) in crop pixels; presence (batch,
1, 1, 1) float32, a logit, whether a face is in the crop.
Data: Google's own, not published; see Google's model card "Face Mesh".
Fails at: faces turned more than about 45 degrees, hands before the mouth, and small motion of the
brows, cheeks and lids, most of which it does not show. Not for: identifying people.
"""

IRIS_CARD = """\
What it does: places the iris and the contour of one eye. Code: ml/face/mesh.py.
Inputs: image (batch, 64, 64, 3) uint8 RGB, the crop of a left eye, or of a right one mirrored.
Outputs: contour (batch, 213) float32 = 71 x (x, y, z) in crop pixels, the eye and brow; iris
(batch, 15) float32 = centre, right, top, left, bottom x (x, y, z).
Data: Google's own, not published; see Google's model card "MediaPipe Iris".
Fails at: closed eyes, strong reflections in glasses. Not for: identifying people.
"""

PALM_CARD = """\
What it does: proposes where hands are in a picture: a box around the palm and seven points of it
(wrist, base of the index finger, of the middle, ring and little finger, base and joint of the
thumb) an anchor. Code: ml/blocking/palms.py.
Inputs: image (batch, 192, 192, 3) uint8 RGB, a square crop around a wrist.
Outputs: boxes (batch, 2016, 18) float32, offsets in input pixels from each anchor's centre: box
x, y, w, h, then the seven points' x, y; scores (batch, 2016, 1) float32, logits.
Data: Google's own, not published; see Google's model card "MediaPipe Hands".
Fails at: gloves, hands that hold something, edges of hands. Not for: identifying people.
"""

HAND_CARD = """\
What it does: places 21 joints of one hand in a picture cropped around it. Code:
ml/blocking/hands.py.
Inputs: image (batch, 224, 224, 3) uint8 RGB, the hand's rotated square crop, fingers up.
Outputs: landmarks (batch, 63) float32 = 21 x (x, y, z) in crop pixels; presence (batch, 1)
float32, 0 to 1, whether a hand is in the crop; handedness (batch, 1) float32, 0 to 1; world
(batch, 63) float32 = 21 x (x, y, z) metres: x right, y down, z away.
Data: Google's own, not published; see Google's model card "MediaPipe Hands".
Fails at: hands of less than some 40 pixels, fast hands that blur, gloves, hands that hold
something, fingers that hide each other. Not for: identifying people.
"""

NETWORKS = (
    Network(
        name="pose_detection_v1",
        source="pose_detection/pose_detection.tflite",
        size=224,
        scale=2.0 / 255.0,
        shift=-1.0,
        outputs={"Identity": "boxes", "Identity_1": "scores"},
        tolerance={"boxes": 0.05, "scores": 0.02},
        card=DETECTION_CARD,
    ),
    Network(
        name="pose_landmark_v1",
        source="pose_landmark/pose_landmark_full.tflite",
        size=256,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={
            "Identity": "landmarks",
            "Identity_1": "presence",
            "Identity_3": "heatmap",
            "Identity_4": "world",
        },
        tolerance={"landmarks": 0.05, "presence": 1e-3, "heatmap": 0.05, "world": 1e-3},
        card=LANDMARK_CARD,
    ),
    Network(
        name="face_detection_v1",
        source="face_detection/face_detection_short_range.tflite",
        input="input",
        size=128,
        scale=2.0 / 255.0,
        shift=-1.0,
        outputs={"regressors": "boxes", "classificators": "scores"},
        tolerance={"boxes": 0.05, "scores": 0.05},
        card=FACE_DETECTION_CARD,
    ),
    Network(
        name="face_landmark_v1",
        source="face_landmark/face_landmark.tflite",
        size=192,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={"conv2d_21": "landmarks", "conv2d_31": "presence"},
        tolerance={"landmarks": 0.05, "presence": 0.01},
        card=FACE_LANDMARK_CARD,
    ),
    Network(
        name="iris_landmark_v1",
        source="iris_landmark/iris_landmark.tflite",
        size=64,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={"output_eyes_contours_and_brows": "contour", "output_iris": "iris"},
        tolerance={"contour": 0.05, "iris": 0.05},
        card=IRIS_CARD,
    ),
    Network(
        name="palm_detection_v1",
        source="palm_detection/palm_detection_full.tflite",
        size=192,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={"Identity": "boxes", "Identity_1": "scores"},
        tolerance={"boxes": 0.05, "scores": 0.05},
        card=PALM_CARD,
    ),
    Network(
        name="hand_landmark_v1",
        source="hand_landmark/hand_landmark_full.tflite",
        size=224,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={
            "Identity": "landmarks",
            "Identity_1": "presence",
            "Identity_2": "handedness",
            "Identity_3": "world",
        },
        tolerance={"landmarks": 0.05, "presence": 1e-3, "handedness": 1e-3, "world": 1e-3},
        card=HAND_CARD,
    ),
)
