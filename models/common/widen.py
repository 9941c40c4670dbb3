"""Carries the weights of a network over to a larger form of it, which at first computes the same.

python -m common.widen whither-flow OLD.pt NEW.pt        OLD has the widths of before, the network's config.json the new ones

Each tensor of the old network becomes the first corner of the new one's. What follows a new channel starts at zero, and so
does the last convolution of a block that the old network lacks (Net2Net, Chen et al. 2016, with zeros in place of copies).
New channels must therefore come last wherever maps are joined.
"""

import argparse
from pathlib import Path

import torch

from common.networks import build


def widen(state: dict, old: dict) -> dict:
    """The initial weights `state` of the new network, with those of `old` carried over."""
    for key, value in state.items():
        if key not in old:
            if key.endswith(('.b.weight', '.b.bias')):
                value.zero_()
            continue
        before = old[key]
        if value.dim() == 4:
            value[: before.shape[0], before.shape[1] :] = 0
        value[tuple(slice(size) for size in before.shape)] = before
    return state


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('old', type=Path)
    parser.add_argument('new', type=Path)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    net, _ = build(args.network)
    old = torch.load(args.old, map_location='cpu', weights_only=True)['average']
    state = widen(net.state_dict(), old)
    torch.save({'net': state, 'average': state, 'step': 0}, args.new)


if __name__ == '__main__':
    main()
