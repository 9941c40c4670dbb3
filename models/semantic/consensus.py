"""Trains a small neighbourhood-consensus network (NC-Net, Rocco 2018): 4-D convolutions over the scores of all pairs of cells.

python -m semantic.consensus --data .work/semantic-views --validation .work/semantic-views-val --minutes 10 --work .work/semantic-nc

Soft mutual neighbours, two layers of 3^4 kernels, 1 -> 8 -> 1 channels, in both directions and summed as in the paper,
soft mutual again. The loss is the cross-entropy of the true cell, both ways, as the maps between two views of a photo are
known; the paper's is weak (pairs of one class against pairs of two). Two views of one photo teach what neighbours say about
each other under warps, clutter and noise, and nothing about two objects of one kind.
"""

import argparse

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from common.loop import Training, add_options, parse_options
from semantic.maps import APPLY
from semantic.net import CELLS
from semantic.train import Views, apply_affine_each, compose_affine, invert_affine, roughen
from semantic.views import KINDS


class Convolution4d(nn.Module):
    """3^4 kernels on (n, channels, ya, xa, yb, xb), zeros outside: three 3-D convolutions at each row of A, summed."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.slices = nn.ModuleList(nn.Conv3d(inputs, outputs, 3, padding=1, bias=k == 1) for k in range(3))

    def forward(self, volume):
        n, c, rows, *rest = volume.shape
        flat = volume.transpose(1, 2).reshape(n * rows, c, *rest)
        below, here, above = (layer(flat).view(n, rows, -1, *rest) for layer in self.slices)
        # Row y takes `below` of row y - 1 and `above` of row y + 1.
        total = here + F.pad(below[:, :-1], [0] * 8 + [1, 0]) + F.pad(above[:, 1:], [0] * 8 + [0, 1])
        return total.transpose(1, 2)


def mutual(scores):
    """(n, ya, xa, yb, xb), 0 and more: a score counts in full where it is the best of its row and of its column."""
    of_a = scores.amax((3, 4), keepdim=True) + 1e-6
    of_b = scores.amax((1, 2), keepdim=True) + 1e-6
    return scores * (scores / of_a) * (scores / of_b)


class Consensus(nn.Module):
    """(n, h, w, h, w) scores of unit features to the same, agreed upon; never below 0."""

    def __init__(self, width: int = 8):
        super().__init__()
        self.layers = nn.Sequential(Convolution4d(1, width), nn.ReLU(), Convolution4d(width, 1), nn.ReLU())
        self.sharpness = nn.Parameter(torch.tensor(2.0))
        self.start_from_fixed(width)

    @torch.no_grad()
    def start_from_fixed(self, width: int):
        """The first channel starts as the fixed kernel that is 1 where both cells move alike; rectifiers start alive."""
        first, _, second, _ = self.layers
        for k in range(3):
            for layer in (first, second):
                layer.slices[k].weight.mul_(0.1)
            for dx in range(3):
                first.slices[k].weight[0, 0, dx, k, dx] = 1 / 9
        second.slices[1].weight[0, 0, 1, 1, 1] = 1
        first.slices[1].bias.fill_(0.0)
        second.slices[1].bias.fill_(1e-3)

    def forward(self, scores):
        volume = mutual(scores.relu())
        turned = volume.permute(0, 3, 4, 1, 2)
        both = self.layers(volume[:, None])[:, 0] + self.layers(turned[:, None])[:, 0].permute(0, 3, 4, 1, 2)
        return mutual(both)


def correlate_all(a, b):
    """Unit features (n, c, h, w) to (n, ya, xa, yb, xb)."""
    return torch.einsum('ncyx,ncvu->nyxvu', a, b)


def cells() -> torch.Tensor:
    line = torch.linspace(-1, 1, CELLS)
    y, x = torch.meshgrid(line, line, indexing='ij')
    return torch.stack([x.flatten(), y.flatten()], 1)


def places(views: Views, a, b, kind: str) -> torch.Tensor:
    """(n, CELLS ** 2, 2): where the cells of B lie in A, -1..1."""
    numbers = {'affine': 6, 'homography': 8, 'tps': 18}[kind]
    photo = apply_affine_each(views.base[b], APPLY[kind](views.theta[b, :numbers], cells()))
    return apply_affine_each(invert_affine(compose_affine(views.base[a], views.theta[a, :6])), photo)


def true_cells(truth):
    """Index of the nearest cell of A, -1 outside."""
    place = ((truth + 1) / 2 * (CELLS - 1)).round().long()
    inside = ((place >= 0) & (place < CELLS)).all(-1)
    return torch.where(inside, place[..., 1] * CELLS + place[..., 0], -1)


def both_ways(agreed, target, sharpness):
    """Cross-entropy of A's cell for each of B's, and of B's for each of A's that is some cell's target."""
    n, count = target.shape
    logits = (agreed.flatten(1, 2).flatten(2) + 1e-6).log() * sharpness
    seen = target >= 0
    to_a = F.cross_entropy(logits.transpose(1, 2)[seen], target[seen])
    index, cell_b = seen.nonzero(as_tuple=True)
    to_b = F.cross_entropy(logits[index, target[index, cell_b]], cell_b)
    return to_a + to_b


