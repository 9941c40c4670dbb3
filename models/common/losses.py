"""Losses of flow networks. All take residual flow: what a pass should add to the flow before it."""

import torch
import torch.nn.functional as F

LEVEL_WEIGHTS = (1.0, 0.4, 0.2, 0.1, 0.1)
"""Of the flows at 1/4, 1/8, 1/16, 1/32, 1/64."""


def end_point_error(flow, truth):
    """(B, 2, H, W) twice to (B, H, W), pixels."""
    return torch.sqrt(((flow - truth) ** 2).sum(1) + 1e-4)


def multiscale_loss(flows, truth):
    """The end-point error at every level (Dosovitskiy 2015, section 4), against the truth averaged to that level.

    The flows may reach further right and down than the truth: they belong to padded images.
    """
    total = 0
    for level, (flow, weight) in enumerate(zip(flows, LEVEL_WEIGHTS)):
        stride = 4 << level
        if min(truth.shape[-2:]) < stride:
            break
        mean = F.avg_pool2d(truth, stride)
        h, w = mean.shape[-2:]
        total = total + weight * end_point_error(flow[..., :h, :w], mean).mean()
    return total


def matching_loss(logits, truth, hidden, radius: int, stride: int = 8):
    """Cross-entropy of the correlations against the true displacement, its weight shared by the four nearest cells.

    logits (B, D * D, h, w); truth (B, 2, H, W) in pixels; hidden (B, 1, H, W) marks pixels without a match.
    """
    d, middle = 2 * radius + 1, stride // 2
    h, w = truth.shape[-2] // stride, truth.shape[-1] // stride
    logits = logits[..., :h, :w]
    at = truth[..., middle::stride, middle::stride][..., :h, :w] / stride + radius
    seen = ~hidden[:, 0, middle::stride, middle::stride][..., :h, :w]
    low = at.floor()
    inside = seen & (low >= 0).all(1) & (low <= d - 2).all(1)
    low_x, low_y = low[:, 0].clamp(0, d - 2).long(), low[:, 1].clamp(0, d - 2).long()
    fx, fy = at[:, 0] - low[:, 0], at[:, 1] - low[:, 1]
    log_p = torch.log_softmax(logits, 1)
    total = 0
    for dy in (0, 1):
        for dx in (0, 1):
            share = (fx if dx else 1 - fx) * (fy if dy else 1 - fy)
            picked = log_p.gather(1, ((low_y + dy) * d + low_x + dx)[:, None])[:, 0]
            total = total - share * picked
    return (total * inside).sum() / inside.sum().clamp(min=1)


def hidden_loss(logits, hidden):
    """Binary cross-entropy of being hidden, (B, 1, H, W) twice: logits, and 0..1."""
    return F.binary_cross_entropy_with_logits(logits, hidden)
