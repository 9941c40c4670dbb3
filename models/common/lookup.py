"""Correlations looked up around a flow (RAFT, Teed and Deng 2020, section 3.2), one level, FlowNet's order of channels."""

import torch
import torch.nn.functional as F


def in_floats(t: torch.Tensor):
    """Where training is in bfloat16: eight bits of a product are too few to tell matches apart."""
    return torch.autocast(t.device.type, enabled=False)


def all_pairs(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(B, C, h, w) and (B, C, h', w') to the products of all cells (B, h, w, h', w'): of A first."""
    n, _, h, w = a.shape
    with in_floats(a):
        return torch.bmm(a.flatten(2).transpose(1, 2), b.flatten(2)).view(n, h, w, *b.shape[2:])


def grid(h: int, w: int, device) -> torch.Tensor:
    """Own place of every cell, (2, h, w): x, y."""
    y, x = torch.meshgrid(torch.arange(h, device=device), torch.arange(w, device=device), indexing='ij')
    return torch.stack([x, y]).float()


def lookup(volume: torch.Tensor, flow: torch.Tensor, radius: int, factor: int = 1) -> torch.Tensor:
    """From all products (B, h, w, h', w') those around x + u, y + v, bilinear, (B, D * D, h, w): dy slow, dx fast.

    flow (B, 2, h, w) in cells of A; no gradient reaches it. `factor` cells of A are one of B, and so are the steps of
    the window. What lies outside B counts as zero.
    """
    n, h, w, rows, columns = volume.shape
    d = 2 * radius + 1
    at = (flow + grid(h, w, flow.device) + 0.5) / factor - 0.5
    low = at.floor()
    fraction = (at - low).permute(0, 2, 3, 1).reshape(n, h * w, 2)
    offset = torch.arange(-radius, radius + 2, device=flow.device)
    low = low.clamp(-1e4, 1e4).long().permute(0, 2, 3, 1).reshape(n, h * w, 2)
    x, y = low[..., :1] + offset, low[..., 1:] + offset
    inside = ((y >= 0) & (y < rows))[..., :, None] & ((x >= 0) & (x < columns))[..., None, :]
    index = y.clamp(0, rows - 1)[..., :, None] * columns + x.clamp(0, columns - 1)[..., None, :]
    cells = volume.reshape(n, h * w, rows * columns).gather(2, index.flatten(2)).view(n, h * w, d + 1, d + 1) * inside
    fx, fy = fraction[..., 0, None, None], fraction[..., 1, None, None]
    rows = torch.lerp(cells[..., :-1], cells[..., 1:], fx)
    window = torch.lerp(rows[..., :-1, :], rows[..., 1:, :], fy)
    return window.reshape(n, h, w, d * d).permute(0, 3, 1, 2).contiguous()


def coarsen(features: torch.Tensor, factor: int) -> torch.Tensor:
    """The mean of squares of cells; those at the right and bottom edge may be smaller."""
    return features if factor == 1 else F.avg_pool2d(features, factor, ceil_mode=True, count_include_pad=False)


def look_up(a: torch.Tensor, b: torch.Tensor, flow: torch.Tensor, radius: int, factors=(1,)) -> torch.Tensor:
    """Correlations of features (B, C, h, w) around the flow in B coarsened by each factor, the channels joined."""
    return torch.cat([look_up_one(a, coarsen(b, f), flow, radius, f) for f in factors], 1)


def look_up_one(a, b, flow, radius, factor):
    """By what is quickest on the device."""
    if a.device.type != 'cpu':
        return lookup(all_pairs(a, b), flow, radius, factor)
    from common.lookup_cpu import lookup_on_cpu

    return lookup_on_cpu(a, b, flow, radius, factor)
