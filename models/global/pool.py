"""What is pooled of an image before it is projected, as src/find/describe pools it."""

import cv2
import numpy as np


def resize(image: np.ndarray, side: int) -> np.ndarray:
    """An image whose longer side is `side`; both are 32 k + 1, the trunk's own sizes."""
    height, width = image.shape[:2]
    fit = lambda length: max(1, round((length * side / max(height, width) - 1) / 32)) * 32 + 1
    return cv2.resize(image, (fit(width), fit(height)), interpolation=cv2.INTER_AREA)


def colors(rgb: np.ndarray, bins: tuple[int, int, int]) -> np.ndarray:
    """Roots of the shares of the pixels in cells of hue, saturation and value; rgb (n, 3) from 0 to 1."""
    top, low = rgb.max(1), rgb.min(1)
    range_ = top - low
    safe = np.where(range_ > 0, range_, 1)
    r, g, b = rgb.T
    sector = np.where(top == r, (g - b) / safe, np.where(top == g, 2 + (b - r) / safe, 4 + (r - g) / safe))
    hue = np.where(range_ > 0, sector % 6, 0) / 6
    saturation = np.where(top > 0, range_ / np.where(top > 0, top, 1), 0)
    cells = [np.minimum((v * n).astype(int), n - 1) for v, n in zip((hue, saturation, top), bins)]
    index = (cells[0] * bins[1] + cells[1]) * bins[2] + cells[2]
    return np.sqrt(np.bincount(index, minlength=int(np.prod(bins))) / len(rgb)).astype(np.float32)


def pool(session, image: np.ndarray, config: dict) -> np.ndarray:
    """The mean of each of the trunk's outputs and the colours, each a unit vector; image (h, w, 3) in BGR."""
    rgb = resize(image, config['side'])[:, :, ::-1].astype(np.float32) / 255
    outputs = session.run(config['outputs'], {'image': (2 * rgb - 1).transpose(2, 0, 1)[None].copy()})
    means = [output[0].mean((1, 2)) for output in outputs]
    return np.concatenate([v / (np.linalg.norm(v) + 1e-6) for v in [*means, colors(rgb.reshape(-1, 3), config['colors'])]])
