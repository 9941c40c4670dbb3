"""The lookup in C++ against the one that makes the volume of all pairs, values and gradients."""

import pytest
import torch

from common.lookup import all_pairs, coarsen, lookup
from common.lookup_cpu import lookup_on_cpu


@pytest.mark.parametrize('size', [(11, 15, 64), (6, 9, 5)])
@pytest.mark.parametrize('factor', [1, 2, 4])
def test_agrees_with_the_volume(size, factor):
    h, w, channels = size
    torch.manual_seed(1)
    a, whole = (torch.randn(2, channels, h, w, requires_grad=True) for _ in range(2))
    b = coarsen(whole, factor)
    flow, grad = torch.randn(2, 2, h, w) * 6, torch.randn(2, 49, h, w)
    wanted, found = lookup(all_pairs(a, b), flow, 3, factor), lookup_on_cpu(a, b, flow, 3, factor)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
    gradients = [torch.autograd.grad(out, (a, whole), grad, retain_graph=True) for out in (wanted, found)]
    for one, other in zip(*gradients):
        torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-4)
