"""What can be made of a volume in which a face was found: its skin, rendered again, for a finding holds no pixels."""

from importlib import import_module
from importlib.util import find_spec

import numpy as np

from phivet.cases.errors import UnreadableError
from phivet.cases.parts import View, Volume

_FACES = "phivet.models.faces"
_OUTLINE = (255, 81, 72)


def can_render() -> bool:
    """Whether the detector of faces is there, which renders."""
    return find_spec(_FACES) is not None


def render(volume: Volume) -> View | None:
    """The view of the skin that shows the face best, (H, W, 3) uint8, the face outlined; None where there is none."""
    if not can_render():
        return None
    try:
        seen = import_module(_FACES).Faces().judge(volume)
    except UnreadableError:
        return None
    if seen is None:
        return None
    picture: View = np.repeat(np.asarray(seen.picture, np.uint8)[..., None], 3, axis=-1)
    x0, y0, x1, y1 = seen.box
    picture[y0:y1, [x0, x1 - 1]] = _OUTLINE
    picture[[y0, y1 - 1], x0:x1] = _OUTLINE
    return picture
