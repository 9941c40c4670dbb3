"""The kernels between a network's graphs in PyTorch, as the outside rival of kernels.ts, which starts it.

Arguments: folder, case, threads, sizes. Reads the inputs (float32, channels first), writes out.bin and prints the
times in milliseconds.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

WARM_UP, REPEATS = 3, 20


def lookup(read, c: int, h: int, w: int, r: int):
    """Samples of B under the window of each cell, then their products: nothing larger than a row of windows is held."""
    a, b, flow = read("a", c, h, w), read("b", 1, c, h, w), read("flow", 2, h, w)
    window = torch.stack(torch.meshgrid(*[torch.arange(-r, r + 1.0)] * 2, indexing="ij")).view(2, -1)

    def run():
        x = torch.arange(w) + flow[0]
        y = torch.arange(h)[:, None] + flow[1]
        xs = x[..., None] + window[1]
        ys = y[..., None] + window[0]
        out = torch.empty((2 * r + 1) ** 2, h, w)
        for k in range(xs.shape[-1]):
            grid = torch.stack([xs[..., k] * 2 / (w - 1) - 1, ys[..., k] * 2 / (h - 1) - 1], -1)[None]
            torch.sum(a * F.grid_sample(b, grid, align_corners=True)[0], dim=0, out=out[k])
        return out

    return run


def match(read, c: int, h: int, w: int, sharpness: int):
    a, b = read("a", c, h * w), read("b", c, h * w)
    cell = torch.arange(h * w)
    place = torch.stack([cell // w, cell % w])
    near = ((place[:, :, None] - place[:, None]).abs().amax(0) <= 2).float()

    def run():
        scores = sharpness * a.T @ b
        best = scores.argmax(1)
        there = (scores.softmax(1) * near[best]).sum(1)
        back = (scores.softmax(0).T[best] * near).sum(1)
        return there * back

    return run


def upsample(read, h: int, w: int, f: int):
    flow, mask = read("flow", 1, 2, h, w), read("mask", 1, 9, f, f, h, w)

    def run():
        weights = mask.softmax(1)
        patches = F.unfold(F.pad(4 * flow, (1, 1, 1, 1), mode="replicate"), 3).view(1, 2, 9, 1, 1, h, w)
        fine = (weights[:, None] * patches).sum(2)
        return fine.permute(0, 1, 4, 2, 5, 3).reshape(2, h * f, w * f)

    return run


def main() -> None:
    folder, case, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)

    def read(name: str, *shape: int) -> torch.Tensor:
        return torch.from_numpy(np.fromfile(folder / f"{name}.bin", np.float32)).view(shape)

    run = {"lookup": lookup, "match": match, "upsample": upsample}[case](read, *map(int, sys.argv[4:]))
    times: list[float] = []
    for turn in range(WARM_UP + REPEATS):
        start = time.perf_counter()
        out = run()
        out.sum().item()
        if turn >= WARM_UP:
            times.append((time.perf_counter() - start) * 1e3)
    out.contiguous().numpy().tofile(folder / "out.bin")
    print(json.dumps({"version": torch.__version__, "times": times}))


if __name__ == "__main__":
    main()
