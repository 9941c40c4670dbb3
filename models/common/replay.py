"""A bounded pool of generated pairs on disk: each is used some times, then a fresh one takes the place of the oldest.

A trainer makes its pairs itself, between steps, and finds those of the last time where it left them.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from common.generator import Sample


class Replay:
    """`make(seed)` gives a batch (Sample) of one size; `uses` is how often a pair is drawn in the mean."""

    def __init__(
        self, folder: Path, make: Callable[[int], Sample], height: int, width: int, capacity: int, uses: float
    ):
        self.folder, self.make, self.capacity, self.uses = folder, make, capacity, uses
        self.height, self.width = height, width
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / 'replay.json'
        self.made, self.owed = 0, 0.0
        if self.file.exists():
            self.made = json.loads(self.file.read_text())['made']
        view = lambda name, kind, *shape: self.open(name, kind, (capacity, *shape))
        self.images = view('images.u8', np.uint8, 2, 3, height, width)
        self.flows = view('flow.f16', np.float16, 2, height, width)
        self.occluded = view('occluded.u8', np.uint8, height, width)

    def open(self, name, kind, shape):
        path = self.folder / name
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        fresh = not path.exists() or path.stat().st_size != size
        if fresh:
            self.made = 0
        return np.memmap(path, kind, 'w+' if fresh else 'r+', shape=shape)

    def __len__(self):
        return min(self.made, self.capacity)

    def grow(self, seed: int) -> int:
        """Makes one batch; returns how many pairs."""
        sample = self.make(seed)
        images = torch.stack([sample.image_a, sample.image_b], 1).cpu().numpy()
        flow, occluded = sample.flow.cpu().numpy().astype(np.float16), sample.occluded[:, 0].cpu().numpy()
        for k in range(len(images)):
            slot = self.made % self.capacity
            self.images[slot], self.flows[slot], self.occluded[slot] = images[k], flow[k], occluded[k]
            self.made += 1
        self.file.with_suffix('.tmp').write_text(json.dumps({'made': self.made}))
        self.file.with_suffix('.tmp').rename(self.file)
        return len(images)

    def draw(self, batch: int, rng: np.random.Generator, least: int) -> Sample:
        """A batch, once there are `least` pairs; what it owes for the use it pays in fresh pairs first."""
        self.owed += batch / self.uses
        while self.owed >= 1 or len(self) < least:
            made = self.grow(int(rng.integers(1 << 40)))
            self.owed = max(self.owed - made, -8)
        picks = rng.integers(len(self), size=batch)
        images = torch.from_numpy(np.stack([self.images[i] for i in picks]))
        flow = torch.from_numpy(np.stack([self.flows[i] for i in picks])).float()
        occluded = torch.from_numpy(np.stack([self.occluded[i] for i in picks])).bool()
        return Sample(images[:, 0], images[:, 1], flow, occluded[:, None])
