"""What a homography is worth without knowing the truth: how alike B is to A once it is brought onto it (Nguyen 2018)."""

import torch
import torch.nn.functional as F

from homography.geometry import corner_error, move, pixels, sample

NEAR = 4
"""Cells to each side whose mean and contrast are evened out."""

LEAST_CONTRAST = 0.15
"""Of an image of deviation 1: less is taken for noise."""

SOFTNESS = 0.1
"""Differences below this cost next to nothing more: Charbonnier's."""

LEAST_COVERAGE = 0.35


def even_out(image: torch.Tensor) -> torch.Tensor:
    """Mean 0 and contrast 1 in every neighbourhood, so that light does not count."""
    side = 2 * NEAR + 1
    line = lambda x, shape, pad: F.avg_pool2d(x, shape, 1, pad, count_include_pad=False)
    mean = lambda x: line(line(x, (side, 1), (NEAR, 0)), (1, side), (0, NEAR))
    centred = image - mean(image)
    return centred / (mean(centred.square()) + LEAST_CONTRAST**2).sqrt()


class Likeness:
    """The photometric loss of one batch of pairs, whose images are evened out once for all looks."""

    def __init__(self, a: torch.Tensor, b: torch.Tensor):
        self.size = a.shape[-1]
        self.images = [x / x.std((2, 3), keepdim=True).clamp(min=0.01) for x in (a, b)]
        self.shrunk = {}

    def at(self, factor: int):
        if factor not in self.shrunk:
            self.shrunk[factor] = [even_out(F.avg_pool2d(x, factor)) for x in self.images]
        return self.shrunk[factor]

    def loss(self, matrix: torch.Tensor, factors: dict[int, float]) -> torch.Tensor:
        """Robust L1 of A and B brought onto A, over what both show, on images shrunk by each factor, weighted.

        Shrunk images tell which way to go from farther off. A map that leaves less than a third of A covered costs
        more the less it leaves: else the cheapest map would be out of the image.
        """
        total = sum(weight * self.difference(matrix, factor) for factor, weight in factors.items())
        return total / sum(factors.values()) + 4 * uncovered(matrix, self.size)

    def difference(self, matrix: torch.Tensor, factor: int) -> torch.Tensor:
        a, b = self.at(factor)
        shape = a.shape[2:]
        places = move(matrix, (pixels(*shape) + 0.5) * factor - 0.5)
        warped, inside = sample(b, (places + 0.5) / factor - 0.5, shape)
        error = ((warped - a).square() + SOFTNESS**2).sqrt() - SOFTNESS
        return ((error * inside).sum((1, 2, 3)) / inside.sum((1, 2, 3)).clamp(min=0.1 * inside[0].numel())).mean()


def uncovered(matrix: torch.Tensor, size: int) -> torch.Tensor:
    """How much less than a third of A lands in B, softly."""
    places = move(matrix, pixels(8, 8) * (size - 1) / 7)
    outside = torch.relu(-places) + torch.relu(places - (size - 1))
    covered = torch.exp(-outside.sum(2) / 8).mean(1)
    return torch.relu(LEAST_COVERAGE - covered).mean()


def supervised(matrix: torch.Tensor, truth: torch.Tensor, size: int) -> torch.Tensor:
    """The corners' distances from the truth, in tenths of the side; far ones count as their root."""
    error = corner_error(matrix, truth, size) * 10 / size
    return ((error + 0.1).sqrt() - 0.1**0.5).mean()
