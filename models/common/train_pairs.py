"""Trains a network that scores pairs, with the hinge on its decision, on pools of `common.patches`.

python -m common.train_pairs 2ch2stream --data .work/patches --validation .work/patches-val --minutes 5 --work .work/2ch2stream

Positives show one place twice, negatives two places of one photo, and both weigh the same. Networks with branches describe
a patch once and decide on all its pairs within the photo; the others see one negative for each positive. Stops and
resumes at will: everything is in <work>/checkpoint.pt.
"""

import argparse

import torch

from common.loop import Training, add_options, parse_options
from common.networks import build
from common.pair_networks import Siamese
from common.patch_data import Batch, PatchPool, false_positive_rate
from common.similarity_losses import hinge_on_decision
from common.train_descriptor import split


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
    add_options(parser, minutes=5, batch=96, lr=2e-3)
    parser.add_argument('--photos', type=int, default=6, help='that a batch is drawn from')
    args = parse_options(parser)
    net, config = build(args.network)
    training = Training(net.to(memory_format=torch.channels_last), args, decay=0.99, weight_decay=5e-4, clip=2.0)
    generator = torch.Generator().manual_seed(args.seed + training.step)
    pool, held_out = PatchPool(args.data, config['size'], training.data_seed), PatchPool(args.validation, config['size'])

    def loss():
        batch = pool.draw(args.batch, args.photos)
        positive, negative = score_batch(net, batch, args.batch // args.photos, generator)
        return (hinge_on_decision(positive, 1) + hinge_on_decision(negative, 0)) / 2

    training.run(loss, lambda average: f'FPR95 {validate(average, held_out):.2f}')


if __name__ == '__main__':
    main()
