"""Matching and fitting in windows."""

import torch

from common.matching import dominant
from common.windows import dominant_in_windows, match_in_windows, spans, weights


def test_weights_sum_to_one_and_windows_cover_all():
    for length in (5, 16, 17, 40, 100):
        stretches = spans(length, 16)
        assert stretches[0][0] == 0 and stretches[-1][1] == length
        torch.testing.assert_close(weights(stretches).sum(0), torch.ones(length))


def test_windows_follow_the_flow_of_an_earlier_pass():
    torch.manual_seed(1)
    a = torch.nn.functional.normalize(torch.randn(2, 32, 20, 40), dim=1)
    b = torch.stack([a[0].roll((2, 9), (1, 2)), a[1].roll((-1, 3), (1, 2))])
    truth = torch.tensor([[9.0, 2.0], [3.0, -1.0]])[:, :, None, None].expand(2, 2, 20, 40)
    flow, confidence = match_in_windows(a, b, torch.tensor(40.0), truth + 1)
    inner = (slice(None), slice(None), slice(3, 15), slice(3, 28))
    assert (flow - truth)[inner].abs().max() < 0.01
    assert confidence[inner].min() > 0.9


def test_small_maps_share_one_motion_and_large_ones_several():
    torch.manual_seed(2)
    flow = torch.randn(1, 2, 20, 40)
    torch.testing.assert_close(
        dominant_in_windows(flow, torch.ones(1, 1, 20, 40)), dominant(flow, torch.ones(1, 1, 20, 40))
    )
    halves = torch.zeros(1, 2, 30, 160)
    halves[..., 80:] = 5
    found = dominant_in_windows(halves, torch.ones(1, 1, 30, 160))
    assert found[..., :30].abs().max() < 0.01 and (found[..., 130:] - 5).abs().max() < 0.01
