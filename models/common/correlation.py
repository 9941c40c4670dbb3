"""The correlation layer (Dosovitskiy 2015, section 3) in PyTorch, by one matrix product and a view of its diagonals."""

import torch
import torch.nn.functional as F


class LocalWindow(torch.autograd.Function):
    """From all products (B, h * w, (h + 2r) * (w + 2r)) the (2r + 1)^2 around each cell, (B, h, w, D, D)."""

    @staticmethod
    def view(volume, h, w, radius):
        padded_w, d = w + 2 * radius, 2 * radius + 1
        batch, cells, targets = volume.shape
        return volume.as_strided(
            (batch, h, w, d, d), (cells * targets, w * targets + padded_w, targets + 1, padded_w, 1)
        )

    @staticmethod
    def forward(ctx, volume, h, w, radius):
        ctx.size, ctx.shape = (h, w, radius), volume.shape
        return LocalWindow.view(volume, h, w, radius).contiguous()

    @staticmethod
    def backward(ctx, gradient):
        out = gradient.new_zeros(ctx.shape)
        LocalWindow.view(out, *ctx.size).copy_(gradient)
        return out, None, None, None


def correlate(a: torch.Tensor, b: torch.Tensor, radius: int) -> torch.Tensor:
    """(B, C, h, w) twice to (B, D * D, h, w), step 1: dy slow, dx fast, zero outside, no scale."""
    _batch, _channels, h, w = a.shape
    padded = F.pad(b, (radius,) * 4).flatten(2)
    volume = torch.bmm(a.flatten(2).transpose(1, 2), padded)
    local = LocalWindow.apply(volume, h, w, radius)
    return local.flatten(3).permute(0, 3, 1, 2)


def correlate_by_rows(a: torch.Tensor, b: torch.Tensor, radius: int) -> torch.Tensor:
    """The same for one pair (1, C, h, w), as the fused ONNX graph holds it: standard operators, any size.

    A row of `a` times a row of `b` gives all products of two rows, (w, w + 2r). Those wanted lie on its diagonals,
    which become columns when the flattened rows are cut at one element more.
    """
    _, _channels, h, w = a.shape
    d, padded_w = 2 * radius + 1, w + 2 * radius
    rows = a[0].permute(1, 2, 0)
    padded = F.pad(b, (radius,) * 4)[0].permute(1, 0, 2)
    bands = []
    for dy in range(d):
        products = torch.matmul(rows, padded[dy : dy + h]).reshape(h, w * padded_w)
        skewed = F.pad(products, (0, w)).reshape(h, w, padded_w + 1)
        bands.append(skewed[..., :d])
    return torch.cat(bands, 2).permute(2, 0, 1)[None]


def correlate_by_shifts(a: torch.Tensor, b: torch.Tensor, radius: int, step: int = 1) -> torch.Tensor:
    """The definition."""
    h, w = a.shape[-2:]
    padded = F.pad(b, (radius * step,) * 4)
    shifts = range(0, 2 * radius * step + 1, step)
    return torch.cat([(a * padded[..., y : y + h, x : x + w]).sum(1, keepdim=True) for y in shifts for x in shifts], 1)
