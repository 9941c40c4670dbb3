"""Maps of cells matched and fitted window by window, as the library does (`src/flow/network/match-windows.ts`).

Of few cells fewer look alike by chance, and one motion is shared by few better than by all.
"""

import math

import torch

from common.lookup import all_pairs
from common.matching import dominant, match_globally

MATCHED, MARGIN = 16, 4
"""Longest side of a window of A that is matched, in cells, and how much farther to each side its window of B goes."""

SHARED = 48
"""Longest side, in cells, of what shares one motion."""


def spans(length: int, side: int):
    """Starts and ends of stretches of an axis: as few as can be, overlapping by a quarter or more."""
    if length <= side:
        return [(0, length)]
    overlap = math.ceil(side / 4)
    count = math.ceil((length - overlap) / (side - overlap))
    span = math.ceil((length + (count - 1) * overlap) / count)
    starts = [i * (length - span) // (count - 1) for i in range(count)]
    return [(start, min(start + span, length)) for start in starts]


def weights(stretches):
    """One row a stretch, summing to 1 along the axis: each rises over the middle quarter of its overlaps."""
    out = torch.zeros(len(stretches), stretches[-1][1])
    for i, (start, end) in enumerate(stretches):
        place = torch.arange(end - start) + 0.5
        before = stretches[i - 1][1] - start if i else 0
        after = end - stretches[i + 1][0] if i + 1 < len(stretches) else 0
        out[i, start:end] = rise(place, before) * rise(end - start - place, after)
    return out / out.sum(0)


def rise(distance, overlap: int):
    if overlap == 0:
        return torch.ones_like(distance)
    t = (4 * distance / overlap - 1.5).clamp(0, 1)
    return t * t * (3 - 2 * t)


def windows(height: int, width: int, side: int):
    """Yields slices of rows and of columns, and the window's weights (height, width) on the whole, 0 outside of it."""
    rows, columns = spans(height, side), spans(width, side)
    for (top, bottom), of_rows in zip(rows, weights(rows)):
        for (left, right), of_columns in zip(columns, weights(columns)):
            yield slice(top, bottom), slice(left, right), of_rows[:, None] * of_columns


def dominant_in_windows(flow, confidence):
    """`dominant` of flow (B, 2, h, w) by confidence (B, 1, h, w), each window of a large map by itself, blended."""
    total = torch.zeros_like(flow)
    for rows, columns, weight in windows(*flow.shape[2:], SHARED):
        own = dominant(flow[..., rows, columns], confidence[..., rows, columns])
        total[..., rows, columns] += own * weight[rows, columns].to(flow.device)
    return total


@torch.no_grad()
def match_in_windows(a, b, sharpness, before=None):
    """Features (B, C, h, w) to flow (B, 2, h, w) in cells and confidence (B, 1, h, w).

    Where an earlier pass has found `before` (B, 2, h, w), in cells, each window of A meets a larger one of B, about
    where that mostly leads; of overlapping windows a cell is taken from the one that has most weight there.
    """
    n, _, h, w = a.shape
    if before is None or max(h, w) <= MATCHED:
        return match_globally(all_pairs(a, b) * sharpness)
    flow, confidence = torch.zeros_like(before), before.new_zeros(n, 1, h, w)
    for k in range(n):
        one, heaviest = slice(k, k + 1), torch.zeros(h, w, device=a.device)
        for rows, columns, weight in windows(h, w, MATCHED):
            middle = before[k, :, rows, columns].flatten(1)
            u, v = middle.sort(1).values[:, middle.shape[1] // 2].tolist()
            top = follow(rows, v, h)
            left = follow(columns, u, w)
            found, sure = match_globally(
                all_pairs(a[one, :, rows, columns], b[one, :, top, left]) * sharpness,
                (left.start - columns.start, top.start - rows.start),
            )
            part = weight.to(a.device)[rows, columns]
            better = part > heaviest[rows, columns]
            flow[one, :, rows, columns] = torch.where(better, found, flow[one, :, rows, columns])
            confidence[one, :, rows, columns] = torch.where(better, sure, confidence[one, :, rows, columns])
            heaviest[rows, columns] = torch.where(better, part, heaviest[rows, columns])
    return flow, confidence


def follow(window: slice, motion: float, size: int) -> slice:
    """The window of B along one axis: moved by the motion and enlarged by the margin, as far as the map goes.

    At the map's border it stays unless the motion leads far inwards: what it would leave behind no other window sees.
    """
    length = window.stop - window.start
    if (window.start == 0 and motion > 0) or (window.stop == size and motion < 0):
        motion = math.copysign(max(abs(motion) - length / 8, 0), motion)
    place = min(max(window.start + motion, 0), size - length)
    start = window.start + math.floor(place - window.start + 0.5)
    wide = min(length + 2 * MARGIN, size)
    start = min(max(start - MARGIN, 0), size - wide)
    return slice(start, start + wide)
