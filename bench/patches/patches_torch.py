"""The other side of patches.ts, which starts it: our networks in PyTorch, and SIFT in OpenCV.

Reads a request a line, answers with JSON a line. Weights are as they are initialised, which takes the same time.
{"kind": "hello"}                                          versions
{"kind": "network", "name": ..., "batch": n}               times of one run on n patches (or pairs)
{"kind": "dense", "name": ..., "width": w, "height": h}    times of one run on an image
{"kind": "sift", "width": w, "height": h, "stride": s}     times of cv2.SIFT at every cell of a grid
"""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / 'models'))
from common.networks import build  # noqa: E402

torch.set_grad_enabled(False)
threads = int(sys.argv[1])
torch.set_num_threads(threads)
cv2.setNumThreads(threads)
networks, inputs = {}, {}


def network(name: str):
    if name not in networks:
        net, config = build(name)
        net = net.plain() if hasattr(net, 'plain') else net
        networks[name] = net.eval(), config
    return networks[name]


def batch_of(name: str, count: int):
    net, config = network(name)
    key = name, count
    if key not in inputs:
        sides = 2 if 'topology' in config else 1
        inputs[key] = [torch.rand(count, 1, config['size'], config['size']) for _ in range(sides)]
    return net, inputs[key]


def timed(run) -> dict:
    """Milliseconds on the clock and of all cores together."""
    start, cpu = time.perf_counter(), time.process_time()
    run()
    return {'milliseconds': (time.perf_counter() - start) * 1e3, 'cpu': (time.process_time() - cpu) * 1e3}


def time_network(request) -> dict:
    net, tensors = batch_of(request['name'], request['batch'])
    return timed(lambda: net(*tensors).sum().item())


def time_dense(request) -> dict:
    net, _ = network(request['name'])
    image = torch.rand(1, 1, request['height'], request['width'])
    return timed(lambda: net(image).sum().item())


def time_sift(request) -> dict:
    """What describes a 32 x 32 square: 12 times the scale, size being twice that."""
    image = np.random.default_rng(0).integers(0, 256, (request['height'], request['width']), np.uint8)
    w, h, stride = request['width'], request['height'], request['stride']
    places = [(x + 15.5, y + 15.5) for y in range(0, h - 31, stride) for x in range(0, w - 31, stride)]
    points = [cv2.KeyPoint(x, y, 2 * 32 / 12, 0) for x, y in places]
    sift = cv2.SIFT_create()
    return timed(lambda: sift.compute(image, points))


KINDS = {'network': time_network, 'dense': time_dense, 'sift': time_sift}

for line in sys.stdin:
    request = json.loads(line)
    if request['kind'] == 'hello':
        answer = {'torch': torch.__version__, 'opencv': cv2.__version__}
    else:
        answer = KINDS[request['kind']](request)
    print(json.dumps(answer), flush=True)
