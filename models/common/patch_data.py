"""Batches of matching patches from the pools that `common.patches` writes, and labelled pairs to verify descriptors
by.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch


@dataclass
class Batch:
    """`a[i]` and `b[i]` show one point: float (B, 1, size, size) in 0..1; `same` (B, B) says where i and j do."""

    a: torch.Tensor
    b: torch.Tensor
    same: torch.Tensor
    place: torch.Tensor
    """(B,) number of the point in the pool: the class of both patches."""


@dataclass
class Pairs:
    """Row i of `left` and `right` indexes (point, view); label 1 where they show the same point."""

    left: np.ndarray
    right: np.ndarray
    label: np.ndarray


class PatchPool:
    """The patches of a pool in memory, at 64 or, averaged over 2 x 2, at 32 pixels."""

    def __init__(self, folder: str | Path, size: int, seed: int = 0):
        points = np.load(Path(folder) / 'points.npz')
        self.photo, self.side, self.seen = points['photo'], points['side'], points['seen']
        self.at = np.stack([points['x'], points['y']], 1)
        self.patches = shrink(np.load(Path(folder) / 'patches.npy', mmap_mode='r'), size)
        self.members = [np.flatnonzero(self.photo == p) for p in np.unique(self.photo)]
        self.rng = np.random.default_rng(seed)

    def near(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Whether points i and j (broadcast) are one place: one photo, and nearer than half a side."""
        distance = np.hypot(*np.moveaxis(self.at[i] - self.at[j], -1, 0))
        return (self.photo[i] == self.photo[j]) & (distance < np.maximum(self.side[i], self.side[j]) / 2)

    def draw(self, batch: int, photos: int) -> Batch:
        """Points of a few photos: most of a point's negatives are of its own photo, as they are when images are
        matched.
        """
        picks = np.concatenate(
            [self.rng.choice(self.members[p], batch // photos) for p in self.rng.choice(len(self.members), photos)]
        )
        views = np.argsort(self.rng.random(self.seen[picks].shape) - self.seen[picks], 1)[:, :2]
        a, b = (self.patches[picks, views[:, k]] for k in (0, 1))
        same = self.near(picks[:, None], picks[None])
        return Batch(*self.turn(a, b), torch.from_numpy(same), torch.from_numpy(picks))

    def turn(self, a, b):
        """One of the eight symmetries of the square for the whole batch, in 0..1."""
        quarters, mirror = self.rng.integers(4), self.rng.random() < 0.5
        out = []
        for patches in (a, b):
            patches = np.rot90(patches, quarters, (1, 2))
            patches = patches[:, :, ::-1] if mirror else patches
            out.append(torch.from_numpy(np.ascontiguousarray(patches)).float()[:, None] / 255)
        return out

    def pairs(self, positives: int, negatives: int, seed: int = 0) -> Pairs:
        """For every photo up to `positives` points in two views, and each against `negatives` others of the same
        photo.
        """
        rng = np.random.default_rng(seed)
        left, right, label = [], [], []
        for members in self.members:
            chosen = rng.permutation(members)[:positives]
            views = {i: rng.permutation(np.flatnonzero(self.seen[i]))[:2] for i in chosen}
            for i in chosen:
                others = chosen[~self.near(np.full(len(chosen), i), chosen)]
                for j in [i, *rng.permutation(others)[:negatives]]:
                    left.append((i, views[i][0]))
                    right.append((j, views[j][1]))
                    label.append(int(i == j))
        return Pairs(np.array(left), np.array(right), np.array(label))

    def take(self, index: np.ndarray) -> torch.Tensor:
        """The patches at (point, view) rows, float (N, 1, size, size) in 0..1."""
        return torch.from_numpy(self.patches[index[:, 0], index[:, 1]]).float()[:, None] / 255


def shrink(patches: np.ndarray, size: int) -> np.ndarray:
    """Patches of 64 pixels as they are, or as the rounded means of 2 x 2 of their pixels."""
    if patches.shape[-1] == size:
        return np.array(patches)
    out = np.empty((*patches.shape[:2], size, size), np.uint8)
    for start in range(0, len(patches), 4096):
        part = patches[start : start + 4096].astype(np.uint16)
        sums = part[..., 0::2, 0::2] + part[..., 0::2, 1::2] + part[..., 1::2, 0::2] + part[..., 1::2, 1::2]
        out[start : start + 4096] = (sums + 2) >> 2
    return out


def false_positive_rate(distance: np.ndarray, label: np.ndarray, recall: float = 0.95) -> float:
    """Share (%) of the negatives within the distance that lets `recall` of the positives in."""
    positives = np.sort(distance[label == 1])
    limit = positives[int(np.ceil(recall * len(positives))) - 1]
    return float((distance[label == 0] <= limit).mean() * 100)


def threshold_at(distance: np.ndarray, label: np.ndarray, rate: float) -> tuple[float, float]:
    """(the distance within which the share `rate` of the negatives lies, the recall it gives), rates in 0..1."""
    limit = float(np.quantile(distance[label == 0], rate))
    return limit, float((distance[label == 1] <= limit).mean())
