"""Matching all cells with all cells: the match with its confidence, and the losses that teach it."""

import torch
import torch.nn.functional as F

from common.lookup import grid

REACH = 2
"""Cells to each side of the best match that count as the same match."""


def window(at: torch.Tensor, size: int):
    """Positions (..., K) around integer positions of an axis of `size` cells, and which of them lie on it."""
    places = at[..., None] + torch.arange(-REACH, REACH + 1, device=at.device)
    return places.clamp(0, size - 1), (places >= 0) & (places < size)


@torch.no_grad()
def match_globally(logits: torch.Tensor, h: int, w: int):
    """Logits (B, h, w, h, w) to flow (B, 2, h, w) in cells and confidence (B, 1, h, w) in 0..1.

    The place is the expectation over the 5 x 5 cells around the best one. The confidence is the probability of that
    window, times the probability that its best cell gives to the 5 x 5 cells around the one that asks.
    """
    n, cells = logits.shape[0], h * w
    flat = logits.reshape(n, cells, cells)
    forth, back = torch.softmax(flat, 2), torch.softmax(flat, 1)
    best = flat.argmax(2)
    x, x_in = window(best % w, w)
    y, y_in = window(torch.div(best, w, rounding_mode='floor'), h)
    inside = (y_in[..., :, None] & x_in[..., None, :]).flatten(2)
    p = forth.gather(2, (y[..., :, None] * w + x[..., None, :]).flatten(2)) * inside
    mass = p.sum(2)
    along_x = x[..., None, :].expand(-1, -1, x.shape[-1], -1).flatten(2)
    along_y = y[..., :, None].expand(-1, -1, -1, y.shape[-1]).flatten(2)
    place = torch.stack([(p * along_x).sum(2), (p * along_y).sum(2)], 1) / mass[:, None].clamp(min=1e-12)
    flow = place.view(n, 2, h, w) - grid(h, w, logits.device)
    own = torch.arange(cells, device=logits.device)
    ox, ox_in = window(own % w, w)
    oy, oy_in = window(torch.div(own, w, rounding_mode='floor'), h)
    askers = (oy[:, :, None] * w + ox[:, None, :]).flatten(1)
    asked = (oy_in[:, :, None] & ox_in[:, None, :]).flatten(1)
    index = askers[None] * cells + best[..., None]
    returned = (back.reshape(n, -1).gather(1, index.flatten(1)).view(n, cells, -1) * asked).sum(2)
    return flow, (mass * returned).view(n, 1, h, w)


DOUBT = 0.15
"""Confidence that counts for half: a match is a guess among all cells, so even an unsure one says much."""


def fill(flow: torch.Tensor, confidence: torch.Tensor, initial=None) -> torch.Tensor:
    """The match where it is sure; elsewhere `initial`, or else the mean of the sure matches around."""
    if initial is None:
        mean = lambda t: F.avg_pool2d(F.avg_pool2d(t, 5, 1, 2), 5, 1, 2)
        initial = mean(flow * confidence) / (mean(confidence) + 1e-3)
    return torch.lerp(initial, flow, confidence * (1 + DOUBT) / (confidence + DOUBT))


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
