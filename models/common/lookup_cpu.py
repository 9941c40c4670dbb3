"""Lookups without the volume of all pairs, in C++ for one core: training on a CPU spends a third of its time there.

Compiled at the first use; wants a C++ compiler and the package `ninja`.
"""

from functools import cache
from pathlib import Path

import torch


@cache
def extension():
    from torch.utils.cpp_extension import load

    source = Path(__file__).with_suffix('.cpp')
    return load('whither_lookup', [str(source)], extra_cflags=['-O3', '-march=native', '-ffast-math'])


def last(t: torch.Tensor) -> torch.Tensor:
    """(N, C, h, w) as (N, h, w, C) in memory."""
    return t.permute(0, 2, 3, 1).contiguous()


class Lookup(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, flow, radius, factor):
        a, b, flow = last(a), last(b), flow.contiguous()
        ctx.save_for_backward(a, b, flow)
        ctx.scale = radius, factor
        return extension().forward(a, b, flow, radius, factor).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx, grad):
        grads = extension().backward(last(grad), *ctx.saved_tensors, *ctx.scale)
        return *(g.permute(0, 3, 1, 2) for g in grads), None, None, None


def lookup_on_cpu(a, b, flow, radius, factor=1):
    """As `lookup(all_pairs(a, b), flow, radius, factor)`; no gradient reaches the flow."""
    return Lookup.apply(a, b, flow.detach(), radius, factor)
