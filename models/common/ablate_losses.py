"""What do the losses change? One small descriptor, one budget of steps, every loss, a few seeds.

python -m common.ablate_losses --data .work/patches --validation .work/patches-val --work .work/ablation
python -m common.ablate_losses ... --only hardest-in-batch proxy-nca --seeds 0 1 2 --real PATCHES.npz

Results, one JSON object a run, gather in <work>/results.jsonl (what is there is not run again); prints the table of
all. PATCHES.npz: see `common.evaluate_patches`. Losses with classes (proxies) train on CLASSES points alone, or none
would come twice; `hardest-in-batch, few points` is their measure.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import similarity_losses as losses
from common.evaluate_patches import prepare, score
from common.networks import build
from common.patch_data import PatchPool, false_positive_rate
from common.similarity_losses import distances, pair_distances
from common.train_descriptor import split

WIDTHS = (12, 24, 32, 64, 64)
BATCH, PHOTOS, RATE = 128, 8, 3e-3
CLASSES = 2000


def small_network():
    """patchnet with fewer channels and 64 numbers a descriptor."""
    _, config = build('patchnet')
    layers = [{**layer, 'width': w} for layer, w in zip(config['layers'], WIDTHS)]
    return type(build('patchnet')[0])({**config, 'layers': layers})


def labelled(a, b, same):
    """(distances, labels) of all positives and as many random negatives."""
    d = distances(a, b)
    others = losses.random_negatives(d, same)
    return torch.cat([d.diagonal(), d.gather(1, others[:, None])[:, 0]]), torch.cat(
        [torch.ones(len(a)), torch.zeros(len(a))]
    )


class PairLoss(nn.Module):
    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, a, b, batch):
        return self.loss(*labelled(a, b, batch.same))


class Logit(nn.Module):
    """Cross-entropy of a learned linear function of the distance."""

    def __init__(self):
        super().__init__()
        self.slope, self.boundary = nn.Parameter(torch.tensor(5.0)), nn.Parameter(torch.tensor(1.0))

    def forward(self, a, b, batch):
        d, label = labelled(a, b, batch.same)
        return losses.cross_entropy(self.slope * (self.boundary - d), label)


class Mined(nn.Module):
    def __init__(self, mine, loss=None):
        super().__init__()
        self.mine, self.loss = mine, loss

    def forward(self, a, b, batch):
        d = distances(a, b)
        negative = d.gather(1, self.mine(d, batch.same)[:, None])[:, 0]
        if self.loss is None:
            return losses.triplet(d.diagonal(), negative)
        label = torch.cat([torch.ones(len(a)), torch.zeros(len(a))])
        return self.loss(torch.cat([d.diagonal(), negative]), label)


class Hardest(nn.Module):
    def __init__(self, loss=losses.hardest_in_batch, second_order: float = 0.0):
        super().__init__()
        self.loss, self.second_order = loss, second_order

    def forward(self, a, b, batch):
        loss = self.loss(a, b, batch.same)
        if self.second_order:
            loss = loss + self.second_order * losses.second_order_similarity(a, b, same=batch.same)
        return loss


class Classes(nn.Module):
    """A loss of descriptors and class numbers; `batch.place` is numbered anew by the pool's few points."""

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, a, b, batch):
        return self.loss(torch.cat([a, b]), torch.cat([batch.place, batch.place]))


class Group(nn.Module):
    def __init__(self):
        super().__init__()
        self.classifier = nn.Linear(WIDTHS[-1], CLASSES)

    def forward(self, a, b, batch):
        x, label = torch.cat([a, b]), torch.cat([batch.place, batch.place])
        anchors = torch.arange(len(x)) < len(a) // 2
        logits = 10 * self.classifier(x)
        return losses.group_loss(x, logits, label, anchors, 1) + F.cross_entropy(logits, label)


