"""Trains a patch descriptor against the clock on pools of `common.patches`.

python -m common.train_descriptor patchnet --data .work/patches --validation .work/patches-val --minutes 40 --work .work/patchnet

Stops and resumes at will: everything is in <work>/checkpoint.pt. The loss is SOSNet's (Tian et al. 2019): triplets
with the hardest negative of the batch, its hinge squared, plus second-order similarity. Photos that are kept apart
say how it goes.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import torch

from common.networks import build
from common.patch_data import PatchPool, false_positive_rate
from common.similarity_losses import hardest_of_four, pair_distances, second_order_similarity
from common.train import log


class Average:
    """The running mean of a network's weights and statistics."""

    def __init__(self, net, decay: float):
        self.net, self.decay, self.steps = copy.deepcopy(net).eval(), decay, 0

    @torch.no_grad()
    def update(self, net):
        self.steps += 1
        rate = 1 - min(self.decay, self.steps / (self.steps + 10))
        for mean, now in zip(self.net.state_dict().values(), net.state_dict().values()):
            mean.lerp_(now, rate) if mean.is_floating_point() else mean.copy_(now)


class Clock:
    """The share of the minutes that has passed, in processor time: a shared machine makes nothing shorter."""

    def __init__(self, minutes: float, spent: float = 0.0):
        self.seconds, self.before, self.started = 60 * minutes, spent, time.process_time()

    def spent(self) -> float:
        return self.before + time.process_time() - self.started

    def share(self) -> float:
        return min(self.spent() / self.seconds, 1)

    def rate(self, step: int, peak: float, warm: int = 50) -> float:
        """Warm-up, then a cosine down to a hundredth."""
        return peak * min((step + 1) / warm, 1) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.share())))


@torch.no_grad()
def verification_distances(net, pool: PatchPool, pairs) -> torch.Tensor:
    net.eval()
    sides = [torch.cat([net(pool.take(part)).flatten(1) for part in split(side)]) for side in (pairs.left, pairs.right)]
    return pair_distances(*sides)


def split(index, size: int = 1024):
    return [index[i : i + size] for i in range(0, len(index), size)]


def validate(net, pool: PatchPool, positives: int = 100, negatives: int = 5) -> float:
    pairs = pool.pairs(positives, negatives)
    return false_positive_rate(verification_distances(net, pool, pairs).numpy(), pairs.label)


def save(file: Path, **state):
    torch.save(state, file.with_suffix('.tmp'))
    file.with_suffix('.tmp').rename(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--validation', type=Path, required=True)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--minutes', type=float, default=40, help='of processor time')
    parser.add_argument('--batch', type=int, default=256)
    parser.add_argument('--photos', type=int, default=8, help='that a batch is drawn from')
    parser.add_argument('--lr', type=float, default=3e-3)
    parser.add_argument('--second-order', type=float, default=1.0, help='final weight of second-order similarity')
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    net, config = build(args.network)
    net.to(memory_format=torch.channels_last)
    average = Average(net, 0.995)
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=1e-4)
    step, spent, file = 0, 0.0, args.work / 'checkpoint.pt'
    if file.exists():
        state = torch.load(file, weights_only=True)
        net.load_state_dict(state['net'])
        average.net.load_state_dict(state['average'])
        optimizer.load_state_dict(state['optimizer'])
        step, spent, average.steps = state['step'], state['spent'], state['step']
    pool = PatchPool(args.data, config['size'], args.seed * 7919 + step)
    held_out = PatchPool(args.validation, config['size'])
    clock, said, total, scored = Clock(args.minutes, spent), spent, 0.0, 0
    while clock.share() < 1:
        net.train()
        batch = pool.draw(args.batch, args.photos)
        a, b = net(torch.cat([batch.a, batch.b])).flatten(1).chunk(2)
        loss = hardest_of_four(a, b, batch.same)
        if args.second_order:
            # Early on it would be content with all descriptors equal.
            loss = loss + args.second_order * clock.share() * second_order_similarity(a, b, same=batch.same)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in optimizer.param_groups:
            group['lr'] = clock.rate(step, args.lr)
        optimizer.step()
        average.update(net)
        step, total, scored = step + 1, total + float(loss.detach()), scored + 1
        if clock.spent() - said > 60 or clock.share() >= 1:
            said = clock.spent()
            rate = validate(average.net, held_out)
            log(args.work, f'{said / 60:5.1f} min  step {step}  loss {total / scored:.4f}  validation FPR95 {rate:.2f}')
            total, scored = 0.0, 0
            state = {'net': net.state_dict(), 'average': average.net.state_dict(), 'optimizer': optimizer.state_dict()}
            save(file, **state, step=step, spent=clock.spent())


if __name__ == '__main__':
    main()
