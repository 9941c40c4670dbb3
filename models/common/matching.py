"""Matching all cells with all cells: the match with its confidence, and the losses that teach it."""

import torch
import torch.nn.functional as F

from common.lookup import grid, in_floats

REACH = 2
"""Cells to each side of the best match that count as the same match."""


def window(at: torch.Tensor, size: int):
    """Positions (..., K) around integer positions of an axis of `size` cells, and which of them lie on it."""
    places = at[..., None] + torch.arange(-REACH, REACH + 1, device=at.device)
    return places.clamp(0, size - 1), (places >= 0) & (places < size)


@torch.no_grad()
def match_globally(logits: torch.Tensor, offset=(0, 0)):
    """Logits (B, h, w, H, W) to flow (B, 2, h, w) in cells and confidence (B, 1, h, w) in 0..1.

    The place is the expectation over the 5 x 5 cells around the best one. The confidence is the probability of that
    window, times the probability that its best cell gives to the 5 x 5 cells around the one that asks. `offset` is from
    the first cell of A to that of B, along x and y.
    """
    n, h, w, rows, columns = logits.shape
    flat = logits.reshape(n, h * w, rows * columns)
    forth, back = torch.softmax(flat, 2), torch.softmax(flat, 1)
    best = flat.argmax(2)
    x, x_in = window(best % columns, columns)
    y, y_in = window(torch.div(best, columns, rounding_mode='floor'), rows)
    inside = (y_in[..., :, None] & x_in[..., None, :]).flatten(2)
    p = forth.gather(2, (y[..., :, None] * columns + x[..., None, :]).flatten(2)) * inside
    mass = p.sum(2)
    along_x = x[..., None, :].expand(-1, -1, x.shape[-1], -1).flatten(2)
    along_y = y[..., :, None].expand(-1, -1, -1, y.shape[-1]).flatten(2)
    place = torch.stack([(p * along_x).sum(2), (p * along_y).sum(2)], 1) / mass[:, None].clamp(min=1e-12)
    flow = place.view(n, 2, h, w) + place.new_tensor(offset)[:, None, None] - grid(h, w, logits.device)
    own = torch.arange(h * w, device=logits.device)
    ox, ox_in = window(own % w, w)
    oy, oy_in = window(torch.div(own, w, rounding_mode='floor'), h)
    askers = (oy[:, :, None] * w + ox[:, None, :]).flatten(1)
    asked = (oy_in[:, :, None] & ox_in[:, None, :]).flatten(1)
    index = askers[None] * (rows * columns) + best[..., None]
    returned = (back.reshape(n, -1).gather(1, index.flatten(1)).view(n, h * w, -1) * asked).sum(2)
    return flow, (mass * returned).view(n, 1, h, w)


def surroundings(flow: torch.Tensor, confidence: torch.Tensor) -> torch.Tensor:
    """The mean of the matches around each cell, weighted by their confidence."""
    mean = lambda t: F.avg_pool2d(F.avg_pool2d(t, 5, 1, 2), 5, 1, 2)
    return mean(flow * confidence) / (mean(confidence) + 1e-3)


def dominant(flow: torch.Tensor, confidence: torch.Tensor, rounds: int = 6) -> torch.Tensor:
    """The affine motion that most of the sure matches share, (B, 2, h, w): iteratively reweighted least squares.

    It starts from the weighted medians. The residual that counts for a quarter falls from 2 cells to 1/2.
    """
    n, _, h, w = flow.shape
    place = grid(h, w, flow.device).flatten(1)
    x = torch.cat([torch.ones_like(place[:1]), (place - place.mean(1, keepdim=True)) / max(h, w)])
    flow, confidence = flow.flatten(2), confidence.flatten(1)
    ridge = torch.diag(flow.new_tensor([1e-6, 1e-3, 1e-3]))
    model = torch.cat([weighted_median(flow, confidence), flow.new_zeros(n, 2, 2)], 2)
    with in_floats(flow):
        for i in range(rounds):
            scale = max(0.5, 2 / (i + 1))
            residual = (flow - model @ x).square().sum(1)
            weight = confidence / (1 + residual / scale**2) ** 2
            left = torch.einsum('ic,nc,jc->nij', x, weight, x) + ridge
            right = torch.einsum('ic,nc,nkc->nik', x, weight, flow)
            model = torch.linalg.solve(left, right).transpose(1, 2)
        return (model @ x).view(n, 2, h, w)


def weighted_median(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Of values (B, K, N) with weights (B, N), the first beyond which lies half of the weight: (B, K, 1)."""
    order = values.argsort(2)
    mass = weight[:, None].expand_as(values).gather(2, order).cumsum(2)
    at = (mass < 0.5 * mass[..., -1:]).sum(2, keepdim=True).clamp(max=values.shape[2] - 1)
    return values.gather(2, order).gather(2, at)


def choose(flows: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """Of candidates (B, K, 2, h, w) the one that scores (B, K, h, w) highest in each cell."""
    best = scores.argmax(1, keepdim=True)[:, :, None].expand(-1, -1, 2, -1, -1)
    return flows.gather(1, best)[:, 0]


def choice_loss(flows, scores, truth):
    """Of scores (B, K, h, w) against how near the candidates (B, K, 2, h, w) are to the truth (B, 2, h, w), in cells.

    The cross-entropy with shares that fall with the cube of the error, and the error to be expected of a choice by lot.
    """
    error = (flows - truth[:, None]).square().sum(2).sqrt()
    wanted = (error + 0.05) ** -3
    wanted = wanted / wanted.sum(1, keepdim=True)
    log_p = torch.log_softmax(scores, 1)
    regret = (log_p.exp() * (error - error.amin(1, keepdim=True)).clamp(max=4)).sum(1)
    return regret.mean() - 0.3 * (log_p * wanted).sum(1).mean()


def shares(at: torch.Tensor):
    """The four cells around positions (B, 2, ...) and the share of each: yields (x, y, share)."""
    low = at.floor()
    fx, fy = (at - low).unbind(1)
    x, y = low.long().unbind(1)
    for dy in (0, 1):
        for dx in (0, 1):
            yield x + dx, y + dy, (fx if dx else 1 - fx) * (fy if dy else 1 - fy)


def cross_entropy(log_p, at, usable, height: int, width: int):
    """log_p (B, height * width, h, w) against positions `at` (B, 2, h, w), each shared by its four nearest cells."""
    inside = usable & (at >= 0).all(1) & (at[:, 0] <= width - 1.001) & (at[:, 1] <= height - 1.001)
    at = torch.where(inside[:, None], at, torch.zeros_like(at))
    total = 0
    for x, y, share in shares(at):
        total = total - share * log_p.gather(1, (y * width + x)[:, None])[:, 0]
    return (total * inside).sum() / inside.sum().clamp(min=1)


def global_loss(logits, flow, gone):
    """Of logits (B, h, w, h, w) against flow (B, 2, h, w) in cells; `gone` (B, 1, h, w) marks cells without a match."""
    n, h, w = logits.shape[:3]
    log_p = torch.log_softmax(logits.reshape(n, h, w, h * w), 3).permute(0, 3, 1, 2)
    return cross_entropy(log_p, flow + grid(h, w, flow.device), gone[:, 0] < 0.5, h, w)


def local_loss(logits, rest, gone, radius: int):
    """Of logits (B, D * D, h, w) against the rest of the flow (B, 2, h, w), in cells from the window's middle."""
    d = 2 * radius + 1
    return cross_entropy(torch.log_softmax(logits, 1), rest + radius, gone[:, 0] < 0.5, d, d)
