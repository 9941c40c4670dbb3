"""Convex upsampling (RAFT, Teed and Deng 2020, section 3.3)."""

import torch
import torch.nn.functional as F


def upsample_convex(planes: torch.Tensor, logits: torch.Tensor, factor: int) -> torch.Tensor:
    """Planes (B, P, h, w) to (B, P, h * factor, w * factor): each pixel a mean of the 3 x 3 cells around its own.

    logits (B, 9 * factor^2, h, w): the neighbour is slow, then the row and the column within the cell. The edge repeats.
    """
    n, p, h, w = planes.shape
    weights = torch.softmax(logits.view(n, 9, factor * factor, h, w), 1)
    padded = F.pad(planes, (1, 1, 1, 1), mode='replicate')
    out = 0
    for k in range(9):
        y, x = divmod(k, 3)
        out = out + padded[:, :, None, y : y + h, x : x + w] * weights[:, None, k]
    return F.pixel_shuffle(out.reshape(n, p * factor * factor, h, w), factor)
