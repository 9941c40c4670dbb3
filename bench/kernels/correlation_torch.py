"""The correlation in PyTorch, as the outside rival of correlation.ts, which starts it.

Arguments: folder, channels, height, width, radius, step, threads. Reads a.bin and b.bin (float32, channels
first), writes NAME.bin, the volume each form gives, and prints the times of each form in milliseconds. Both
forms are `spatial_correlation_sampler`'s definition divided by the channels; radius -1 stands for all pairs.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

WARM_UP, REPEATS = 2, 20


def by_shifts(a: torch.Tensor, b: torch.Tensor, radius: int, step: int) -> torch.Tensor:
    c, h, w = a.shape
    pad = radius * step
    padded = F.pad(b, (pad, pad, pad, pad))
    out = torch.empty(2 * radius + 1, 2 * radius + 1, h, w)
    for j in range(2 * radius + 1):
        for i in range(2 * radius + 1):
            shifted = padded[:, j * step : j * step + h, i * step : i * step + w]
            torch.sum(a * shifted, dim=0, out=out[j, i])
    return out.view(-1, h, w) / c


def by_unfold(a: torch.Tensor, b: torch.Tensor, radius: int, step: int) -> torch.Tensor:
    c, h, w = a.shape
    patches = F.unfold(b[None], 2 * radius + 1, dilation=step, padding=radius * step)
    return torch.einsum("chw,ckhw->khw", a, patches.view(c, -1, h, w)) / c


def all_pairs(a: torch.Tensor, b: torch.Tensor, radius: int, step: int) -> torch.Tensor:
    return a.flatten(1).T @ b.flatten(1) / a.shape[0] ** 0.5


def main() -> None:
    folder = Path(sys.argv[1])
    channels, height, width, radius, step, threads = map(int, sys.argv[2:])
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    shape = (channels, height, width)
    a, b = (torch.from_numpy(np.fromfile(folder / f"{n}.bin", np.float32)).view(shape) for n in "ab")
    forms = {"torch matmul": all_pairs} if radius < 0 else {"torch shifts": by_shifts, "torch unfold": by_unfold}
    # What unfold would have to hold; with more it takes seconds.
    if (2 * radius + 1) ** 2 * a.numel() * 4 > 300e6:
        forms.pop("torch unfold", None)
    times: dict[str, list[float]] = {name: [] for name in forms}
    for turn in range(WARM_UP + REPEATS):
        for name, form in forms.items():
            start = time.perf_counter()
            out = form(a, b, radius, step)
            out[0, 0].sum().item()
            if turn >= WARM_UP:
                times[name].append((time.perf_counter() - start) * 1e3)
            elif turn == 0:
                out.contiguous().numpy().tofile(folder / f"{name.replace(' ', '-')}.bin")
    print(json.dumps({"version": torch.__version__, "times": times}))


if __name__ == "__main__":
    main()
