"""The regressors of CNNGeometric (Rocco 2017, section 3.3), narrowed: from a correlation volume to a map's numbers."""

import torch
from torch import nn

CELLS = 15
"""Rows and columns of both feature maps; the correlation of a cell has CELLS ** 2 channels."""

OUTPUTS = {'affine': 6, 'homography': 8, 'tps': 18}


def correlate(source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Rocco's order: channel k = row + height * column of the source's cell, at each cell of the target.

    Unit features (n, c, h, w) to (n, h * w, h, w); negative products are dropped and each cell's are of unit length.
    """
    n, c, h, w = source.shape
    columns = source.transpose(2, 3).flatten(2)
    products = torch.einsum('nck,nci->nki', columns, target.flatten(2)).view(n, h * w, h, w).relu()
    return products / (products.square().sum(1, keepdim=True) + 1e-6).sqrt()


def identity(kind: str) -> torch.Tensor:
    """The numbers of the map that moves nothing: a b c d e f of x' = a x + b y + c, y' = d x + e y + f; or the x of
    the corners or of the 3 x 3 control points, row by row, then their y, all in -1..1.
    """
    if kind == 'affine':
        return torch.tensor([1.0, 0, 0, 0, 1, 0])
    line = torch.linspace(-1, 1, 2 if kind == 'homography' else 3)
    y, x = torch.meshgrid(line, line, indexing='ij')
    return torch.cat([x.flatten(), y.flatten()])


class Regressor(nn.Module):
    """(n, CELLS ** 2, CELLS, CELLS) to the numbers of the map from the target's plane to the source's."""

    def __init__(self, kind: str, widths: tuple[int, int] = (64, 48)):
        super().__init__()
        first, second = widths
        self.layers = nn.Sequential(
            nn.Conv2d(CELLS**2, first, 7), nn.BatchNorm2d(first), nn.ReLU(),
            nn.Conv2d(first, second, 5), nn.BatchNorm2d(second), nn.ReLU(),
            nn.Flatten(),
        )
        self.last = nn.Linear(second * (CELLS - 10) ** 2, OUTPUTS[kind])
        self.last.weight.data.mul_(0.1)
        self.last.bias.data.copy_(identity(kind))

    def forward(self, correlation: torch.Tensor) -> torch.Tensor:
        return self.last(self.layers(correlation))
