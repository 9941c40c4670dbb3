"""The networks of Zagoruyko and Komodakis 2015 that score two patches: their topologies, narrowed.

Grey patches (N, 1, 64, 64) in 0..1 in, score (N,) out, larger where they show the same place. Each patch loses its mean
first, as in the paper; nothing is padded. `config['topology']` names the network, `config['widths']` its layers.
"""

import torch
import torch.nn.functional as F
from torch import nn


def stack(channels: int, *layers) -> nn.Sequential:
    """(width, kernel, stride) is a convolution with its ReLU, 'pool' halves, 'linear' takes the ReLU before it away."""
    out = []
    for layer in layers:
        if layer == 'pool':
            out.append(nn.MaxPool2d(2))
        elif layer == 'linear':
            out.pop()
        else:
            width, kernel, stride = layer
            out += [nn.Conv2d(channels, width, kernel, stride), nn.ReLU()]
            channels = width
    return nn.Sequential(*out)


def single(channels: int, w) -> nn.Sequential:
    """The branch of siam and 2ch, 64 x 64 to 1 x 1 (paper, section 3.1 and 4: C(96,7,3) P C(192,5,1) P C(256,3,1))."""
    return stack(channels, (w[0], 7, 3), 'pool', (w[1], 5, 1), 'pool', (w[2], 3, 1))


def deep_stream(channels: int, w) -> nn.Sequential:
    """A stream of 2ch2stream, 32 x 32 to 2 x 2 (C(96,5,1) P C(96,3,1) P C(192,3,1) C(192,3,1))."""
    return stack(channels, (w[0], 5, 1), 'pool', (w[1], 3, 1), 'pool', (w[2], 3, 1), (w[3], 3, 1))


def short_stream(channels: int, w) -> nn.Sequential:
    """A stream of siam2stream, 32 x 32 to 1 x 1 (C(96,4,2) P C(192,3,1) C(256,3,1) C(256,3,1) without its ReLU)."""
    return stack(channels, (w[0], 4, 2), 'pool', (w[1], 3, 1), (w[2], 3, 1), (w[3], 3, 1), 'linear')


def decide(inputs: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 1))


def standardise(x):
    """The patch without its mean, as in the paper, and over its spread, which spares the network to learn contrast."""
    x = x - x.mean((2, 3), keepdim=True)
    # Once more: runtimes that round the mean of a flat patch leave what the division would blow up.
    x = x - x.mean((2, 3), keepdim=True)
    return x / (x.square().mean((2, 3), keepdim=True).sqrt() + 0.01)


def surround(x):
    """All of a 64 x 64 patch at half its resolution."""
    return F.avg_pool2d(x, 2)


def middle(x):
    """The central 32 x 32 of a 64 x 64 patch."""
    return x[..., 16:48, 16:48]


class TwoStreams(nn.Module):
    """The centre at full resolution and its surround at half, by streams of their own (paper, section 3.2)."""

    def __init__(self, stream, channels: int, widths):
        super().__init__()
        self.centre, self.surround = stream(channels, widths), stream(channels, widths)

    def forward(self, x):
        return torch.cat([self.centre(middle(x)).flatten(1), self.surround(surround(x)).flatten(1)], 1)


class Flat(nn.Module):
    def __init__(self, branch):
        super().__init__()
        self.branch = branch

    def forward(self, x):
        return self.branch(x).flatten(1)


class SpatialPyramid(nn.Module):
    """Convolutions, then maxima over 4 x 4, 2 x 2 and 1 x 1 cells of whatever map they give: any patch size (section
    3.2, SPP).
    """

    CELLS = (4, 2, 1)

    def __init__(self, w):
        super().__init__()
        self.trunk = stack(1, (w[0], 7, 3), 'pool', (w[1], 5, 1), (w[2], 3, 1))

    def forward(self, x):
        x = self.trunk(x)
        return torch.cat([pool_cells(x, cells).flatten(1) for cells in self.CELLS], 1)


def pool_cells(x, cells: int):
    """Maxima over cells x cells parts of a map (at least 4 x 4), by fixed windows so that ONNX can express them for
    any size.
    """
    rows = [x[:, :, *window].amax((2, 3)) for window in windows(x.shape[2], x.shape[3], cells)]
    return torch.stack(rows, 2)


def windows(height, width, cells: int):
    for i in range(cells):
        for j in range(cells):
            yield (
                slice(height * i // cells, (height * (i + 1) + cells - 1) // cells),
                slice(width * j // cells, (width * (j + 1) + cells - 1) // cells),
            )


class Siamese(nn.Module):
    """Two branches, shared or not, and a decision on both descriptions.

    With shared branches the score is the mean over both orders, which makes it symmetric; the paper leaves that to
    training.
    """

    def __init__(self, make_branch, length: int, hidden: int, shared: bool):
        super().__init__()
        self.shared = shared
        self.branch = make_branch()
        self.other = self.branch if shared else make_branch()
        self.top = decide(2 * length, hidden)

    def decision(self, a, b):
        score = self.top(torch.cat([a, b], 1))
        if self.shared:
            score = (score + self.top(torch.cat([b, a], 1))) / 2
        return score[:, 0]

    def describe(self, a, b):
        return self.branch(standardise(a)), self.other(standardise(b))

    def forward(self, a, b):
        return self.decision(*self.describe(a, b))


class TwoChannel(nn.Module):
    """Both patches as the channels of one image: there is no descriptor (paper, section 3.1)."""

    def __init__(self, trunk, length: int, hidden: int):
        super().__init__()
        self.trunk, self.top = trunk, decide(length, hidden)

    def forward(self, a, b):
        return self.top(self.trunk(torch.cat([standardise(a), standardise(b)], 1)).flatten(1))[:, 0]


def build_topology(config: dict) -> nn.Module:
    w, hidden = config['widths'], config['hidden']
    match config['topology']:
        case 'siam':
            return Siamese(lambda: Flat(single(1, w)), w[2], hidden, shared=True)
        case 'pseudo-siam':
            return Siamese(lambda: Flat(single(1, w)), w[2], hidden, shared=False)
        case 'siam2stream':
            return Siamese(lambda: TwoStreams(short_stream, 1, w), 2 * w[3], hidden, shared=True)
        case 'siam-spp':
            return Siamese(lambda: SpatialPyramid(w), 21 * w[2], hidden, shared=True)
        case '2ch':
            return TwoChannel(single(2, w), w[2], hidden)
        case '2ch2stream':
            return TwoChannel(TwoStreams(deep_stream, 2, w), 8 * w[3], hidden)
    raise ValueError(f'Expected a topology of Zagoruyko and Komodakis but received {config["topology"]}')


class Net(nn.Module):
    """A network of the family by its configuration."""

    def __init__(self, config: dict):
        super().__init__()
        self.net = build_topology(config)
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
                nn.init.zeros_(module.bias)

    def forward(self, a, b):
        return self.net(a, b)
