"""A head as simple as can be: an egg with a nose, and points where eyes, mouth and chin would be."""

import numpy as np
import trimesh

from phivet.datasets.faces_people import Person, Surface


def a_person(name: str = "test-0", age: float = 0.5) -> Person:
    """An egg 150 x 190 x 230 mm whose nose points to the front."""
    ball = trimesh.creation.icosphere(subdivisions=4)
    points = np.asarray(ball.vertices, np.float32) * np.array((75, 95, 115), np.float32)
    nose = np.exp(-((points[:, 0] / 14) ** 2) - ((points[:, 2] + 15) / 18) ** 2) * (points[:, 1] < 0)
    points[:, 1] -= (25 * nose).astype(np.float32)
    marks = {
        "left_eye": (31, -72, 15),
        "right_eye": (-31, -72, 15),
        "nose": (0, -118, -15),
        "mouth": (0, -82, -50),
        "chin": (0, -65, -75),
        "brow": (0, -88, 35),
    }
    skin = Surface(points, np.asarray(ball.faces, np.int32))
    return Person(name, age, skin, **{mark: np.array(at, np.float32) for mark, at in marks.items()})
