"""How long RAFT-small takes on two threads: torchvision's code, 12 updates, with weights drawn at random, for the time alone.

python bench/flow/raft_time.py [ROUNDS]        needs torch and torchvision
"""

import sys
import time

import torch

# torchvision's C++ operators, which RAFT does not use, may be built for another PyTorch than the one installed.
register = torch.library.register_fake
torch.library.register_fake = lambda name, *rest, **named: (
    (lambda function: function) if str(name).startswith('torchvision') else register(name, *rest, **named)
)

import torchvision  # noqa: E402
from torchvision.models.optical_flow import raft_small  # noqa: E402

SIZES = ((440, 1024), (384, 512))
"""Heights and widths, multiples of 8: about those of the bench's pairs."""


@torch.inference_mode()
def measure(height: int, width: int, rounds: int) -> list[float]:
    """Milliseconds of each round after a warm-up."""
    net = raft_small().eval()
    a = torch.rand(1, 3, height, width) * 2 - 1
    b = a.roll((3, 3), (2, 3))
    times = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        net(a, b, num_flow_updates=12)
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times[1:])


if __name__ == '__main__':
    torch.set_num_threads(2)
    print(f'torch {torch.__version__}, torchvision {torchvision.__version__}')
    for height, width in SIZES:
        times = measure(height, width, int(sys.argv[1]) if len(sys.argv) > 1 else 5)
        middle = times[len(times) // 2]
        print(f'{height} x {width}: {middle:.0f} ms (median), {middle / (height * width / 1e6):.0f} ms a megapixel')
