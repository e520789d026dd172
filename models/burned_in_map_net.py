"""The network that finds text: convolutions down to a sixteenth and back up to half of a picture's size."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate

FILE = "map.safetensors"
CHANNELS = (12, 24, 48, 64)
"""At a half, a quarter, an eighth and a sixteenth of the picture's size."""
STRIDE = 2
"""Pixels of the picture to one of the output, each way."""
MULTIPLE = 16
"""Pixels that a picture's sides must be a multiple of."""


class Conv(nn.Sequential):
    """A convolution with its batch norm (folded when the network is loaded), and ReLU if `active`."""

    def __init__(
        self, before: int, after: int, size: int, stride: int = 1, groups: int = 1, active: bool = True
    ) -> None:
        conv = nn.Conv2d(before, after, size, stride, size // 2, groups=groups, bias=False)
        super().__init__(conv, nn.BatchNorm2d(after), *([nn.ReLU(inplace=True)] if active else []))


class Block(nn.Module):
    """A wide look at each channel, then a mixing of channels, added to what came in."""

    def __init__(self, channels: int, wider: int) -> None:
        super().__init__()
        self.look = Conv(channels, channels, 5, groups=channels, active=False)
        self.widen = Conv(channels, wider, 1)
        self.narrow = Conv(wider, channels, 1, active=False)

    def forward(self, given: Tensor) -> Tensor:
        mixed: Tensor = self.narrow(self.widen(self.look(given)))
        return mixed.add_(given)


class TextMapNet(nn.Module):
    """(N, 2, H, W) float -> (N, 2, H / 2, W / 2) scores before the sigmoid: a line's core, and all of a line.

    The core is the middle half of a line's height: lines that touch have cores that do not.
    """

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = CHANNELS
        self.first = Conv(2, a, 3, 2)
        self.quarter = nn.Sequential(Conv(a, b, 3, 2), Block(b, b))
        self.eighth = nn.Sequential(Conv(b, c, 3, 2), Block(c, c), Block(c, c))
        self.sixteenth = nn.Sequential(Conv(c, d, 3, 2), Block(d, 2 * d), Block(d, 2 * d))
        self.to_eighth = Conv(d, c, 1, active=False)
        self.at_eighth = Block(c, c)
        self.to_quarter = Conv(c, b, 1, active=False)
        self.at_quarter = Block(b, b)
        self.scores = nn.Conv2d(b, 2 * 4, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        quarter = self.quarter(self.first(pictures))
        eighth = self.eighth(quarter)
        up = interpolate(self.to_eighth(self.sixteenth(eighth)), scale_factor=2.0)
        eighth = self.at_eighth(up.add_(eighth))
        up = interpolate(self.to_quarter(eighth), scale_factor=2.0)
        quarter = self.at_quarter(up.add_(quarter))
        return nn.functional.pixel_shuffle(self.scores(quarter), 2)


def folded(network: TextMapNet) -> TextMapNet:
    """The network with its batch norms in its convolutions, to be used, not trained."""
    network.eval()
    for part in network.modules():
        if isinstance(part, Conv):
            convolution, norm = part[0], part[1]
            assert isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)  # noqa: S101 (for the types)
            part[0] = nn.utils.fuse_conv_bn_eval(convolution, norm)
            del part[1]
    return network


def load(folder: Path) -> TextMapNet:
    """The trained network of `folder`, folded."""
    network = folded(TextMapNet())
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(folder / FILE).items()})
    return network.to(memory_format=torch.channels_last)