def found(agreed, truth) -> float:
    """The share of B's cells, of those that A shows, whose best cell in A is within 1.5 cells of the truth."""
    best = agreed.flatten(1, 2).flatten(2).argmax(1)
    place = torch.stack([best % CELLS, best // CELLS], -1)
    error = (place - (truth + 1) / 2 * (CELLS - 1)).norm(dim=-1)
    seen = (truth.abs() <= 1).all(-1)
    return float((error[seen] < 1.5).float().mean())


def fixed(scores):
    """What the library does without a network, up to the votes: cubed mutual scores, the fixed kernel, mutual again."""
    volume = mutual(scores.relu()) ** 3
    total = torch.zeros_like(volume)
    padded = F.pad(volume, [1] * 8)
    for dy in range(3):
        for dx in range(3):
            size = slice(dy, dy + CELLS), slice(dx, dx + CELLS)
            total += padded[:, size[0], size[1], size[0], size[1]]
    return mutual(total)


@torch.no_grad()
def validate(net, views: Views, rough: bool, count: int = 96) -> dict[str, float]:
    """The share of cells found, of features as they are or roughened, by nothing, the fixed kernel and the network."""
    views.rng = np.random.default_rng(1)
    torch.manual_seed(1)
    shares = {'scores': [], 'fixed': [], 'network': []}
    for k in range(count // 16):
        kind = KINDS[k % 3]
        a, b = views.draw(kind, 16)
        fa, fb = views.take(a), views.take(b)
        if rough:
            fb = roughen(fb, views.take(views.draw(kind, 16)[1]), views.rng)
        scores, truth = correlate_all(fa, fb), places(views, a, b, kind)
        for name, agreed in (('scores', scores), ('fixed', fixed(scores)), ('network', net(scores))):
            shares[name].append(found(agreed, truth))
    return {name: float(np.mean(values)) for name, values in shares.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, minutes=10, batch=4, lr=2e-3)
    args = parse_options(parser)
    net = Consensus()
    training = Training(net, args, decay=0.99, weight_decay=0.0, clip=1.0)
    views, held_out = Views(args.data, training.data_seed), Views(args.validation)

    def loss():
        kind = KINDS[training.step % 3]
        a, b = views.draw(kind, args.batch)
        rough = roughen(views.take(b), views.take(views.draw(kind, args.batch)[1]), views.rng)
        target = true_cells(places(views, a, b, kind))
        return both_ways(net(correlate_all(views.take(a), rough)), target, net.sharpness)

    def report(average):
        rows = [validate(average, held_out, rough) for rough in (False, True)]
        return '  '.join(' '.join(f'{name} {100 * share:.1f}' for name, share in row.items()) for row in rows)

    training.run(loss, report)


if __name__ == '__main__':
    main()
