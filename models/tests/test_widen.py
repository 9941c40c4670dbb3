"""A network that was widened computes what it computed before."""

import copy
import importlib.util

import torch

from common.networks import MODELS, read_config
from common.widen import widen


def network(**widths):
    spec = importlib.util.spec_from_file_location('whither_flow', MODELS / 'whither-flow' / 'net.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config = copy.deepcopy(read_config('whither-flow'))
    config['widths'].update(widths)
    return module.Net(config).eval()


@torch.no_grad()
def test_a_wider_network_starts_as_the_narrow_one():
    torch.manual_seed(3)
    narrow, wide = network(mix=16, spread=16, hidden=8), network(mix=24, spread=16, hidden=16)
    old = narrow.state_dict()
    # The older form also lacked a block.
    old = {key: value for key, value in old.items() if not key.startswith('encoder.sixteenth.2')}
    for key in ('weight', 'bias'):
        getattr(narrow.encoder.sixteenth[2].b, key).zero_()
    wide.load_state_dict(widen(wide.state_dict(), old))
    a, b = torch.rand(2, 1, 3, 64, 96) * 2 - 1
    for wanted, found in zip(narrow.run(a, b, (2, 1, 1)), wide.run(a, b, (2, 1, 1))):
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_new_channels_are_not_dead():
    torch.manual_seed(3)
    narrow, wide = network(mix=16, spread=16, hidden=8), network(mix=24, spread=16, hidden=16)
    wide.load_state_dict(widen(wide.state_dict(), narrow.state_dict()))
    a, b = torch.rand(2, 1, 3, 64, 96) * 2 - 1
    flow, _ = wide.run(a, b, (1, 1, 1))
    flow.square().mean().backward()
    assert wide.decoder.spread[0].weight.grad[:, 16:].abs().max() > 0
