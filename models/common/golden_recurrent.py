"""A tiny recurrent network of random weights, and PyTorch's flow by it, for the tests to run the library's engine with.

python -m common.golden_recurrent A.png B.png FOLDER

Writes the model to FOLDER and beside it FOLDER-*.npy: of two passes, and of one without the finest level.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

from common.evaluate import read_image
from common.export_recurrent import describe, write_all
from common.networks import build
from common.output import publish

NAME = 'whither-flow:recurrent'

TINY = {
    'radius': 1,
    'iterations': [3, 2, 2],
    'carry': 2,
    'widths': {
        **{'stem': 8, 'quarter': 8, 'eighth': 8, 'sixteenth': 8, 'match': [8, 8, 8], 'context': 4},
        **{'correlation': 4, 'motion': 4, 'hidden': 4, 'head': 4, 'score': 4},
        'fine': {'mix': 4, 'spread': 4, 'hidden': 4},
    },
}

CARD = {
    'version': '0.1.0',
    'description': 'Tiny recurrent network of random weights, for tests',
    'licence': {'code': 'MIT', 'weights': 'MIT'},
    'trainingData': 'none',
}

RUNS = {'two': ((2, 1), None), 'coarse': ((1,), (3, 2))}
"""Schedules and iterations, by name."""


def make():
    """The network and its configuration. Random weights change the flow little; here they do so by some cells."""
    torch.manual_seed(7)
    net, config = build(NAME)
    preset = {'schedule': [2, 1], 'iterations': TINY['iterations'], 'refine': False}
    config = config | TINY | {'card': CARD, 'presets': {'fast': preset}, 'preset': 'fast'}
    net = type(net)(config).eval()
    for layer in (net.update.head[1], net.fine.head, net.score.layers[1]):
        layer.weight.data.mul_(10)
    return net, config


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('image_a')
    parser.add_argument('image_b')
    parser.add_argument('folder', type=Path)
    args = parser.parse_args()
    net, config = make()
    with tempfile.TemporaryDirectory() as scratch:
        files = write_all(net, Path(scratch))
        publish(args.folder, files.values(), describe(net, config, files, CARD))
    pair = [read_image(path) for path in (args.image_a, args.image_b)]
    for name, (schedule, iterations) in RUNS.items():
        flow = net.estimate_passes(*pair, schedule, iterations)
        path = args.folder.with_name(f'{args.folder.name}-{name}.npy')
        np.save(path, flow[0].permute(1, 2, 0).contiguous().numpy())


if __name__ == '__main__':
    main()
