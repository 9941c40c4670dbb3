"""Patches of a fixture photo, and what PyTorch makes of them, for the tests to compare the library with.

python -m common.golden_patches                                          the patches: fixtures/golden/patches.png
python -m common.golden_patches patchnet .work/patchnet/checkpoint.pt    fixtures/golden/patchnet.npy, patchnet-dense.npy
python -m common.golden_patches siam .work/siam/checkpoint.pt            fixtures/golden/siam.npy

patches.png is 128 wide: on the left twelve places of box-a.jpg, 64 x 64 each, one below the other, on the right the
same places seen otherwise; the last row is grey 128 all over on both sides. patchnet.npy: (26, 128), the left
column's descriptors, then the right's, of patches averaged over 2 x 2 to 32 x 32 without rounding. patchnet-
dense.npy: (1, 128, 25, 33) of golden/pair-a.png, 160 x 128, as grey (OpenCV's weights, rounded). siam.npy: (2, 13),
scores of left against right row by row, and of each left against the next row's right (the last against the first).
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

from common.networks import MODELS, load
from common.patches import SIZE, make_tuples

GOLDEN = MODELS.parent / 'fixtures' / 'golden'
PLACES = 12


def make_sheet():
    photo = cv2.imread(str(GOLDEN.parent / 'images' / 'box-a.jpg'), cv2.IMREAD_GRAYSCALE)
    rng = np.random.default_rng(3)
    patches, seen, _ = make_tuples(photo, cv2.SIFT_create().detect(photo, None), 100, rng)
    patches = patches[seen[:, :2].all(1)][:PLACES, :2]
    flat = np.full((1, 2, SIZE, SIZE), 128, np.uint8)
    rows = np.concatenate([patches, flat])
    cv2.imwrite(str(GOLDEN / 'patches.png'), rows.transpose(0, 2, 1, 3).reshape(-1, 2 * SIZE))


def read_sheet() -> torch.Tensor:
    """(2, 13, 1, 64, 64) in 0..1: left and right."""
    sheet = cv2.imread(str(GOLDEN / 'patches.png'), cv2.IMREAD_GRAYSCALE)
    sides = sheet.reshape(-1, SIZE, 2, SIZE).transpose(2, 0, 1, 3)
    return torch.from_numpy(sides.astype(np.float32))[:, :, None] / 255


@torch.no_grad()
def write_descriptors(net, name: str):
    patches = torch.nn.functional.avg_pool2d(read_sheet().flatten(0, 1), 2)
    np.save(GOLDEN / f'{name}.npy', net(patches).flatten(1).numpy())
    image = cv2.imread(str(GOLDEN / 'pair-a.png'), cv2.IMREAD_GRAYSCALE)
    np.save(GOLDEN / f'{name}-dense.npy', net(torch.from_numpy(image).float()[None, None] / 255).numpy())


@torch.no_grad()
def write_scores(net, name: str):
    a, b = read_sheet()
    np.save(GOLDEN / f'{name}.npy', torch.stack([net(a, b), net(a, b.roll(-1, 0))]).numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', nargs='?')
    parser.add_argument('checkpoint', nargs='?', type=Path)
    args = parser.parse_args()
    if not args.network:
        make_sheet()
        return
    net, config, _ = load(args.network, args.checkpoint)
    (write_scores if 'topology' in config else write_descriptors)(net, args.network)


if __name__ == '__main__':
    main()
