"""What can be made of a volume in which a face was found: its skin, rendered again, for a finding holds no pixels."""

import numpy as np

from phivet.cases.errors import UnreadableError
from phivet.cases.parts import View, Volume
from phivet.models.faces import Faces

_OUTLINE = (255, 81, 72)


def render(volume: Volume) -> View | None:
    """The view of the skin that shows the face best, (H, W, 3) uint8, the face outlined; None where there is none."""
    try:
        seen = Faces().judge(volume)
    except UnreadableError:
        return None
    if seen is None:
        return None
    picture: View = np.repeat(np.asarray(seen.picture, np.uint8)[..., None], 3, axis=-1)
    x0, y0, x1, y1 = seen.box
    picture[y0:y1, [x0, x1 - 1]] = _OUTLINE
    picture[[y0, y1 - 1], x0:x1] = _OUTLINE
    return picture
