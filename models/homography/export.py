"""Writes the trained network as two ONNX graphs with their model.json, and PyTorch's result of the fixture pair.

python -m homography.export --checkpoint .work/homography/checkpoint.pt

`coarse` is the first look, `fine` every one after it; between them the library makes a matrix and warps. What ONNX
Runtime computes is compared with PyTorch first. The scores come from card.json: `homography.evaluate` measures them.
"""

import argparse
import json
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from common.export import describe, run
from common.export_patch import write_graph
from common.networks import MODELS, load
from common.output import add_output, open_output, publish

TOLERANCE = 2e-3
"""Pixels of the small image by which a corner may differ from PyTorch's."""

GOLDEN = MODELS.parent / 'fixtures' / 'golden'


class Part(nn.Module):
    def __init__(self, net, name: str):
        super().__init__()
        self.net, self.name = net, name

    def forward(self, image_a, image_b):
        look = self.net.first if self.name == 'coarse' else self.net.again
        return look(image_a, image_b)[0]


def write_part(net, name: str, folder: Path) -> Path:
    size, path = net.size, folder / f'{name}.onnx'
    generator = torch.Generator().manual_seed(0)
    low = torch.rand(3, 1, size // 8, size // 8, generator=generator)
    a = nn.functional.interpolate(low, (size, size), mode='bicubic').clamp(0, 1)
    a[2] = 0.5
    inputs = {'imageA': a, 'imageB': a.roll((2, -3), (2, 3))}
    free = {key: {0: 'n'} for key in [*inputs, 'offsets']}
    write_graph(Part(net, name), {k: v[:2] for k, v in inputs.items()}, 'offsets', path, free)
    with torch.no_grad():
        wanted = Part(net, name)(*inputs.values())
    worst = float(np.abs(run(path, inputs)[0] - wanted.numpy()).max())
    print(f'{name}: at most {worst:.2e} px from PyTorch, {path.stat().st_size} bytes')
    if not worst < TOLERANCE:
        raise RuntimeError(f'Expected {name} within {TOLERANCE} px of PyTorch but it is {worst} off')
    return path


def read_small(path: Path, size: int) -> torch.Tensor:
    """An image as the library gives it to the network."""
    grey = cv2.imread(str(path)).astype(np.float32) @ np.float32([0.114, 0.587, 0.299])
    return torch.from_numpy(cv2.resize(grey, (size, size), interpolation=cv2.INTER_AREA))[None, None] / 255


@torch.no_grad()
def write_golden(net):
    """The matrices of the small images after each look, (looks, 3, 3), last element 1."""
    found = torch.cat(net(*(read_small(GOLDEN / f'pair-{side}.png', net.size) for side in 'ab')))
    np.save(GOLDEN / 'homography.npy', (found / found[:, 2:, 2:]).numpy())


def make_description(net, config: dict, files: dict[str, Path], card: dict) -> dict:
    return {
        'name': 'homography',
        'task': 'homography',
        **{k: card[k] for k in ('version', 'description', 'licence', 'trainingData')},
        'parameters': sum(p.numel() for p in net.parameters()),
        'files': {k: describe(p) for k, p in files.items()},
        'input': {'layout': 'NCHW', 'channels': 'grey', 'range': [0, 1], 'size': config['size']},
        'looks': config['looks'],
        'scores': card['scores'],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoint', type=Path, required=True)
    add_output(parser)
    args = parser.parse_args()
    folder = open_output(parser, args, 'homography')
    torch.set_num_threads(1)
    net, config, _ = load('homography', args.checkpoint)
    card = json.loads((MODELS / 'homography' / 'card.json').read_text())
    with tempfile.TemporaryDirectory() as scratch:
        graphs = {name: write_part(net, name, Path(scratch)) for name in ('coarse', 'fine')}
        print(publish(folder, graphs.values(), make_description(net, config, graphs, card)))
    if not args.output:
        write_golden(net)


if __name__ == '__main__':
    main()
