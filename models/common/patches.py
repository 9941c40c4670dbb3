"""Patches of one place seen several times, cut from photos under generated homographies.

python -m common.patches PHOTOS FOLDER --points 300 --seed 1                     the photos that train
python -m common.patches PHOTOS FOLDER --points 150 --seed 2 --part validation   every 16th photo, kept apart

A photo is warped by a few random views (a tilted camera, blurred as a camera blurs what it foreshortens) and each view
gets exposure, contrast, light, blur, noise and JPEG of its own. DoG keypoints of the photo are carried into the views
and shaken there as a detector would: position, scale, angle. A patch covers 12 sigma of its keypoint.

Files: patches.npy uint8 (N, VIEWS, 64, 64); points.npz with seen bool (N, VIEWS), which of the views
show the point (at least two), and photo, x, y, side, each (N,), in pixels of the photo: two points of one photo nearer
than half a side show the same place, and are no negatives of each other.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from common.photos import EXTENSIONS

SIZE = 64
VIEWS = 4
SIGMAS = 12
LEAST = 24
"""Patches narrower than this many pixels of their image are left out: they would be made of nothing but blur."""

APART = 8
"""Pixels between the keypoints that are taken."""

HELD_OUT = 16
"""Every 16th photo is for validation."""


def read_grey(path: Path, longest: int = 1000) -> np.ndarray:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    scale = min(1, longest / max(image.shape))
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image


def turn(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


def shift(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def project(h: np.ndarray, points: np.ndarray) -> np.ndarray:
    p = points @ h[:, :2].T + h[:, 2]
    return p[:, :2] / p[:, 2:]


def render_view(photo: np.ndarray, strength: float, rng: np.random.Generator):
    """(image, homography from the photo to it): the photo foreshortened along a random direction, zoomed, in
    perspective.
    """
    height, width = photo.shape
    tilt = 1 / np.cos(np.deg2rad(rng.uniform(0, 70) * strength))
    zoom = np.exp(rng.uniform(-0.45, 0.35) * strength) * np.sqrt(tilt) ** rng.uniform(0, 1)
    zoom = min(zoom, 1400 / max(height, width))
    turned, grown = place_inside(turn(rng.uniform(0, 2 * np.pi)), width, height)
    image = cv2.warpPerspective(photo, turned, grown, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    # What is foreshortened is seen through the same lens and loses fine detail in that direction (Morel and Yu 2009).
    sx, sy = (0.55 * np.sqrt(max((1 / s) ** 2 - 1, 0)) for s in (zoom / tilt, zoom))
    if max(sx, sy) > 0.2:
        image = cv2.GaussianBlur(image, (0, 0), sigmaX=max(sx, 0.05), sigmaY=max(sy, 0.05))
    squeeze = np.diag([zoom / tilt, zoom, 1.0])
    lean = np.eye(3)
    lean[2, :2] = rng.uniform(-0.35, 0.35, 2) * strength / np.array(grown)
    h, size = place_inside(turn(rng.uniform(-0.6, 0.6)) @ squeeze @ lean @ shift(-grown[0] / 2, -grown[1] / 2), *grown)
    return cv2.warpPerspective(image, h, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), h @ turned


def place_inside(h: np.ndarray, width: int, height: int):
    """(`h` moved so that the whole image has positive coordinates, the size of what it fills)."""
    corners = project(h, np.array([[0, 0], [width, 0], [0, height], [width, height]], float))
    low, high = corners.min(0), corners.max(0)
    return shift(*-low) @ h, tuple(int(v) for v in np.clip(np.ceil(high - low), SIZE, 2200))


def expose(image: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Another exposure of the same scene: light, gamma, contrast with clipping, blur, noise, JPEG."""
    out = image.astype(np.float32) / 255
    if rng.random() < 0.5:
        low = rng.normal(size=(4, 4)).astype(np.float32) * 0.25 * strength
        out *= np.exp(cv2.resize(low, out.shape[::-1], interpolation=cv2.INTER_CUBIC))
    out = np.clip(out, 1e-3, None) ** np.exp(rng.normal() * 0.35 * strength)
    mean = out.mean()
    out = np.clip((out - mean) * np.exp(rng.normal() * 0.3 * strength) + mean + rng.normal() * 0.07 * strength, 0, 1)
    out = blur(out, strength, rng)
    out += rng.normal(size=out.shape).astype(np.float32) * (0.04 * strength * rng.random() ** 3)
    out = np.clip(out * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.4 * strength:
        quality = int(rng.uniform(20, 95))
        out = cv2.imdecode(cv2.imencode('.jpg', out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    return out


def blur(image: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    kind = rng.random()
    if kind < 0.25 * strength:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.3))
    if kind < 0.32 * strength:
        line = np.zeros((7, 7), np.float32)
        angle, reach = rng.uniform(0, np.pi), rng.uniform(1, 3)
        way = np.array([np.cos(angle), np.sin(angle)]) * reach
        cv2.line(line, *(tuple(int(v) for v in np.round(3 + s * way)) for s in (-1, 1)), 1)
        return cv2.filter2D(image, -1, line / line.sum())
    return image


def pyramid(image: np.ndarray) -> list[np.ndarray]:
    levels = [image]
    while min(levels[-1].shape) > 2 * SIZE:
        levels.append(cv2.pyrDown(levels[-1]))
    return levels


def cut(levels: list[np.ndarray], x: float, y: float, side: float, angle: float) -> np.ndarray | None:
    """The square of `side` pixels around (x, y), its x axis at `angle` (radians), as SIZE x SIZE; None over the
    edge.
    """
    height, width = levels[0].shape
    c, s = np.cos(angle), np.sin(angle)
    if side / 2 * (abs(c) + abs(s)) > min(x, y, width - 1 - x, height - 1 - y):
        return None
    level = int(np.clip(np.log2(max(side / SIZE, 1)), 0, len(levels) - 1))
    scale = side / SIZE / 2**level
    rotation = np.array([[c, -s], [s, c]]) * scale
    # pyrDown puts pixel i of a level at pixel 2 i of the one below.
    offset = np.array([x, y]) / 2**level - rotation @ np.full(2, (SIZE - 1) / 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        levels[level], np.c_[rotation, offset], (SIZE, SIZE), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def local_affine(h: np.ndarray, x: float, y: float) -> np.ndarray:
    p = h @ [x, y, 1]
    return (h[:2, :2] - np.outer(p[:2] / p[2], h[2, :2])) / p[2]


def seen_at(h: np.ndarray, point, rng: np.random.Generator, shake: float):
    """(x, y, side, angle) of a point (x, y, side, angle) in a view, as a detector would find it there."""
    x, y, side, angle = point
    affine = local_affine(h, x, y)
    direction = affine @ [np.cos(angle), np.sin(angle)]
    at = project(h, np.array([[x, y]]))[0]
    jitter = rng.uniform(-1, 1, 4) * shake
    scale = np.sqrt(abs(np.linalg.det(affine))) * (1 + 0.1 * jitter[2])
    return (*(at + 2 * jitter[:2]), side * scale, np.arctan2(direction[1], direction[0]) + np.deg2rad(10) * jitter[3])


def occlude(patch: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A straight edge across the patch with another texture behind it, leaving at least the centre."""
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.12, 0.45) * SIZE
    axis = np.arange(SIZE) - (SIZE - 1) / 2
    distance = np.cos(angle) * axis[None] + np.sin(angle) * axis[:, None] - reach
    cover = np.clip(distance + 0.5, 0, 1)
    return (patch * (1 - cover) + other * cover).astype(np.uint8)


def choose_points(keys: list[cv2.KeyPoint], count: int, rng: np.random.Generator) -> list[tuple]:
    """Some of the keypoints as (x, y, side, angle), no two within APART pixels."""
    taken, points = np.full((count, 2), np.inf), []
    for i in rng.permutation(len(keys)):
        (x, y), side = keys[i].pt, keys[i].size / 2 * SIGMAS
        if side < LEAST or np.hypot(*(taken - (x, y)).T).min() < APART:
            continue
        taken[len(points)] = x, y
        points.append((x, y, side, np.deg2rad(keys[i].angle)))
        if len(points) == count:
            break
    return points


def make_tuples(photo: np.ndarray, keys, count: int, rng: np.random.Generator):
    """(patches (n, VIEWS, 64, 64), seen (n, VIEWS), points (n, 3) as x, y, side); the first view is the mildest."""
    views, levels = [], []
    for v in range(VIEWS):
        strength = 0.4 if v == 0 else 1.0
        image, h = render_view(photo, strength, rng)
        levels.append(pyramid(expose(image, strength, rng)))
        views.append(h)
    blank = np.zeros((SIZE, SIZE), np.uint8)
    patches, seen, points = [], [], []
    for point in choose_points(keys, count, rng):
        places = [seen_at(h, point, rng, 0.5 if v == 0 else 0.9) for v, h in enumerate(views)]
        cuts = [None if p[2] < LEAST else cut(pyr, *p) for pyr, p in zip(levels, places)]
        if sum(c is not None for c in cuts) < 2:
            continue
        patches.append([blank if c is None else c for c in cuts])
        seen.append([c is not None for c in cuts])
        points.append(point[:3])
    patches = np.array(patches, np.uint8).reshape(-1, VIEWS, SIZE, SIZE)
    for i, v in zip(*np.nonzero(rng.random(patches.shape[:2]) < 0.06)):
        patches[i, v] = occlude(patches[i, v], patches[rng.integers(len(patches)), v], rng)
    return patches, np.array(seen, bool).reshape(-1, VIEWS), np.array(points).reshape(-1, 3)


def make_pool(folder: Path, photos: list[Path], count: int, sets: int, seed: int):
    """`sets` times, with other views and points, up to `count` points of every photo."""
    rng = np.random.default_rng(seed)
    patches, seen, points, owner = [], [], [], []
    for i, path in enumerate(photos):
        photo = read_grey(path)
        keys = cv2.SIFT_create().detect(photo, None)
        for _ in range(sets):
            got, views, at = make_tuples(photo, keys, count, rng)
            patches.append(got)
            seen.append(views)
            points.append(at)
            owner += [i] * len(at)
    x, y, side = np.concatenate(points).T
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / 'patches.npy', np.concatenate(patches))
    np.savez(folder / 'points.npz', photo=np.array(owner), x=x, y=y, side=side, seen=np.concatenate(seen))
    print(f'{len(owner)} points of {len(photos)} photos, {np.concatenate(seen).sum(1).mean():.2f} views each')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photos', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--points', type=int, default=300, help='of a photo and a set of views, at most')
    parser.add_argument('--sets', type=int, default=2)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--part', choices=('training', 'validation'), default='training')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    photos = sorted(p for p in args.photos.rglob('*') if p.suffix.lower() in EXTENSIONS)
    kept = [p for i, p in enumerate(photos) if (i % HELD_OUT == HELD_OUT - 1) == (args.part == 'validation')]
    make_pool(args.folder, kept, args.points, args.sets, args.seed)


if __name__ == '__main__':
    main()
