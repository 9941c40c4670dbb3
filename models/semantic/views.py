"""Views of photos under random maps, as features of the frozen trunk: what the regressors train on.

python -m semantic.views PHOTOS .work/semantic-views --trunk semantic/trunk.onnx                       trains
python -m semantic.views PHOTOS .work/semantic-views-val --trunk semantic/trunk.onnx --part validation  every 16th, apart

A view is a window of a photo under an affine map, a homography, or a thin-plate spline after an affine map, with light and
colour of its own, 225 pixels a side. Any two views of one photo are a pair: where A's view has an inverse in closed form
(affine and homography), B's points are known in A exactly. Files: features.npy fp16 (views, channels, 15, 15), unit vectors
of each stride, and views.npz with photo, kind (0 affine, 1 homography, 2 tps), theta, base.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import torch

from common.patches import HELD_OUT
from common.photos import EXTENSIONS
from semantic.maps import APPLY, grid
from semantic.net import CELLS, identity

SIDE = 16 * (CELLS - 1) + 1
KINDS = ('affine', 'homography', 'tps')


def random_affine(rng, strength: float) -> np.ndarray:
    """Turn up to 15 degrees, sides scaled by 0.7 to 1.4, a shear, a shift of up to 0.25; all times `strength`."""
    angle, shear = rng.uniform(-1, 1, 2) * np.array([np.pi / 12, 0.25]) * strength
    sx, sy = np.exp(rng.uniform(-0.35, 0.35) * strength + rng.uniform(-0.2, 0.2, 2) * strength)
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[1, shear], [0, 1]]) @ np.diag([sx, sy])
    return np.concatenate([matrix, rng.uniform(-0.25, 0.25, (2, 1)) * strength], 1).ravel().astype(np.float32)


def random_theta(kind: str, rng) -> np.ndarray:
    if kind == 'affine':
        return random_affine(rng, 0.75)
    return identity(kind).numpy() + rng.uniform(-0.25, 0.25, len(identity(kind))).astype(np.float32)


def random_base(kind: str, rng) -> np.ndarray:
    """The affine map that comes after the view's own: the window in the photo, a little turned for the bent views."""
    base = random_affine(rng, 0.2 if kind == 'tps' else 0.0)
    return base * np.float32(0.62)


def to_photo(kind: str, theta: np.ndarray, base: np.ndarray, points: torch.Tensor) -> torch.Tensor:
    """Points of a view, -1..1, in the photo's plane, -1..1."""
    inner = APPLY[kind](torch.from_numpy(theta)[None], points)
    return APPLY['affine'](torch.from_numpy(base)[None], inner)[0]


def relight(image: np.ndarray, rng) -> np.ndarray:
    """Exposure, contrast, gamma and colour; now and then grey, blurred or noisy. 0..1."""
    image = image.clip(0, 1) ** np.exp(rng.uniform(-0.4, 0.4))
    image = (image - 0.5) * np.exp(rng.uniform(-0.3, 0.3)) + 0.5 + rng.uniform(-0.1, 0.1)
    image = image * np.exp(rng.uniform(-0.15, 0.15, 3)).astype(np.float32)
    if rng.random() < 0.15:
        image = np.repeat(image.mean(2, keepdims=True), 3, 2)
    if rng.random() < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5))
    return (image + rng.normal(0, rng.uniform(0, 0.03), image.shape)).clip(0, 1).astype(np.float32)


def render(photo: np.ndarray, places: torch.Tensor) -> np.ndarray:
    height, width = photo.shape[:2]
    x, y = ((places.numpy() + 1) / 2 * np.array([width - 1, height - 1])).astype(np.float32).reshape(SIDE, SIDE, 2).transpose(2, 0, 1)
    return cv2.remap(photo, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


class Trunk:
    """The ONNX trunk: an image in 0..1 to unit features of the strides named, joined, on CELLS x CELLS."""

    def __init__(self, path: Path, names):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session, self.names = ort.InferenceSession(str(path), options), names

    def features(self, image: np.ndarray) -> np.ndarray:
        planes = np.ascontiguousarray((image * 2 - 1).transpose(2, 0, 1)[None])
        return join_features([torch.from_numpy(f) for f in self.session.run(self.names, {'image': planes})], CELLS)[0].numpy()


def join_features(maps, cells: int) -> torch.Tensor:
    """Unit vectors of each map, coarse ones enlarged with their corners held, side by side, of unit length again."""
    maps = [torch.nn.functional.interpolate(m, (cells, cells), mode='bilinear', align_corners=True) for m in maps]
    unit = lambda m: m / (m.square().sum(1, keepdim=True) + 1e-6).sqrt()
    return unit(torch.cat([unit(m) for m in maps], 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photos', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--trunk', type=Path, required=True)
    parser.add_argument('--part', choices=['train', 'validation'], default='train')
    parser.add_argument('--views', type=int, default=8, help='of each kind, of each photo')
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    trunk = Trunk(options.trunk, json.loads((Path(__file__).parent / 'config.json').read_text())['features'])
    paths = sorted(p for p in options.photos.rglob('*') if p.suffix.lower() in EXTENSIONS)
    paths = [p for i, p in enumerate(paths) if (i % HELD_OUT == 0) == (options.part == 'validation')]
    rng, points = np.random.default_rng(options.seed), grid(SIDE)
    features, rows = [], []
    for index, path in enumerate(paths):
        photo = cv2.imread(str(path))[:, :, ::-1].astype(np.float32) / 255
        scale = 420 / min(photo.shape[:2])
        if scale < 1:
            photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for kind in KINDS:
            for _ in range(options.views):
                theta, base = random_theta(kind, rng), random_base(kind, rng)
                view = relight(render(photo, to_photo(kind, theta, base, points)), rng)
                features.append(trunk.features(view).astype(np.float16))
                rows.append((index, KINDS.index(kind), np.pad(theta, (0, 18 - len(theta))), base))
    options.folder.mkdir(parents=True, exist_ok=True)
    np.save(options.folder / 'features.npy', np.stack(features))
    photo, kind, theta, base = (np.stack(column) for column in zip(*rows))
    np.savez(options.folder / 'views.npz', photo=photo, kind=kind, theta=theta, base=base)
    print(f'{len(rows)} views of {len(paths)} photos')


if __name__ == '__main__':
    main()