LOSSES = {
    'contrastive': lambda: PairLoss(losses.contrastive),
    'cross-entropy': Logit,
    'distance-based logistic': lambda: PairLoss(losses.distance_based_logistic),
    'margin-based, random': lambda: PairLoss(losses.margin_based),
    'margin-based, distance-weighted': lambda: Mined(weighted_negatives, losses.margin_based),
    'triplet, random': lambda: Mined(losses.random_negatives),
    'triplet, semi-hard': lambda: Mined(losses.semi_hard_negatives),
    'triplet, distance-weighted': lambda: Mined(lambda d, same: weighted_negatives(d, same)),
    'hardest-in-batch': Hardest,
    'hardest of four, squared': lambda: Hardest(losses.hardest_of_four),
    'hardest-in-batch + second order': lambda: Hardest(second_order=1.0),
    'hardest-in-batch, few points': Hardest,
    'proxy-nca': lambda: Classes(losses.ProxyNca(CLASSES, WIDTHS[-1])),
    'soft-triple': lambda: Classes(losses.SoftTriple(CLASSES, WIDTHS[-1])),
    'group loss': Group,
}
FEW = ('hardest-in-batch, few points', 'proxy-nca', 'soft-triple', 'group loss')
ENSEMBLES = ('average of two', 'divide and conquer')


def weighted_negatives(d, same):
    return losses.distance_weighted_negatives(d, same, dimensions=WIDTHS[-1])


class FewPoints:
    """A pool's view of CLASSES of its points, numbered from 0."""

    def __init__(self, pool: PatchPool):
        self.pool = pool
        kept = np.random.default_rng(0).choice(len(pool.photo), CLASSES, replace=False)
        self.members = [m for p in pool.members if len(m := np.intersect1d(p, kept)) > 4]
        self.number = {int(i): n for n, i in enumerate(kept)}

    def draw(self, batch: int, photos: int):
        everything, self.pool.members = self.pool.members, self.members
        out = self.pool.draw(batch, photos)
        self.pool.members = everything
        out.place = torch.tensor([self.number[i] for i in out.place.tolist()])
        return out


def optimise(net, loss, draw, steps: int, pick=lambda x: x):
    """`pick` chooses what of the descriptors the loss sees."""
    own = list(loss.parameters())
    groups = [{'params': net.parameters(), 'peak': RATE}] + ([{'params': own, 'peak': 10 * RATE}] if own else [])
    optimizer = torch.optim.AdamW(groups, lr=RATE, weight_decay=1e-4)
    for step in range(steps):
        net.train()
        batch = draw()
        a, b = pick(net(torch.cat([batch.a, batch.b])).flatten(1)).chunk(2)
        optimizer.zero_grad(set_to_none=True)
        loss(a, b, batch).backward()
        for group in optimizer.param_groups:
            group['lr'] = group['peak'] * min((step + 1) / 20, 1) * (1 - step / steps)
        optimizer.step()
    return net.eval()


def train_one(name: str, pool: PatchPool, seed: int, steps: int):
    torch.manual_seed(seed)
    pool.rng = np.random.default_rng(seed)
    net = small_network().to(memory_format=torch.channels_last)
    source = FewPoints(pool) if name in FEW else pool
    return optimise(net, LOSSES[name](), lambda: source.draw(BATCH, PHOTOS), steps)


def train_average(pool: PatchPool, seed: int, steps: int):
    """Two networks of one loss, their unit vectors side by side: squared distances are averaged. Twice the budget."""
    nets = [train_one('hardest-in-batch', pool, 100 + 2 * seed + k, steps) for k in (0, 1)]
    return lambda x: torch.cat([net(x).flatten(1) for net in nets], 1) / 2**0.5


