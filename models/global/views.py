"""Made views of one scene: overlapping parts of a photo, seen from a little aside, under another exposure."""

from pathlib import Path

import cv2
import numpy as np

# The scenes of bench/search: what is measured on is not learnt from.
MEASURED = 'boofcv-boofcv-'


def photos(folder: Path) -> dict[str, list[Path]]:
    """The photos by scene: the frames of a video and the images of a stereo pair show one."""
    scenes: dict[str, list[Path]] = {}
    for path in sorted(folder.glob('*.jpg')):
        if not path.name.startswith(MEASURED):
            scenes.setdefault(scene_of(path.stem), []).append(path)
    return scenes


def scene_of(stem: str) -> str:
    if stem.startswith('boofcv-video-'):
        return stem.rsplit('-', 1)[0]
    if stem.startswith('boofcv-'):
        return stem.removesuffix('_undist').removesuffix('_left').removesuffix('_right').rstrip('0123456789_')
    return stem


def corners(size: tuple[int, int], centre: float, share: float, rng: np.random.Generator) -> np.ndarray:
    """Four corners of a part of an image, whose place along the longer side is `centre` from 0 to 1."""
    width, height = size
    aspect = rng.choice([4 / 3, 3 / 2, 1, 3 / 4])
    side = share * np.sqrt(1.2 * width * height)
    w, h = min(width * 0.95, side * np.sqrt(aspect)), min(height * 0.95, side / np.sqrt(aspect))
    along, across = np.clip(centre, 0, 1), rng.uniform()
    x, y = (along, across) if width >= height else (across, along)
    box = np.array([[0, 0], [w, 0], [w, h], [0, h]]) + [x * (width - w), y * (height - h)]
    box += rng.uniform(-0.07, 0.07, (4, 2)) * [w, h]
    angle, middle = np.deg2rad(rng.normal(0, 4)), box.mean(0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.clip((box - middle) @ turn + middle, 0, [width - 1, height - 1])


def photometry(view: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another exposure, contrast, white balance, focus and compression; 8 bits in, 8 bits out."""
    out = (view.astype(np.float32) / 255) ** np.exp(rng.normal(0, 0.15))
    out *= np.exp(rng.normal(0, 0.15) + rng.normal(0, 0.04, 3)).astype(np.float32)
    if rng.random() < 0.3:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.2))
    out = np.clip(out + rng.normal(0, 0.01, out.shape), 0, 1) * 255
    return cv2.imdecode(cv2.imencode('.jpg', out.astype(np.uint8), [1, int(rng.uniform(60, 95))])[1], 1)


def views(image: np.ndarray, count: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Views from one end of an image to the other: neighbours overlap, the first and the last hardly do."""
    height, width = image.shape[:2]
    share = rng.uniform(0.45, 0.62)
    out = []
    for centre in np.linspace(0, 1, count) + rng.normal(0, 0.04, count):
        part = corners((width, height), centre, share * rng.uniform(0.85, 1.15), rng).astype(np.float32)
        w, h = int(np.linalg.norm(part[1] - part[0])), int(np.linalg.norm(part[3] - part[0]))
        to = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        view = cv2.warpPerspective(image, cv2.getPerspectiveTransform(part, to), (w, h), flags=cv2.INTER_AREA)
        out.append(photometry(view, rng))
    return out
