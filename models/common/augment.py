"""Fresh variation of generated samples: geometry shared by both frames, photometry not."""

import torch
import torch.nn.functional as F

from common.generator import Sample


def mirror(sample: Sample, upside_down: float = 0.5) -> Sample:
    """Flips the whole batch, from left to right with probability 1/2, and `upside_down`."""
    images, flow, hidden = [sample.image_a, sample.image_b], sample.flow, sample.occluded
    for axis, component, chance in ((-1, 0, 0.5), (-2, 1, upside_down)):
        if torch.rand(()) < chance:
            images = [i.flip(axis) for i in images]
            flow, hidden = flow.flip(axis).clone(), hidden.flip(axis)
            flow[:, component].neg_()
    return Sample(*images, flow, hidden)


def crop(sample: Sample, height: int, width: int) -> Sample:
    """One random window for the whole batch."""
    top = int(torch.randint(sample.flow.shape[-2] - height + 1, ()))
    left = int(torch.randint(sample.flow.shape[-1] - width + 1, ()))
    window = lambda t: t[..., top : top + height, left : left + width]
    return Sample(window(sample.image_a), window(sample.image_b), window(sample.flow), window(sample.occluded))


def shrink(sample: Sample, factor: int) -> Sample:
    """The whole scene at 1 / factor of its size, motion too."""
    small = lambda image: F.avg_pool2d(image.float(), factor)
    hidden = F.max_pool2d(sample.occluded.float(), factor) > 0
    return Sample(small(sample.image_a), small(sample.image_b), F.avg_pool2d(sample.flow, factor) / factor, hidden)


def per_sample(batch: int, spread: float, device) -> torch.Tensor:
    return torch.randn(batch, 1, 1, 1, device=device) * spread


def recolour(image, batch_shift, own: float):
    """Contrast, brightness, gamma and colour, in 0..1: a part common to both frames and a part of its own."""
    b, dev = image.shape[0], image.device
    contrast, brightness, gamma, colour = batch_shift
    contrast = torch.exp(contrast + per_sample(b, 0.15 * own, dev))
    gamma = torch.exp(gamma + per_sample(b, 0.12 * own, dev))
    colour = torch.exp(colour + torch.randn(b, 3, 1, 1, device=dev) * 0.05 * own)
    image = image.clamp(1e-3, 1) ** gamma
    return (((image - 0.5) * contrast + 0.5) * colour + brightness + per_sample(b, 0.04 * own, dev)).clamp(0, 1)


def light(image, own: float):
    """A smooth change of light over one frame, as a passing cloud or shadow makes."""
    low = torch.randn(image.shape[0], 1, 3, 4, device=image.device) * 0.12 * own
    return image * torch.exp(F.interpolate(low, image.shape[-2:], mode='bilinear', align_corners=False))


def blur(image, sigma: float):
    radius = max(1, round(2 * sigma))
    x = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
    kernel = torch.exp(-0.5 * (x / sigma) ** 2)
    kernel = (kernel / kernel.sum()).expand(3, 1, 1, -1)
    image = F.conv2d(F.pad(image, (radius,) * 4, mode='replicate'), kernel, groups=3)
    return F.conv2d(image, kernel.transpose(2, 3), groups=3)


def photometric(image_a, image_b):
    """Two images of one batch in 0..1, as two exposures of a camera would give them."""
    b, dev = image_a.shape[0], image_a.device
    common = (
        per_sample(b, 0.25, dev),
        per_sample(b, 0.08, dev),
        per_sample(b, 0.2, dev),
        torch.randn(b, 3, 1, 1, device=dev) * 0.12,
    )
    own = float(torch.rand(())) ** 2 * 1.5
    out = [light(recolour(i, common, own), own) for i in (image_a, image_b)]
    if torch.rand(()) < 0.2:
        sigma = 0.4 + float(torch.rand(()))
        out = [blur(i, sigma) for i in out] if torch.rand(()) < 0.5 else [out[0], blur(out[1], sigma)]
    noise = float(torch.rand(())) ** 3 * 0.06
    return [(i + torch.randn_like(i) * noise).clamp(0, 1) for i in out]


def prepare(sample: Sample, upside_down: float = 0.5):
    """Images in -1..1, flow, occlusion: what a network trains on."""
    sample = mirror(sample, upside_down)
    a, b = photometric(sample.image_a.float() / 255, sample.image_b.float() / 255)
    return a * 2 - 1, b * 2 - 1, sample.flow, sample.occluded
