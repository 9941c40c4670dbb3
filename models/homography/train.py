"""Trains the homography network against the clock on pairs that are generated as it goes.

python -m homography.train photos.pt --work .work/homography --minutes 15                      without knowing the truth
python -m homography.train photos.pt --work .work/homography-taught --minutes 15 --loss corners   by the truth
python -m homography.train photos.pt --work .work/both --minutes 5 --start .work/homography-taught/checkpoint.pt

Stops and resumes at will: everything is in <work>/checkpoint.pt. The loss `photometric` never sees the true homography:
it compares A with B brought onto A (Nguyen et al. 2018). Every 16th photo is kept apart and says how it goes.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common.loop import Average, Clock, log, save
from common.networks import build
from homography.geometry import corner_error
from homography.losses import Likeness, supervised
from homography.views import draw_pairs, load_levels

GROWING = 0.4
"""Share of the time in which the motion grows to its full size."""

SHRUNK = {8: 1.0, 4: 1.0, 2: 1.0}
SHARP = {4: 0.5, 2: 1.0, 1: 1.0}
"""The images that the first look is judged by, and those after it, from shrinking factor to weight."""


def loss_of(found, pairs, kind: str, size: int) -> torch.Tensor:
    if kind == 'corners':
        return sum(supervised(matrix, pairs.truth, size) for matrix in found)
    likeness = Likeness(pairs.a, pairs.b)
    return sum(likeness.loss(matrix, SHARP if look else SHRUNK) for look, matrix in enumerate(found))


@torch.no_grad()
def validate(net, levels, batches: int = 12) -> np.ndarray:
    """Corner errors in pixels, (looks + 1, pairs): of moving nothing, then of each look."""
    generator = torch.Generator().manual_seed(1)
    errors = []
    for _ in range(batches):
        pairs = draw_pairs(levels, 16, net.size, generator)
        found = [torch.eye(3).expand(16, 3, 3), *net.eval()(pairs.a, pairs.b)]
        errors.append(torch.stack([corner_error(m, pairs.truth, net.size) for m in found]))
    return torch.cat(errors, 1).nan_to_num(1e3).clamp(max=128).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photos', type=Path)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--loss', choices=('photometric', 'corners'), default='photometric')
    parser.add_argument('--start', type=Path, help='checkpoint to start from where the work folder has none')
    parser.add_argument('--minutes', type=float, default=15, help='of processor time')
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--lr', type=float, default=1.5e-3)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    net, config = build('homography')
    if args.start:
        net.load_state_dict(torch.load(args.start, weights_only=True)['average'])
    average = Average(net, 0.995)
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=1e-4)
    step, spent, file = 0, 0.0, args.work / 'checkpoint.pt'
    if file.exists():
        state = torch.load(file, weights_only=True)
        net.load_state_dict(state['net'])
        average.net.load_state_dict(state['average'])
        optimizer.load_state_dict(state['optimizer'])
        step, spent, average.steps = state['step'], state['spent'], state['step']
    generator = torch.Generator().manual_seed(args.seed * 7919 + step + 2)
    levels, held_out = load_levels(args.photos, 'train'), load_levels(args.photos, 'validation')
    clock, said, losses = Clock(args.minutes, spent), spent, []
    while clock.share() < 1:
        strength = 1.0 if args.start else min(1, 0.25 + 0.75 * clock.share() / GROWING)
        pairs = draw_pairs(levels, args.batch, net.size, generator, strength)
        looks = 2 + step % 2
        loss = loss_of(net.train()(pairs.a, pairs.b, looks), pairs, args.loss, net.size)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for group in optimizer.param_groups:
            group['lr'] = clock.rate(step, args.lr)
        # A map that passes the horizon can make the gradient infinite; such a batch is left out.
        if torch.isfinite(norm):
            optimizer.step()
            average.update(net)
        step += 1
        losses.append(float(loss.detach()) / looks)
        if clock.spent() - said > 60 or clock.share() >= 1:
            said = clock.spent()
            errors = validate(average.net, held_out)
            means = ' '.join(f'{e.mean():.2f}/{np.median(e):.2f}' for e in errors)
            log(args.work, f'{said / 60:5.1f} min  step {step}  loss {np.mean(losses):.4f}  corners, mean/median px: {means}')
            losses = []
            state = {'net': net.state_dict(), 'average': average.net.state_dict(), 'optimizer': optimizer.state_dict()}
            save(file, **state, step=step, spent=clock.spent())


if __name__ == '__main__':
    main()
