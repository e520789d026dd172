"""Where the skin lies: in any modality, through noise, whatever way the slices run."""

import numpy as np
import pytest

from phivet.models.faces_surface import (
    SKIN_HU,
    along_the_patient,
    averaged,
    block,
    is_hounsfield,
    skin_level,
    turned,
    turns,
)


def test_fine_voxels_are_averaged_while_the_slices_come() -> None:
    fine = np.random.default_rng(0).normal(0, 1, (9, 8, 12)).astype(np.float32)
    coarse, spacing = averaged(iter(fine), (9, 8, 12), (0.75, 0.4, 0.5))
    assert coarse.shape == (4, 2, 4)
    assert spacing == pytest.approx((1.5, 1.6, 1.5))
    assert coarse[0, 0, 0] == pytest.approx(fine[:2, :4, :3].mean(), abs=1e-6)


def test_voxels_that_are_no_number_are_air() -> None:
    coarse, _ = averaged(iter(np.full((2, 3, 3), np.nan, np.float32)), (2, 3, 3), (2, 2, 2))
    assert not coarse.any()


def test_hounsfield_units_have_a_skin_of_their_own(bodies) -> None:
    head = bodies.head(air=-1000, tissue=40, noise=20)
    assert is_hounsfield(head, "CT")
    assert skin_level(head, "CT") == SKIN_HU
    assert not is_hounsfield(bodies.head(), "MR")


@pytest.mark.parametrize("noise", [0, 20, 60])
def test_elsewhere_the_skin_lies_between_the_noise_and_the_tissue(bodies, noise: float) -> None:
    assert 3 * noise < skin_level(np.abs(bodies.head(noise=noise)), "MR") < 500


def test_an_empty_volume_has_no_skin() -> None:
    assert skin_level(np.zeros((9, 9, 9), np.float32), "MR") == 0


def test_a_block_lies_along_the_patient_however_its_slices_ran(bodies) -> None:
    head = bodies.head()[::2, ::2, ::2]
    plain, step = along_the_patient(head, (5, 5, 5), bodies.axes)
    turned_axes = (bodies.axes[1], tuple(-each for each in bodies.axes[2]), bodies.axes[0])
    other, again = along_the_patient(head.transpose(1, 2, 0)[:, ::-1], (5, 5, 5), turned_axes)
    assert (other.shape, again) == (plain.shape, step)
    np.testing.assert_allclose(other, plain, atol=1)


def test_a_sheared_volume_is_straightened() -> None:
    tilt = 0.3
    axes = ((0.0, 0.0, 1.0), (0.0, float(np.cos(tilt)), float(np.sin(tilt))), (1.0, 0.0, 0.0))
    z, y, x = np.mgrid[0:20, 0:20, 0:20] * 4.0
    ball = (x - 38) ** 2 + (y * np.cos(tilt) - 38) ** 2 + (z + y * np.sin(tilt) - 50) ** 2 < 30**2
    straight, step = along_the_patient(ball.astype(np.float32), (4, 4, 4), axes)
    extents = [np.ptp(where) * step for where in np.nonzero(straight > 0.5)]
    assert extents == pytest.approx([58, 58, 58], abs=6)


def test_what_does_not_hang_together_with_the_largest_thing_is_air(bodies) -> None:
    head = bodies.head()
    head[:6, :6, :6] = 900
    solid = block(head, (2.5, 2.5, 2.5), bodies.axes, "MR")
    assert (solid.voxels[:5, :5, :5] < solid.skin).all()
    assert (solid.voxels > solid.skin).mean() > 0.2


def test_a_box_is_turned_in_24_ways(bodies) -> None:
    solid = block(bodies.phantom(), (4, 3, 3), None, "CT")
    shapes = {turned(solid, *way).voxels.shape for way in turns()}
    assert len(list(turns())) == 24
    assert len(shapes) == 3
