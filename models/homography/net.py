"""Homographies of image pairs by looking again and again: a Siamese encoder, correlations, and a least-squares layer
that gives the moves of the four corners (the four-point form of DeTone et al. 2016).

The first look compares cells of 8 pixels over half the image; the ones after it compare cells of 4 pixels nearby, with
B brought onto A by what was found before.
"""

import torch
import torch.nn.functional as F
from torch import nn

from common.layers import conv, initialize
from homography.geometry import tensor_dlt, warp

RIDGE = 3e-4
"""Pulls the corners to rest where nothing is seen; the cells' weights are at most 1 in the mean."""

LEAST_CONTRAST = 0.01
"""Of an image in 0..1: with a smaller deviation it is flat, and is not stretched to 1."""


def normalize(image: torch.Tensor) -> torch.Tensor:
    """Mean 0 and deviation 1 over the image."""
    centred = image - image.mean((2, 3), keepdim=True)
    deviation = centred.square().mean((2, 3), keepdim=True).sqrt()
    return centred / deviation.clamp(min=LEAST_CONTRAST)


def unit(features: torch.Tensor) -> torch.Tensor:
    """Each channel of mean 0 over the image, then each cell of length 1."""
    features = features - features.mean((2, 3), keepdim=True)
    return features / (features.square().sum(1, keepdim=True) + 1e-4).sqrt()


def correlate(a: torch.Tensor, b: torch.Tensor, radius: int) -> torch.Tensor:
    """Unit features (n, c, s, s) to (n, (2 radius + 1) ** 2, s, s): cosines with B's cells around, rows of moves first;
    0 outside of B. As `common.correlation.correlate_by_rows`, of many pairs.
    """
    n, _, s, _ = a.shape
    d, wide = 2 * radius + 1, s + 2 * radius
    rows, padded = a.permute(0, 2, 3, 1), F.pad(b, (radius,) * 4).permute(0, 2, 1, 3)
    bands = []
    for dy in range(d):
        products = torch.matmul(rows, padded[:, dy : dy + s]).reshape(n * s, s * wide)
        bands.append(F.pad(products, (0, s)).view(n, s, s, wide + 1)[..., :d])
    return torch.cat(bands, 3).permute(0, 3, 1, 2)


def solve(matrix: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Gauss and Jordan on (n, k, k), symmetric and positive, as standard operators."""
    k = matrix.shape[1]
    rows = torch.cat([matrix, right], 2)
    for i in range(k):
        pivot = rows[:, i : i + 1] / rows[:, i : i + 1, i : i + 1]
        one = torch.eye(k)[:, i : i + 1]
        rows = rows - (rows[:, :, i : i + 1] - one) * pivot
    return rows[:, :, k:]


class Encoder(nn.Module):
    """(n, 1, size, size) normalised grey to unit features of stride 4 and of stride 8."""

    def __init__(self, widths):
        super().__init__()
        w2, w4, w8 = widths
        self.conv1, self.conv2, self.conv2_1 = conv(1, w2, 5, 2), conv(w2, w4, 3, 2), conv(w4, w4)
        self.fine = nn.Conv2d(w4, w4, 3, 1, 1)
        self.conv3, self.conv3_1 = conv(w4, w8, 3, 2), conv(w8, w8)
        self.coarse = nn.Conv2d(w8, w8, 3, 1, 1)

    def quarter(self, image):
        x = self.conv2_1(self.conv2(self.conv1(normalize(image))))
        return x, unit(self.fine(x))

    def eighth(self, x):
        return unit(self.coarse(self.conv3_1(self.conv3(x))))


class Look(nn.Module):
    """Features of both images to the moves of A's corners in pixels, (n, 4, 2); with what each cell says:
    its own move (n, 2, s, s) in pixels and its weight (n, 1, s, s) in 0..1.
    """

    def __init__(self, size: int, stride: int, radius: int, hidden: int):
        super().__init__()
        self.stride, self.radius = stride, radius
        self.sharpness = nn.Parameter(torch.tensor(2.5))
        d = 2 * radius + 1
        self.squeeze = conv(d * d, hidden, 1)
        self.layers = nn.Sequential(conv(hidden + 4, hidden), conv(hidden, hidden))
        self.last = nn.Conv2d(hidden, 3, 3, 1, 1)
        moves = torch.arange(-radius, radius + 1.0)
        y, x = torch.meshgrid(moves, moves, indexing='ij')
        self.register_buffer('moves', torch.stack([x, y], 0).view(2, -1), persistent=False)
        # A cell's middle lies at a multiple of the stride: all kernels are odd and start at the first pixel.
        at = torch.arange(0.0, size, stride) / (size - 1)
        y, x = torch.meshgrid(at, at, indexing='ij')
        shares = torch.stack([(1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y], -1).view(-1, 4)
        self.register_buffer('shares', shares, persistent=False)

    def forward(self, a, b):
        volume = correlate(a, b, self.radius)
        n, _, h, w = volume.shape
        likely = (volume * self.sharpness.exp()).softmax(1)
        expected = torch.matmul(self.moves, likely.flatten(2)).view(n, 2, h, w)
        best, peak = volume.amax(1, keepdim=True), likely.amax(1, keepdim=True)
        x = torch.cat([self.squeeze(volume), expected / self.radius, best, peak], 1)
        x = self.last(self.layers(x))
        cells = (expected + x[:, :2] * self.radius) * self.stride
        weight = x[:, 2:].sigmoid()
        return self.fit(cells, weight), cells, weight

    def fit(self, cells, weight):
        """The corners' moves whose mixture, bilinear in place, is nearest to the cells' by weighted least squares.

        That is exact for affine maps; the looks that follow put the rest right.
        """
        weight = weight.flatten(2).transpose(1, 2) / len(self.shares)
        weighted = self.shares * weight
        matrix = torch.matmul(weighted.transpose(1, 2), self.shares) + RIDGE * torch.eye(4)
        right = torch.matmul(weighted.transpose(1, 2), cells.flatten(2).transpose(1, 2))
        return solve(matrix, right)


class Net(nn.Module):
    """Two grey images in 0..1, (n, 1, size, size), to homographies from A to B, one a look."""

    def __init__(self, config: dict):
        super().__init__()
        self.size, self.count = config['size'], config['looks']
        self.encoder = Encoder(config['widths'])
        self.coarse = Look(self.size, **config['coarse'], hidden=config['hidden'])
        self.fine = Look(self.size, **config['fine'], hidden=config['hidden'])
        initialize(self)
        for look in (self.coarse, self.fine):
            look.last.weight.data.mul_(0.05)

    def first(self, a, b):
        """What the first look gives."""
        (xa, _), (xb, _) = self.encoder.quarter(a), self.encoder.quarter(b)
        return self.coarse(self.encoder.eighth(xa), self.encoder.eighth(xb))

    def again(self, a, b):
        """What another look gives, of images that nearly fit."""
        return self.fine(self.encoder.quarter(a)[1], self.encoder.quarter(b)[1])

    def forward(self, a, b, looks: int | None = None) -> list[torch.Tensor]:
        """Each look learns from its own result alone: what it is given counts as given."""
        xa, fine_a = self.encoder.quarter(a)
        xb, _ = self.encoder.quarter(b)
        offsets, _, _ = self.coarse(self.encoder.eighth(xa), self.encoder.eighth(xb))
        found = [tensor_dlt(offsets, self.size)]
        for _ in range(1, looks or self.count):
            before = found[-1].detach()
            offsets, _, _ = self.fine(fine_a, self.encoder.quarter(warp(b, before)[0])[1])
            found.append(before @ tensor_dlt(offsets, self.size))
        return found
