"""Homographies in four-point form, differentiably: the tensor DLT and the spatial transformer of Nguyen et al. 2018.

Pixels of a square image of `size`, corners at 0 and size - 1, from the top left one clockwise: the library's
`tensorDlt` has the same order.
"""

import torch
import torch.nn.functional as F


def corners(size: int) -> torch.Tensor:
    """(4, 2), x and y."""
    last = size - 1.0
    return torch.tensor([[0.0, 0.0], [last, 0.0], [last, last], [0.0, last]])


def tensor_dlt(offsets: torch.Tensor, size: int) -> torch.Tensor:
    """(n, 4, 2) moves of the corners in pixels to (n, 3, 3) of last element 1."""
    start = corners(size).to(offsets) / size
    moved = start + offsets / size
    rows, values = [], []
    for k in range(4):
        x, y = (v.expand(len(offsets)) for v in start[k])
        u, v = moved[:, k].unbind(1)
        one, zero = torch.ones_like(u), torch.zeros_like(u)
        rows += [torch.stack([x, y, one, zero, zero, zero, -u * x, -u * y], 1)]
        rows += [torch.stack([zero, zero, zero, x, y, one, -v * x, -v * y], 1)]
        values += [u, v]
    h = torch.linalg.solve(torch.stack(rows, 1), torch.stack(values, 1))
    matrix = torch.cat([h, torch.ones_like(h[:, :1])], 1).view(-1, 3, 3)
    scale = torch.tensor([1.0 / size, 1.0 / size, 1.0]).to(h)
    return matrix * scale / scale[:, None]


def move(matrix: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """Points (..., 2) of any number through (n, 3, 3): (n, points, 2). Behind the horizon they are far away."""
    points = points.reshape(-1, 2).to(matrix)
    homogeneous = torch.cat([points, torch.ones_like(points[:, :1])], 1) @ matrix.transpose(1, 2)
    weight = homogeneous[..., 2:]
    return homogeneous[..., :2] / torch.where(weight > 1e-3, weight, torch.full_like(weight, 1e-3))


def pixels(height: int, width: int) -> torch.Tensor:
    """(height * width, 2)."""
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing='ij')
    return torch.stack([x, y], -1).view(-1, 2)


def sample(image: torch.Tensor, places: torch.Tensor, shape) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, c, h, w) at (n, points, 2) in pixels: values (n, c, *shape), and (n, 1, *shape) 1 where inside, else 0."""
    size = torch.tensor([image.shape[3] - 1.0, image.shape[2] - 1.0]).to(places)
    grid = (2 * places / size - 1).view(len(places), *shape, 2)
    inside = ((grid >= -1) & (grid <= 1)).all(-1)[:, None].float()
    return F.grid_sample(image, grid.clamp(-2, 2), padding_mode='border', align_corners=True), inside


def warp(image: torch.Tensor, matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """B as A's grid sees it, with `matrix` from A to B, and where it does."""
    shape = image.shape[2:]
    return sample(image, move(matrix, pixels(*shape)), shape)


def corner_error(found: torch.Tensor, truth: torch.Tensor, size: int) -> torch.Tensor:
    """(n,): mean distance of A's corners by both, in pixels of B."""
    return (move(found, corners(size)) - move(truth, corners(size))).norm(dim=-1).mean(1)
