"""Scores a checkpoint on the real pairs with ground truth of a folder that lies beside the project (never trained on).

python -m common.evaluate flownet-c --checkpoint .work/flownet-c/checkpoint.pt
"""

import argparse
import sys
from collections import defaultdict
from functools import partial
from pathlib import Path

import cv2
import torch

from common.networks import MODELS, load
from common.schedule import run_schedule

MEASURE = MODELS.parents[1] / 'shared' / 'measure'


def read_image(path: str) -> torch.Tensor:
    """(1, 3, H, W) in -1..1."""
    image = cv2.imread(path)
    if image is None:
        raise FileNotFoundError(f'Expected an image at {path}')
    return torch.from_numpy(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).permute(2, 0, 1)[None].float() / 127.5 - 1


@torch.no_grad()
def evaluate(net, config, schedule=None) -> dict:
    """Mean end-point error in pixels and Fl in % of each set; an empty dict where the folder is absent."""
    if not MEASURE.exists():
        return {}
    if str(MEASURE) not in sys.path:
        sys.path.insert(0, str(MEASURE))
    import flow_pairs

    device = next(net.parameters()).device
    found = defaultdict(list)
    for name, _, a, b, truth in flow_pairs.pairs():
        image_a, image_b = (read_image(path).to(device) for path in (a, b))
        run = net.estimate_passes if hasattr(net, 'estimate_passes') else partial(run_schedule, net)
        flow = run(image_a, image_b, schedule or config['schedule'])
        found[name].append(flow_pairs.scores(flow[0].permute(1, 2, 0).cpu().numpy(), *truth()))
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
