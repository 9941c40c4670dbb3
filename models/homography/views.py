"""Pairs of images with a known homography, made from photos as fast as they are used.

Small grey views, 128 x 128. A shows an upright window of a photo, B the same photo by a homography that moves A's corners
(DeTone et al. 2016), with light, blur and noise of its own. Both lie within the photo: what only one of them shows is real.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from common.patches import HELD_OUT
from common.photos import load_photos
from homography.geometry import corners, move, pixels, sample, tensor_dlt

LEAST_OVERLAP = 0.4
"""Share of A that B must show."""

WINDOWS = ((115, 180), (180, 300), (300, 420))
"""Sides of A's window in pixels of a 512-pixel photo, for the photo itself, at half and at a quarter of its size."""

CANDIDATES = 24


@dataclass
class Pairs:
    a: torch.Tensor
    b: torch.Tensor
    """(n, 1, size, size) in 0..1."""
    truth: torch.Tensor
    """(n, 3, 3) from pixels of A to pixels of B."""


def load_levels(photos: str | Path, part: str) -> list[torch.Tensor]:
    """Grey photos (n, 1, side, side) uint8 at their size, half and a quarter; `part` is train or validation, every 16th."""
    colour = load_photos(photos)
    kept = torch.arange(len(colour)) % HELD_OUT == HELD_OUT - 1
    colour = colour[kept if part == 'validation' else ~kept].float()
    grey = 0.299 * colour[:, :1] + 0.587 * colour[:, 1:2] + 0.114 * colour[:, 2:]
    return [F.avg_pool2d(grey, factor).round().byte() for factor in (1, 2, 4)]


def uniform(generator, *shape) -> torch.Tensor:
    """In -1..1."""
    return torch.rand(shape, generator=generator) * 2 - 1


def draw_offsets(count: int, size: int, strength: float, generator) -> torch.Tensor:
    """(count, 4, 2) in pixels: each corner by up to a quarter of the side, and now and then all of them by a turn, a scale
    and a shift.
    """
    base = corners(size) - (size - 1) / 2
    amount = strength * torch.rand(count, 1, 1, generator=generator)
    jitter = uniform(generator, count, 4, 2) * amount * size / 4
    maybe = lambda: (torch.rand(count, 1, generator=generator) < 0.5).float() * strength
    angle, scale = uniform(generator, count, 1) * maybe() * 0.4, (uniform(generator, count, 1) * maybe() * 0.25).exp()
    cos, sin = angle.cos() * scale, angle.sin() * scale
    turned = torch.stack([base[:, 0] * cos - base[:, 1] * sin, base[:, 0] * sin + base[:, 1] * cos], -1)
    shift = uniform(generator, count, 1, 2) * maybe()[..., None] * size * 0.3
    return turned - base + shift + jitter


def draw_geometry(count: int, size: int, side: int, window, strength: float, generator):
    """(scale, shift, truth): A's pixel p lies at `scale * p + shift` of a photo of `side` pixels; the first of many draws
    whose views lie within the photo and overlap enough; where none does, B is A.
    """
    many = count * CANDIDATES
    span = torch.empty(many, 1).uniform_(*window, generator=generator)
    scale = span / (size - 1)
    shift = torch.rand(many, 2, generator=generator) * (side - 1 - span)
    truth = tensor_dlt(draw_offsets(many, size, strength, generator), size)
    back = torch.linalg.inv(truth)
    seen = move(back / back[:, 2:, 2:], corners(size)) * scale[:, None] + shift[:, None]
    within = ((seen >= 0) & (seen <= side - 1)).all(2).all(1)
    inner = move(truth, pixels(8, 8) * (size - 1) / 7)
    overlap = ((inner >= 0) & (inner <= size - 1)).all(2).float().mean(1)
    weight = (torch.cat([corners(size), torch.ones(4, 1)], 1) @ truth[:, 2, :, None])[..., 0]
    fits = (within & (overlap >= LEAST_OVERLAP) & (weight > 0.3).all(1)).view(count, CANDIDATES)
    truth[(~fits.any(1)).repeat_interleave(CANDIDATES)] = torch.eye(3)
    first = fits.float().argmax(1) + torch.arange(count) * CANDIDATES
    return scale[first], shift[first], truth[first]


def relight(image: torch.Tensor, generator) -> torch.Tensor:
    """Contrast, brightness, gamma, a smooth change of light; each image its own, and half of them hardly any."""
    n = len(image)
    own = torch.rand(n, 1, 1, 1, generator=generator) ** 2
    normal = lambda *shape: torch.randn(shape, generator=generator) * own
    image = image.clamp(1e-3, 1) ** (0.4 * normal(n, 1, 1, 1)).exp()
    low = F.interpolate(0.25 * normal(n, 1, 3, 3), image.shape[2:], mode='bilinear', align_corners=True)
    image = image * low.exp() * (0.4 * normal(n, 1, 1, 1)).exp() + 0.08 * normal(n, 1, 1, 1)
    # In the dark: a tenth of the light, in steps of 8 bits.
    dark = torch.rand(n, 1, 1, 1, generator=generator) < 0.1
    return torch.where(dark, (image * 25).round() / 255, image)


def blur(image: torch.Tensor, sigma: float) -> torch.Tensor:
    radius = max(1, round(2.5 * sigma))
    x = torch.arange(-radius, radius + 1.0)
    kernel = torch.exp(-0.5 * (x / sigma) ** 2)
    kernel = (kernel / kernel.sum())[None, None, None]
    image = F.conv2d(F.pad(image, (radius,) * 4, mode='replicate'), kernel)
    return F.conv2d(image, kernel.transpose(2, 3))


def spoil(image: torch.Tensor, sigma: float, generator) -> torch.Tensor:
    """Light, then blur, then noise."""
    image = relight(image, generator)
    if sigma > 0.3:
        image = blur(image, sigma)
    n = len(image)
    noise = 0.12 * torch.rand(n, 1, 1, 1, generator=generator) ** 3
    noise = noise * image.std((2, 3), keepdim=True) / 0.2
    return (image + noise * torch.randn(image.shape, generator=generator)).clamp(0, 1)


def draw_pairs(levels, count: int, size: int, generator, strength: float = 1.0, clean: bool = False) -> Pairs:
    """All of one batch are about equally large parts of their photos."""
    level = int(torch.randint(len(levels), (), generator=generator))
    photos = levels[level][torch.randint(len(levels[0]), (count,), generator=generator)].float() / 255
    if torch.rand((), generator=generator) < 0.5:
        photos = photos.flip(3)
    if torch.rand((), generator=generator) < 0.5:
        photos = photos.transpose(2, 3)
    window = [bound / 2**level for bound in WINDOWS[level]]
    scale, shift, truth = draw_geometry(count, size, photos.shape[-1], window, strength, generator)
    grid = pixels(size, size)
    a, _ = sample(photos, grid * scale[:, None] + shift[:, None], (size, size))
    back = torch.linalg.inv(truth)
    b, _ = sample(photos, move(back / back[:, 2:, 2:], grid) * scale[:, None] + shift[:, None], (size, size))
    if clean:
        return Pairs(a, b, truth)
    heavy = torch.rand((), generator=generator) < 0.4
    sigma = [float(torch.rand((), generator=generator)) * 3 if heavy else 0.0 for _ in range(2)]
    return Pairs(spoil(a, sigma[0], generator), spoil(b, sigma[1], generator), truth)
