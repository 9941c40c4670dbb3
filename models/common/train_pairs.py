"""Trains a network that scores pairs, with the hinge on its decision, on pools of `common.patches`.

python -m common.train_pairs 2ch2stream --data .work/patches --validation .work/patches-val --minutes 5 --work .work/2ch2stream

Positives show one place twice, negatives two places of one photo, and both weigh the same. Networks with branches describe
a patch once and decide on all its pairs within the photo; the others see one negative for each positive. Stops and
resumes at will: everything is in <work>/checkpoint.pt.
"""

import argparse
from pathlib import Path

import torch

from common.networks import build
from common.pair_networks import Siamese
from common.patch_data import Batch, PatchPool, false_positive_rate
from common.similarity_losses import hinge_on_decision
from common.train import log
from common.train_descriptor import Average, Clock, save, split


def other_places(batch: Batch, group: int, generator) -> torch.Tensor:
    """For each point another of its photo (photos lie together, `group` to each), elsewhere where chance finds that
    in ten draws.
    """
    count = len(batch.a)
    start = torch.arange(count) // group * group
    index = start + torch.randint(group, (count,), generator=generator)
    for _ in range(10):
        again = batch.same[torch.arange(count), index]
        index[again] = (start + torch.randint(group, (count,), generator=generator))[again]
    return index


def score_batch(net, batch: Batch, group: int, generator):
    """(scores of positives, scores of negatives)."""
    if isinstance(net.net, Siamese):
        a, b = net.net.describe(batch.a, batch.b)
        row = torch.arange(len(a)).repeat_interleave(group)
        column = row // group * group + torch.arange(group).repeat(len(a))
        elsewhere = ~batch.same[row, column]
        positive = net.net.decision(a, b)
        return positive, net.net.decision(a[row[elsewhere]], b[column[elsewhere]])
    others = batch.b[other_places(batch, group, generator)]
    return net(torch.cat([batch.a, batch.a]), torch.cat([batch.b, others])).chunk(2)


@torch.no_grad()
def pair_scores(net, pool: PatchPool, pairs) -> torch.Tensor:
    net.eval()
    parts = zip(split(pairs.left, 256), split(pairs.right, 256))
    return torch.cat([net(pool.take(left), pool.take(right)) for left, right in parts])


def validate(net, pool: PatchPool, positives: int = 20, negatives: int = 5) -> float:
    pairs = pool.pairs(positives, negatives)
    return false_positive_rate(-pair_scores(net, pool, pairs).numpy(), pairs.label)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--validation', type=Path, required=True)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--minutes', type=float, default=5, help='of processor time')
    parser.add_argument('--batch', type=int, default=96, help='points')
    parser.add_argument('--photos', type=int, default=6, help='that a batch is drawn from')
    parser.add_argument('--lr', type=float, default=2e-3)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    net, config = build(args.network)
    net.to(memory_format=torch.channels_last)
    average = Average(net, 0.99)
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=5e-4)
    step, spent, file = 0, 0.0, args.work / 'checkpoint.pt'
    if file.exists():
        state = torch.load(file, weights_only=True)
        net.load_state_dict(state['net'])
        average.net.load_state_dict(state['average'])
        optimizer.load_state_dict(state['optimizer'])
        step, spent, average.steps = state['step'], state['spent'], state['step']
    generator = torch.Generator().manual_seed(args.seed + step)
    pool = PatchPool(args.data, config['size'], args.seed * 7919 + step)
    held_out = PatchPool(args.validation, config['size'])
    clock, said, total, counted = Clock(args.minutes, spent), spent, 0.0, 0
    while clock.share() < 1:
        net.train()
        batch = pool.draw(args.batch, args.photos)
        positive, negative = score_batch(net, batch, args.batch // args.photos, generator)
        loss = (hinge_on_decision(positive, 1) + hinge_on_decision(negative, 0)) / 2
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        for group in optimizer.param_groups:
            group['lr'] = clock.rate(step, args.lr)
        optimizer.step()
        average.update(net)
        step, total, counted = step + 1, total + float(loss.detach()), counted + 1
        if clock.spent() - said > 60 or clock.share() >= 1:
            said = clock.spent()
            rate = validate(average.net, held_out)
            log(
                args.work, f'{said / 60:5.1f} min  step {step}  loss {total / counted:.4f}  validation FPR95 {rate:.2f}'
            )
            total, counted = 0.0, 0
            state = {'net': net.state_dict(), 'average': average.net.state_dict(), 'optimizer': optimizer.state_dict()}
            save(file, **state, step=step, spent=clock.spent())


if __name__ == '__main__':
    main()
