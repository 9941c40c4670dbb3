"""Trains a patch descriptor against the clock on pools of `common.patches`.

python -m common.train_descriptor patchnet --data .work/patches --validation .work/patches-val --minutes 40 --work .work/patchnet

Stops and resumes at will: everything is in <work>/checkpoint.pt. The loss is SOSNet's (Tian et al. 2019): triplets
with the hardest negative of the batch, its hinge squared, plus second-order similarity. Photos that are kept apart
say how it goes.
"""

import argparse

import torch

from common.loop import Training, add_options, parse_options
from common.networks import build
from common.patch_data import PatchPool, false_positive_rate
from common.similarity_losses import hardest_of_four, pair_distances, second_order_similarity


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    add_options(parser, minutes=40, batch=256, lr=3e-3)
    parser.add_argument('--photos', type=int, default=8, help='that a batch is drawn from')
    parser.add_argument('--second-order', type=float, default=1.0, help='final weight of second-order similarity')
    args = parse_options(parser)
    net, config = build(args.network)
    training = Training(net.to(memory_format=torch.channels_last), args, decay=0.995, weight_decay=1e-4)
    pool, held_out = PatchPool(args.data, config['size'], training.data_seed), PatchPool(args.validation, config['size'])

    def loss():
        batch = pool.draw(args.batch, args.photos)
        a, b = net(torch.cat([batch.a, batch.b])).flatten(1).chunk(2)
        total = hardest_of_four(a, b, batch.same)
        if args.second_order:
            # Early on it would be content with all descriptors equal.
            weight = args.second_order * training.clock.share()
            total = total + weight * second_order_similarity(a, b, same=batch.same)
        return total

    training.run(loss, lambda average: f'FPR95 {validate(average, held_out):.2f}')


if __name__ == '__main__':
    main()
