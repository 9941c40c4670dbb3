"""Photos as one tensor of square tiles, the textures of generated data.

python -m common.photos FOLDER ARCHIVE.pt    packs a folder of photos into one archive to train from elsewhere
"""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

EXTENSIONS = {'.jpg', '.jpeg', '.png', '.webp'}


def read_photo(path: Path, tile: int) -> np.ndarray:
    """One photo as RGB, its shorter side scaled down to `tile` where it is longer, and centre-cropped."""
    photo = ImageOps.exif_transpose(Image.open(path)).convert('RGB')
    return np.asarray(ImageOps.fit(photo, (tile, tile), Image.Resampling.LANCZOS))


def load_photos(source: str | Path, tile: int = 512) -> torch.Tensor:
    """All photos of a folder, or an archive that `pack` wrote: uint8 (N, 3, tile, tile)."""
    source = Path(source)
    if source.is_file():
        return torch.load(source, weights_only=True)
    paths = sorted(p for p in source.rglob('*') if p.suffix.lower() in EXTENSIONS)
    if not paths:
        raise FileNotFoundError(f'Expected a folder with photos but found none in {source}')
    return torch.from_numpy(np.stack([read_photo(p, tile) for p in paths])).permute(0, 3, 1, 2).contiguous()


if __name__ == '__main__':
    torch.save(load_photos(sys.argv[1]), sys.argv[2])