def train_divided(pool: PatchPool, seed: int, steps: int, learners: int = 2):
    """Divide and conquer (Sanakoyeu et al. 2019): clusters of the data, each training its own part of the vector."""
    torch.manual_seed(seed)
    pool.rng = np.random.default_rng(seed)
    net, loss = small_network().to(memory_format=torch.channels_last), Hardest()
    optimise(net, loss, lambda: pool.draw(BATCH, PHOTOS), steps // 2)
    clusters = cluster(net, pool, learners)
    everything, turn = pool.members, [0]
    part = WIDTHS[-1] // learners

    def draw():
        turn[0] += 1
        pool.members = clusters[turn[0] % learners]
        return pool.draw(BATCH, PHOTOS)

    def pick(x):
        k = turn[0] % learners
        return F.normalize(x[:, k * part : (k + 1) * part], dim=1)

    optimise(net, loss, draw, steps - steps // 2, pick)
    pool.members = everything
    whole = lambda x: torch.cat([F.normalize(p, dim=1) for p in net(x).flatten(1).split(part, 1)], 1)
    return lambda x: whole(x) / learners**0.5


@torch.no_grad()
def cluster(net, pool: PatchPool, count: int) -> list[list[np.ndarray]]:
    """Members of each cluster by photo, k-means on one view of every third point."""
    index = np.arange(0, len(pool.photo), 3)
    rows = np.stack([index, pool.seen[index].argmax(1)], 1)
    x = torch.cat([net.eval()(pool.take(part)).flatten(1) for part in split(rows)])
    centres = x[torch.randperm(len(x))[:count]]
    for _ in range(10):
        label = torch.cdist(x, centres).argmin(1)
        centres = torch.stack([x[label == k].mean(0) for k in range(count)])
    parts = [index[(label == k).numpy()] for k in range(count)]
    return [[m for p in np.unique(pool.photo[part]) if len(m := part[pool.photo[part] == p]) > 8] for part in parts]


@torch.no_grad()
def evaluate(net, held_out: PatchPool, real: dict | None) -> dict:
    pairs = held_out.pairs(100, 5)
    sides = [torch.cat([net(held_out.take(p)).flatten(1) for p in split(side)]) for side in (pairs.left, pairs.right)]
    found = {'generated': {'fpr95': false_positive_rate(pair_distances(*sides).numpy(), pairs.label)}}
    if real is not None:
        a, b = (torch.cat([net(torch.from_numpy(p)).flatten(1) for p in split(prepare(real[k], 32))]) for k in 'ab')
        found |= score(pair_distances(a[real['i']], b[real['j']]).numpy(), real)
    return found


def run_one(name: str, pool, held_out, seed: int, steps: int, real) -> dict:
    if name == 'average of two':
        return evaluate(train_average(pool, seed, steps), held_out, real)
    if name == 'divide and conquer':
        return evaluate(train_divided(pool, seed, steps), held_out, real)
    return evaluate(train_one(name, pool, seed, steps), held_out, real)


def table(results: list[dict]) -> str:
    sets = list(results[0]['scores'])
    lines = [f'| loss | seeds | {" | ".join(f"{s} FPR95" for s in sets)} |', '|---' * (len(sets) + 2) + '|']
    for name in dict.fromkeys(r['loss'] for r in results):
        rows = [r['scores'] for r in results if r['loss'] == name]
        cells = []
        for s in sets:
            values = np.array([r[s]['fpr95'] for r in rows])
            cells.append(f'{values.mean():.1f} ± {np.ptp(values) / 2:.1f}')
        lines.append(f'| {name} | {len(rows)} | {" | ".join(cells)} |')
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--validation', type=Path, required=True)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--only', nargs='+', default=[*LOSSES, *ENSEMBLES])
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1])
    parser.add_argument('--steps', type=int, default=300)
    parser.add_argument('--real', type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    file = args.work / 'results.jsonl'
    results = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    pool, held_out = PatchPool(args.data, 32), PatchPool(args.validation, 32)
    real = dict(np.load(args.real)) if args.real else None
    for seed in args.seeds:
        for name in args.only:
            if any(r['loss'] == name and r['seed'] == seed for r in results):
                continue
            results.append(
                {'loss': name, 'seed': seed, 'scores': run_one(name, pool, held_out, seed, args.steps, real)}
            )
            print(results[-1], flush=True)
            with open(file, 'a') as out:
                out.write(json.dumps(results[-1]) + '\n')
    order = {name: i for i, name in enumerate([*LOSSES, *ENSEMBLES])}
    print(table(sorted(results, key=lambda r: order[r['loss']])))


if __name__ == '__main__':
    main()
