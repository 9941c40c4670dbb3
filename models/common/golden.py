"""PyTorch's flow of a fixture pair, for the tests to compare the library's flow with.

python -m common.golden flownet-c A.png B.png OUT.npy --checkpoint .work/flownet-c/checkpoint.pt
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import torch

from common.evaluate import read_image
from common.networks import load
from common.schedule import run_schedule


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('image_a')
    parser.add_argument('image_b')
    parser.add_argument('out', type=Path)
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--schedule', type=int, nargs='+')
    args = parser.parse_args()
    net, config, _ = load(args.network, args.checkpoint)
    with torch.no_grad():
        images = [read_image(args.image_a), read_image(args.image_b)]
        run = net.estimate_passes if hasattr(net, 'estimate_passes') else partial(run_schedule, net)
        flow = run(*images, args.schedule or config['schedule'])
    np.save(args.out, flow[0].permute(1, 2, 0).contiguous().numpy())


if __name__ == '__main__':
    main()
