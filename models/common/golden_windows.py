"""What PyTorch finds in windows of two feature maps, for the tests to compare the library with.

python -m common.golden_windows OUT.json
"""

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from common.windows import dominant_in_windows, match_in_windows

CHANNELS, HEIGHT, WIDTH, SHARPNESS = 4, 20, 56, 12.0


def rounded(values: torch.Tensor) -> torch.Tensor:
    return (values * 1000).round() / 1000


def plain(values: torch.Tensor) -> list[float]:
    return [float(f'{x:.6g}') for x in values.flatten().tolist()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', type=Path)
    args = parser.parse_args()
    torch.manual_seed(2024)
    size = (HEIGHT, WIDTH)
    a = rounded(F.normalize(torch.randn(1, CHANNELS, *size), dim=1))
    b = rounded(F.normalize(a.roll((1, 7), (2, 3)) + 0.1 * torch.randn(1, CHANNELS, *size), dim=1))
    coarse = torch.tensor([7.0, 1.0])[None, :, None, None] + torch.randn(1, 2, 4, 7)
    before = rounded(F.interpolate(coarse, size, mode='bilinear'))
    flow, confidence = match_in_windows(a, b, torch.tensor(SHARPNESS), before)
    shared = dominant_in_windows(flow, confidence)
    maps = {'a': a, 'b': b, 'before': before, 'flow': flow, 'confidence': confidence, 'shared': shared}
    spec = {'channels': CHANNELS, 'height': HEIGHT, 'width': WIDTH, 'sharpness': SHARPNESS}
    args.out.write_text(json.dumps(spec | {k: plain(v) for k, v in maps.items()}) + '\n')


if __name__ == '__main__':
    main()
