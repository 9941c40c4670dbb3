"""A pool of generated pairs on disk, so that a slow machine makes each pair once and trains on it many times.

python -m common.pool PHOTOS FOLDER --samples 4000 --seed 1     appends to what is there, may be run while others read

Files, one record a sample: images.u8 (2, 3, H, W), flow.f16 (2, H, W), occluded.u8 (H, W); `pool.json` names H and W.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from common.generator import Sample, generate
from common.photos import load_photos

BATCH = 8


class Pool:
    """Reads samples at random; the files may grow meanwhile."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        size = json.loads((self.folder / 'pool.json').read_text())
        self.height, self.width = size['height'], size['width']
        self.reopen()

    def reopen(self):
        h, w = self.height, self.width
        self.length = (self.folder / 'occluded.u8').stat().st_size // (h * w)
        view = lambda name, kind, *shape: np.memmap(self.folder / name, kind, 'r', shape=(self.length, *shape))
        self.images = view('images.u8', np.uint8, 2, 3, h, w)
        self.flows = view('flow.f16', np.float16, 2, h, w)
        self.hidden = view('occluded.u8', np.uint8, h, w)

    def draw(self, batch: int, rng: np.random.Generator) -> Sample:
        picks = rng.integers(self.length, size=batch)
        images = torch.from_numpy(np.stack([self.images[i] for i in picks]))
        flow = torch.from_numpy(np.stack([self.flows[i] for i in picks])).float()
        hidden = torch.from_numpy(np.stack([self.hidden[i] for i in picks])).bool()
        return Sample(images[:, 0], images[:, 1], flow, hidden[:, None])


def append(folder: Path, sample: Sample):
    """The occlusion file is written last: its length says how many samples are whole."""
    images = torch.stack([sample.image_a, sample.image_b], 1)
    for name, data in (
        ('images.u8', images.numpy()),
        ('flow.f16', sample.flow.numpy().astype(np.float16)),
        ('occluded.u8', sample.occluded.numpy().astype(np.uint8)),
    ):
        with open(folder / name, 'ab') as file:
            file.write(data.tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photos')
    parser.add_argument('folder', type=Path)
    parser.add_argument('--samples', type=int, default=4000)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--largest', type=float, default=28, help='greatest typical motion of a scene, pixels')
    parser.add_argument('--calm', type=float, default=0.15, help='share of scenes whose background hardly moves')
    parser.add_argument('--furniture', type=float, default=0, help='share of objects with legs, a seat and a back')
    parser.add_argument('--height', type=int, default=256)
    parser.add_argument('--width', type=int, default=384)
    args = parser.parse_args()
    torch.set_num_threads(1)
    photos = load_photos(args.photos)
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / 'pool.json').write_text(json.dumps({'height': args.height, 'width': args.width}))
    for i in range(args.samples // BATCH):
        append(
            args.folder,
            generate(
                photos,
                BATCH,
                args.height,
                args.width,
                seed=args.seed * 1_000_003 + i,
                largest=args.largest,
                calm=args.calm,
                furniture=args.furniture,
            ),
        )


if __name__ == '__main__':
    main()
