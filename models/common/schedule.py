"""The coarse-to-fine schedule: a network is run on shrunken images first, then on finer ones warped by what it found.

One rule for training, evaluation and the library (there in TypeScript): see `run_schedule`.
"""

import torch
import torch.nn.functional as F


def warp(image: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """Samples image at x + u, y + v, bilinearly; what lies outside counts as zero."""
    _, _, h, w = image.shape
    y = torch.arange(h, device=flow.device, dtype=flow.dtype)[:, None] + flow[:, 1]
    x = torch.arange(w, device=flow.device, dtype=flow.dtype) + flow[:, 0]
    grid = torch.stack([(2 * x + 1) / w - 1, (2 * y + 1) / h - 1], -1)
    return F.grid_sample(image, grid, padding_mode='zeros', align_corners=False)


def resize_flow(flow: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Bilinear, half-pixel convention, values multiplied by the ratio of sizes."""
    h, w = flow.shape[-2:]
    if (h, w) == (height, width):
        return flow
    ratio = torch.tensor([width / w, height / h], device=flow.device, dtype=flow.dtype).view(1, 2, 1, 1)
    return F.interpolate(flow, (height, width), mode='bilinear', align_corners=False) * ratio


def shrink(image: torch.Tensor, factor: int) -> torch.Tensor:
    """By the average over the area of each new pixel."""
    if factor == 1:
        return image
    h, w = image.shape[-2:]
    return F.interpolate(image, (-(-h // factor), -(-w // factor)), mode='area')


def pad_to(image: torch.Tensor, multiple: int = 64) -> torch.Tensor:
    """Replicates the right and bottom edge up to a multiple."""
    h, w = image.shape[-2:]
    return F.pad(image, (0, -w % multiple, 0, -h % multiple), mode='replicate')


def run_schedule(net, image_a, image_b, schedule, each=None):
    """Flow (B, 2, H, W) in pixels of images (B, 3, H, W) in -1..1; `each(factor, flow before, output)` sees every pass."""
    flow = None
    for factor in schedule:
        a, b = shrink(image_a, factor), shrink(image_b, factor)
        h, w = a.shape[-2:]
        if flow is not None:
            flow = resize_flow(flow.detach(), h, w)
            b = warp(b, flow)
        output = net(pad_to(a), pad_to(b))
        if each is not None:
            each(factor, flow, output)
        residual = F.interpolate(output['flows'][0], scale_factor=4.0, mode='bilinear', align_corners=False)[
            ..., :h, :w
        ]
        flow = residual if flow is None else flow + residual
    return resize_flow(flow, *image_a.shape[-2:])
