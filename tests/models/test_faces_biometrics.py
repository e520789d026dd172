"""The back of an eye and the ridges of a finger, and what looks a little like them."""

from typing import Any

import numpy as np
import pytest
from scipy.signal import fftconvolve
from skimage import data as skimage_data

from phivet.cases.findings import Reason
from phivet.models.faces_biometrics import biometrics, fingerprint, fundus

data: Any = skimage_data  # its functions are not typed
Picture = np.ndarray[Any, np.dtype[np.uint8]]


def grown_print(seed: int, side: int = 224, period: float = 9.0, noise: float = 0.0) -> Picture:
    """Ridges grown from noise by filters along a loop's directions (SFinGe: Cappelli, Maio, Maltoni 2000)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    core, delta = rng.uniform(-0.3, 0.1, 2), rng.uniform(0.3, 0.6, 2)
    direction = 0.5 * (np.arctan2(y - core[0], x - core[1]) - np.arctan2(y - delta[0], x - delta[1])) + np.pi / 2
    reach = np.arange(-12, 13)
    v, u = np.meshgrid(reach, reach, indexing="ij")
    angles = np.linspace(0, np.pi, 16, endpoint=False)
    nearest = np.round((direction % np.pi) / np.pi * 16).astype(int) % 16
    ridges = rng.normal(0, 1, (side, side))
    for _ in range(4):
        made = np.empty((16, side, side))
        for index, angle in enumerate(angles):
            across = -u * np.sin(angle) + v * np.cos(angle)
            kernel = np.cos(2 * np.pi * across / period) * np.exp(-(u**2 + v**2) / (2 * (period / 2) ** 2))
            made[index] = fftconvolve(ridges, kernel - kernel.mean(), mode="same")
        ridges = np.tanh(np.take_along_axis(made, nearest[None], axis=0)[0] / made.std() * 3)
    finger = np.hypot(x / 0.75, y / 0.95) < 1
    grey = np.where(finger, 140 - 90 * ridges, 235) + rng.normal(0, noise, (side, side))
    return np.clip(grey, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("period", "noise"), [(6.0, 25), (9.0, 0), (14.0, 0), (14.0, 25)])
def test_a_finger_is_known_by_its_ridges(period: float, noise: float) -> None:
    assert fingerprint(grown_print(1, period=period, noise=noise)) > 0.5


def test_a_finger_in_colour_on_dark_or_larger_is_one_too() -> None:
    ridges = grown_print(2)
    assert fingerprint(np.repeat(255 - ridges[..., None], 3, axis=2)) > 0.5
    assert fingerprint(np.kron(ridges, np.ones((3, 3), np.uint8))) > 0.5


@pytest.mark.parametrize("part", [np.s_[:, :], np.s_[::4, ::4], np.s_[300:1100, 300:1100]])
def test_the_back_of_an_eye_is_known_whole_small_and_cut(part: Any) -> None:
    assert fundus(data.retina()[part]) > 0.5


@pytest.mark.parametrize("turned", [np.s_[::-1], np.s_[:, ::-1]])
def test_the_other_eye_and_a_turned_one_are_known_too(turned: Any) -> None:
    assert fundus(data.retina()[::3, ::3][turned]) > 0.5


@pytest.mark.parametrize(
    "name",
    [
        "astronaut", "brick", "camera", "cell", "chelsea", "checkerboard", "clock", "coffee", "coins", "colorwheel",
        "grass", "gravel", "horse", "hubble_deep_field", "immunohistochemistry", "moon", "page", "rocket",
    ],
)  # fmt: skip
def test_other_pictures_are_neither(name: str) -> None:
    picture = getattr(data, name)()
    picture = picture if picture.dtype == np.uint8 else (picture * 255).astype(np.uint8)
    assert biometrics(picture) == []


def test_straight_stripes_and_grids_are_no_finger() -> None:
    y, x = np.mgrid[:300, :300]
    for stripes in (np.sin(x / 1.4), np.sin(x / 1.4) * np.sin(y / 1.4), np.sin((x + y) / 2)):
        assert fingerprint(np.asarray(127 + 100 * stripes, np.uint8)) < 0.2


def test_each_is_told_by_its_reason() -> None:
    assert [each.reason for each in biometrics(data.retina()[::4, ::4])] == [Reason.FUNDUS]
    assert [each.reason for each in biometrics(grown_print(3))] == [Reason.FINGERPRINT]
