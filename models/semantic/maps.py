"""Maps of the plane -1..1 by the numbers that the regressors give, differentiable, and their grid loss (Rocco 2017)."""

import torch

from semantic.net import identity


def grid(count: int = 20) -> torch.Tensor:
    """(count ** 2, 2): points that fill the plane."""
    line = torch.linspace(-1, 1, count)
    y, x = torch.meshgrid(line, line, indexing='ij')
    return torch.stack([x.flatten(), y.flatten()], 1)


def bend(squared: torch.Tensor) -> torch.Tensor:
    return squared * torch.log(squared.clamp_min(1e-9))


def spline_inverse() -> torch.Tensor:
    """(12, 9): from where the 3 x 3 controls go to the weights and the affine part of the spline."""
    controls = identity('tps').view(2, 9).T.double()
    kernel = bend((controls[:, None] - controls[None]).square().sum(-1))
    ones = torch.cat([torch.ones(9, 1, dtype=torch.float64), controls], 1)
    system = torch.cat([torch.cat([kernel, ones], 1), torch.cat([ones.T, torch.zeros(3, 3, dtype=torch.float64)], 1)])
    return torch.linalg.inv(system)[:, :9].float()


SPLINE = spline_inverse()


def apply_affine(theta, points):
    matrix = theta.view(-1, 2, 3)
    return torch.einsum('nij,...pj->npi', matrix[:, :, :2], points) + matrix[:, None, :, 2]


def apply_homography(theta, points):
    """Four corners (upper left, upper right, lower left, lower right) to a map of the unit square's points."""
    x0, x1, x2, x3, y0, y1, y2, y3 = theta.unbind(1)
    # Heckbert 1989: square (u, v) to quadrilateral, corners in the order 00, 10, 11, 01.
    dx1, dx2, sx = x1 - x3, x2 - x3, x0 - x1 + x3 - x2
    dy1, dy2, sy = y1 - y3, y2 - y3, y0 - y1 + y3 - y2
    det = dx1 * dy2 - dx2 * dy1
    det = torch.where(det.abs() < 1e-3, torch.full_like(det, 1e-3), det)
    g, h = (sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det
    a, b, d, e = x1 - x0 + g * x1, x2 - x0 + h * x2, y1 - y0 + g * y1, y2 - y0 + h * y2
    u, v = ((points + 1) / 2).unbind(-1)
    w = (g[:, None] * u + h[:, None] * v + 1).clamp_min(0.05)
    return torch.stack([(a[:, None] * u + b[:, None] * v + x0[:, None]) / w,
                        (d[:, None] * u + e[:, None] * v + y0[:, None]) / w], -1)


def apply_tps(theta, points):
    controls = identity('tps').view(2, 9).T
    terms = bend((points[..., None, :] - controls).square().sum(-1))
    terms = torch.cat([terms, torch.ones_like(points[..., :1]), points], -1)
    weights = torch.einsum('kc,nac->nka', SPLINE, theta.view(-1, 2, 9))
    return terms @ weights


APPLY = {'affine': apply_affine, 'homography': apply_homography, 'tps': apply_tps}


def grid_loss(kind, theta, truth, points):
    """Mean squared distance between where the map takes the points and where they belong."""
    return (APPLY[kind](theta, points) - truth).square().sum(-1).mean()


def grid_error(kind, theta, truth, points):
    """Mean distance in shares of the image's side."""
    return (APPLY[kind](theta, points) - truth).norm(dim=-1).mean(-1) / 2
