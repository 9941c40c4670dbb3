"""Trains one regressor against the clock, on pairs of views that `semantic.views` wrote, with the grid loss.

python -m semantic.train affine --data .work/semantic-views --validation .work/semantic-views-val --minutes 10 --work .work/semantic-affine

Stops and resumes at will: everything is in <work>/checkpoint.pt. A pair is two views of one photo, the first an affine one
(its inverse is known). Pairs of different objects agree in part only, so B loses channels and cells: some are replaced by
those of another photo, as clutter would.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common.loop import Training, add_options, parse_options
from semantic.maps import APPLY, grid, grid_error, grid_loss
from semantic.net import Regressor, correlate
from semantic.views import KINDS

POINTS = grid(20)


def invert_affine(theta: torch.Tensor) -> torch.Tensor:
    matrix = theta.view(-1, 2, 3)
    inverse = torch.linalg.inv(matrix[:, :, :2])
    return torch.cat([inverse, -inverse @ matrix[:, :, 2:]], 2).flatten(1)


class Views:
    """Views by photo and kind, and pairs of them."""

    def __init__(self, folder: Path, seed: int = 0):
        self.features = np.load(folder / 'features.npy', mmap_mode='r')
        table = np.load(folder / 'views.npz')
        self.kind, self.theta, self.base = table['kind'], torch.from_numpy(table['theta']), torch.from_numpy(table['base'])
        self.of = {(p, k): np.flatnonzero((table['photo'] == p) & (table['kind'] == k))
                   for p in np.unique(table['photo']) for k in range(3)}
        self.photos, self.rng = np.unique(table['photo']), np.random.default_rng(seed)

    def draw(self, kind: str, count: int):
        """Indices of A's views and of B's."""
        pick = lambda photo, k: self.rng.choice(self.of[photo, k])
        photos = self.rng.choice(self.photos, count)
        return (np.array([pick(p, 0) for p in photos]), np.array([pick(p, KINDS.index(kind)) for p in photos]))

    def take(self, index) -> torch.Tensor:
        return torch.from_numpy(np.stack([self.features[i] for i in index])).float()

    def truth(self, a, b, kind: str) -> torch.Tensor:
        """Where the grid's points of B lie in A."""
        numbers = {'affine': 6, 'homography': 8, 'tps': 18}[kind]
        inner = APPLY[kind](self.theta[b, :numbers], POINTS)
        photo = apply_affine_each(self.base[b], inner)
        back = invert_affine(compose_affine(self.base[a], self.theta[a, :6]))
        return apply_affine_each(back, photo)


def apply_affine_each(theta, points):
    """One map a row on points of its own."""
    matrix = theta.view(-1, 2, 3)
    return points @ matrix[:, :, :2].transpose(1, 2) + matrix[:, None, :, 2]


def compose_affine(outer, inner):
    """The map that applies `inner` first."""
    o, i = outer.view(-1, 2, 3), inner.view(-1, 2, 3)
    return torch.cat([o[:, :, :2] @ i[:, :, :2], o[:, :, :2] @ i[:, :, 2:] + o[:, :, 2:]], 2).flatten(1)


def roughen(features: torch.Tensor, other: torch.Tensor, rng) -> torch.Tensor:
    """Noise, channels lost, and up to three boxes of another photo's cells."""
    n, c, h, w = features.shape
    noise = torch.randn_like(features) * torch.rand(n, 1, 1, 1) * 0.6 / c**0.5
    features = (features + noise) * (torch.rand(n, c, 1, 1) > 0.1 * torch.rand(n, 1, 1, 1))
    for i in range(n):
        for _ in range(rng.integers(0, 4)):
            bh, bw = rng.integers(2, 7, 2)
            y, x = rng.integers(0, h - bh + 1), rng.integers(0, w - bw + 1)
            features[i, :, y : y + bh, x : x + bw] = other[i, :, y : y + bh, x : x + bw]
    return features / (features.square().sum(1, keepdim=True) + 1e-6).sqrt()


@torch.no_grad()
def validate(net, kind: str, views: Views, count: int = 256) -> tuple[float, float]:
    """Mean grid error of the regressor and of moving nothing, in shares of the side."""
    views.rng = np.random.default_rng(1)
    a, b = views.draw(kind, count)
    truth = views.truth(a, b, kind)
    theta = net.eval()(correlate(views.take(a), views.take(b)))
    still = (POINTS - truth).norm(dim=-1).mean() / 2
    return float(grid_error(kind, theta, truth, POINTS).mean()), float(still)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('kind', choices=KINDS)
    add_options(parser, minutes=10, batch=32, lr=2e-3)
    args = parse_options(parser)
    net = Regressor(args.kind)
    training = Training(net, args, decay=0.99, weight_decay=1e-4, clip=1.0)
    views, held_out = Views(args.data, training.data_seed), Views(args.validation)

    def loss():
        a, b = views.draw(args.kind, args.batch)
        other = views.draw(args.kind, args.batch)[1]
        volume = correlate(views.take(a), roughen(views.take(b), views.take(other), views.rng))
        return grid_loss(args.kind, net(volume), views.truth(a, b, args.kind), POINTS)

    def report(average):
        error, still = validate(average, args.kind, held_out)
        return f'{error:.4f} of {still:.4f}'

    training.run(loss, report)


if __name__ == '__main__':
    main()
