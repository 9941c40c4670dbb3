"""How far off the corners are on pairs of photos kept apart, by kind of pair and by look.

python -m homography.evaluate photos.pt .work/homography/checkpoint.pt [more checkpoints to compare]
"""

import argparse
from pathlib import Path

import torch

from common.networks import load
from homography.geometry import corner_error
from homography.views import blur, draw_pairs, load_levels

KINDS = {
    'quarter': (1.0, None),
    'small': (0.3, None),
    'blurred': (0.5, lambda x, g: blur(x, 2.5)),
    'noisy': (0.5, lambda x, g: (x + 0.15 * torch.randn(x.shape, generator=g)).clamp(0, 1)),
    'dark': (0.5, lambda x, g: ((x * 8 + 0.7 * torch.randn(x.shape, generator=g)).round() / 255).clamp(0, 1)),
}
"""Strength of the motion, and what both images go through; `quarter` and `small` are spoiled as in training."""

PAIRS = 192


def draw(levels, kind: str, size: int):
    """Always the same pairs."""
    strength, spoil = KINDS[kind]
    generator = torch.Generator().manual_seed(5)
    for _ in range(PAIRS // 16):
        pairs = draw_pairs(levels, 16, size, generator, strength, clean=spoil is not None)
        if spoil:
            pairs.a, pairs.b = spoil(pairs.a, generator), spoil(pairs.b, generator)
        yield pairs


@torch.no_grad()
def errors_of(net, levels, kind: str, looks: int) -> torch.Tensor:
    """(looks + 1, pairs), pixels: of the same place, then of each look."""
    rows = []
    for pairs in draw(levels, kind, net.size):
        found = [torch.eye(3).expand(16, 3, 3), *net(pairs.a, pairs.b, looks)]
        rows.append(torch.stack([corner_error(m, pairs.truth, net.size) for m in found]))
    return torch.cat(rows, 1).nan_to_num(128).clamp(max=128)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photos', type=Path)
    parser.add_argument('checkpoints', type=Path, nargs='+')
    parser.add_argument('--looks', type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    levels = load_levels(options.photos, 'validation')
    for path in options.checkpoints:
        net = load('homography', path)[0]
        print(f'{path}: mean / median corner error in px of {net.size} (share under 3 px in %)')
        for kind in KINDS:
            errors = errors_of(net, levels, kind, options.looks)
            cells = [f'{e.mean():5.2f} /{e.median():5.2f} ({100 * (e < 3).float().mean():3.0f})' for e in errors]
            print(f'  {kind:8s}', '  '.join(cells))


if __name__ == '__main__':
    main()
