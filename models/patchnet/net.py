"""The descriptor of a grey patch: five convolutions without padding, 32 x 32 to a 128-vector of unit length.

The plan is that of L2-Net and HardNet (Tian 2017, Mishchuk 2017) with strides that come early and no padding, for
speed. It has no biases and its filters sum to zero, so the network of g x + c is g times the
network of x, and the unit vector is that of x. Patches need no normalisation, and the same convolutions run over a
whole image give every location exactly the descriptor of its patch, which a network that normalises each patch
cannot do.
"""

import copy

import torch.nn.functional as F
from torch import nn

FLOOR = 1e-5
"""Added to every component before it is brought to unit length: a patch without any contrast is the vector of equal
ones.
"""


class UnitConv(nn.Conv2d):
    """Filters of zero sum and of one length (weight standardisation, Qiao et al. 2019).

    What follows a ReLU is positive, and without the zero sum its mean would drown the differences between patches. The
    length, the square root of 2, keeps the size of signals, half of which a ReLU takes.
    """

    def filters(self):
        weight = self.weight.flatten(1)
        weight = weight - weight.mean(1, keepdim=True)
        return F.normalize(weight, dim=1).view_as(self.weight) * 2**0.5

    def forward(self, x):
        return F.conv2d(x, self.filters(), None, self.stride)

    def plain(self) -> nn.Conv2d:
        """The same as an ordinary convolution, to export."""
        out = nn.Conv2d(self.in_channels, self.out_channels, self.kernel_size, self.stride, bias=False)
        out.weight.data = self.filters().detach().clone()
        return out


class Net(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        layers, channels = [], 1
        for spec in config['layers']:
            conv = UnitConv(channels, spec['width'], spec['kernel'], spec['stride'], bias=False)
            nn.init.orthogonal_(conv.weight)
            layers += [conv, nn.ReLU(inplace=True)]
            channels = spec['width']
        self.trunk = nn.Sequential(*layers[:-1])

    def forward(self, x):
        """Grey images (N, 1, H, W) in 0..1 to unit descriptors (N, 128, (H - 32) // 4 + 1, (W - 32) // 4 + 1) of
        their patches.
        """
        return F.normalize(self.trunk(x) + FLOOR, dim=1)

    def plain(self) -> 'Net':
        """The same network with its filters worked out."""
        out = copy.deepcopy(self)
        out.trunk = nn.Sequential(*(m.plain() if isinstance(m, UnitConv) else m for m in self.trunk))
        return out
