"""Scores a checkpoint on real pairs with known flow, which are never trained on (bench/data.md says where they lie).

python -m common.evaluate flownet-c --checkpoint .work/flownet-c/checkpoint.pt
"""

import argparse
import os
from collections import defaultdict
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch

from common.networks import MODELS, load
from common.schedule import run_schedule

DATA = Path(os.environ.get('WHITHER_DATA', MODELS.parents[1] / 'shared' / 'data'))


def read_flo(path: Path):
    """(H, W, 2) in pixels, and the (H, W) pixels that are known."""
    with open(path, 'rb') as file:
        _, width, height = np.frombuffer(file.read(12), '<i4')
        flow = np.frombuffer(file.read(), '<f4').reshape(height, width, 2)
    known = (np.abs(flow) < 1e9).all(-1)
    return np.where(known[..., None], flow, 0), known


def read_disparity(path: Path, scale: float):
    """The same of a rectified pair: (-d, 0)."""
    if path.suffix == '.npz':
        disparity = np.load(path)['arr_0']
        known = np.isfinite(disparity)
    else:
        stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        disparity = (stored if stored.ndim == 2 else stored[..., 0]).astype(np.float32) / scale
        known = disparity > 0
    disparity = np.where(known, disparity, 0)
    return np.dstack([-disparity, np.zeros_like(disparity)]), known


def list_pairs():
    """(set, image A, image B, reader of the truth) of each pair that is there."""
    middlebury, chairs, stereo = DATA / 'middlebury-flow', DATA / 'flyingchairs-samples' / 'flownet2', DATA / 'stereo'
    listed = [
        ('middlebury', *(middlebury / 'frames' / s / f'frame{n}.png' for n in (10, 11)), middlebury / 'gt' / s / 'flow10.flo')
        for s in ('Grove2', 'RubberWhale', 'Urban2', 'Venus')
    ]
    for name in ('clean', 'final'):
        folder = DATA / 'sintel-faldoi' / name / 'medium'
        images = (folder / f'frame_000{n}.png' for n in (2, 3))
        listed.append((f'sintel-{name}', *images, folder / 'gt' / 'frame_0002.flo'))
    for i in range(4):
        listed.append(('chairs', *(chairs / f'{i:07d}-img{n}.ppm' for n in (0, 1)), chairs / f'{i:07d}-gt.flo'))
    pairs = [(name, a, b, partial(read_flo, truth)) for name, a, b, truth in listed]
    for a, b, truth, scale in (
        ('cones-left.png', 'cones-right.png', 'cones-disparity-x4.png', 4),
        ('Adirondack_left.png', 'Adirondack_right.png', 'Adirondack_gt.png', 1),
        ('motorcycle_left.png', 'motorcycle_right.png', 'motorcycle_disp.npz', 1),
        ('aloeL.jpg', 'aloeR.jpg', 'aloeGT.png', 1),
    ):
        pairs.append(('stereo', stereo / a, stereo / b, partial(read_disparity, stereo / truth, scale)))
    return [pair for pair in pairs if pair[1].exists()]


def score(flow, truth, known):
    """Mean end-point error in pixels, and Fl: the share in % that is off by more than 3 pixels and 5 % of the length."""
    error = np.linalg.norm(flow - truth, axis=-1)[known]
    length = np.linalg.norm(truth, axis=-1)[known]
    return float(error.mean()), float(((error > 3) & (error > 0.05 * length)).mean() * 100)


def read_image(path: Path) -> torch.Tensor:
    """(1, 3, H, W) in -1..1."""
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(f'Expected an image at {path}')
    return torch.from_numpy(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).permute(2, 0, 1)[None].float() / 127.5 - 1


@torch.no_grad()
def evaluate(net, config, schedule=None) -> dict:
    """Mean end-point error in pixels and Fl in % of each set; an empty dict where there are none."""
    device = next(net.parameters()).device
    found = defaultdict(list)
    for name, a, b, truth in list_pairs():
        image_a, image_b = (read_image(path).to(device) for path in (a, b))
        run = net.estimate_passes if hasattr(net, 'estimate_passes') else partial(run_schedule, net)
        flow = run(image_a, image_b, schedule or config['schedule'])
        found[name].append(score(flow[0].permute(1, 2, 0).cpu().numpy(), *truth()))
    mean = lambda scores, i: round(sum(s[i] for s in scores) / len(scores), 3)
    return {k: {'epe': mean(v, 0), 'fl': mean(v, 1)} for k, v in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--schedule', type=int, nargs='+')
    args = parser.parse_args()
    net, config, state = load(args.network, args.checkpoint)
    print(f'step {state["step"]}', evaluate(net, config, args.schedule))


if __name__ == '__main__':
    main()
