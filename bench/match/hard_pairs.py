"""Pairs in which features are hard to find, cut from photos that no network has been trained on.

    python bench/match/hard_pairs.py PHOTOS FOLDER          writes them and pairs.json

Every 16th photo is kept apart from training (`models/common/patches.py`). A and B are 400 x 300, B moves A's corners by up
to 12 % of the sides and all of them by up to 5 %, and both go through the same before they are stored in 8 bits:

    clear   nothing
    blur    a Gaussian of 6 px
    noise   a deviation of 60 of 255
    dark    3 % of the light, noise with a deviation of 1
    fog     5 % of the contrast about grey, noise with a deviation of 1
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np

HELD_OUT, EACH = 16, 2
WIDTH, HEIGHT, SHORTER = 400, 300, 480
CORNERS = np.float64([[0, 0], [WIDTH - 1, 0], [WIDTH - 1, HEIGHT - 1], [0, HEIGHT - 1]])
SPOIL = {
    'clear': lambda x, rng: x,
    'blur': lambda x, rng: cv2.GaussianBlur(x, (0, 0), 6),
    'noise': lambda x, rng: x + rng.normal(0, 60, x.shape),
    'dark': lambda x, rng: 0.03 * x + rng.normal(0, 1, x.shape),
    'fog': lambda x, rng: 128 + 0.05 * (x - 128) + rng.normal(0, 1, x.shape),
}


def held_out(photos: Path) -> list[Path]:
    paths = sorted(p for p in photos.rglob('*') if p.suffix.lower() in {'.jpg', '.jpeg', '.png', '.webp'})
    return paths[HELD_OUT - 1 :: HELD_OUT]


def read(path: Path) -> np.ndarray:
    photo = cv2.imread(str(path)).astype(np.float32)
    scale = SHORTER / min(photo.shape[:2])
    return cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def draw(size, rng):
    """(corner of A's window, homography from A to B) such that both lie within a photo of (width, height)."""
    for _ in range(1000):
        corner = rng.uniform(0, 1, 2) * (np.array(size) - [WIDTH, HEIGHT])
        moved = CORNERS + [WIDTH, HEIGHT] * (rng.uniform(-0.12, 0.12, (4, 2)) + rng.uniform(-0.05, 0.05, 2))
        homography = cv2.getPerspectiveTransform(np.float32(CORNERS), np.float32(moved))
        seen = cv2.perspectiveTransform(CORNERS[None], np.linalg.inv(homography))[0] + corner
        if (seen >= 0).all() and (seen <= np.array(size) - 1).all():
            return corner, homography
    raise RuntimeError(f'Expected views within a photo of {size[0]} x {size[1]} but found none')


def write_pairs(photos: Path, folder: Path) -> list[dict]:
    rng, pairs = np.random.default_rng(7), []
    for path in held_out(photos):
        photo = read(path)
        for number in range(EACH):
            corner, homography = draw(photo.shape[1::-1], rng)
            shift = np.float64([[1, 0, -corner[0]], [0, 1, -corner[1]], [0, 0, 1]])
            views = [cv2.warpPerspective(photo, h @ shift, (WIDTH, HEIGHT)) for h in (np.eye(3), homography)]
            for kind, spoil in SPOIL.items():
                names = [str(folder / f'{path.stem}-{number}-{kind}-{side}.png') for side in 'ab']
                for name, view in zip(names, views):
                    cv2.imwrite(name, spoil(view, rng).round().clip(0, 255).astype(np.uint8))
                truth = (homography / homography[2, 2]).ravel().tolist()
                pairs.append({'set': kind, 'name': f'{path.stem}-{number}', 'a': names[0], 'b': names[1], 'truth': truth})
    return pairs


if __name__ == '__main__':
    photos, folder = map(Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'pairs.json').write_text(json.dumps(write_pairs(photos, folder)))
