"""OpenCV's flow methods and RAFT-small, for bench/flow/flow.ts: one JSON request a line in, one answer a line out.

    python bench/flow/flow_rivals.py THREADS [RAFT_WEIGHTS]

Some methods are in opencv-contrib-python-headless alone; those that this OpenCV lacks are named as missing. So is
RAFT-small where there are weights for it but no PyTorch.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

THREADS = int(sys.argv[1])
WEIGHTS = sys.argv[2] if len(sys.argv) > 2 else ''
RAFT = 'RAFT-small in PyTorch'
cv2.setNumThreads(THREADS)
PAIRS = []
"""Paths of images A and B."""
GREY = []


def dis(preset):
    # One instance for all calls, as in video: it keeps its buffers.
    method = cv2.DISOpticalFlow_create(preset)
    return lambda a, b: method.calc(a, b, None)


def contributed(name):
    """A method of the contributed modules, or None where this OpenCV is built without them."""
    create = getattr(getattr(cv2, 'optflow', None), name, None)
    if create is None:
        return None
    method = create()
    return lambda a, b: method.calc(a, b, None)


METHODS = {
    'DIS ultrafast': dis(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST),
    'DIS fast': dis(cv2.DISOPTICAL_FLOW_PRESET_FAST),
    'DIS medium': dis(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM),
    'Farneback': lambda a, b: cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 5, 15, 3, 5, 1.2, 0),
    'PCAFlow': contributed('createOptFlow_PCAFlow'),
    'DeepFlow': contributed('createOptFlow_DeepFlow'),
    'TV-L1': contributed('DualTVL1OpticalFlow_create'),
}
RIVALS = {name: run for name, run in METHODS.items() if run}
VERSIONS = {name: f'OpenCV {cv2.__version__}' for name in RIVALS}
MISSING = {name: 'opencv-contrib-python-headless' for name, run in METHODS.items() if not run}


def add_raft():
    """Only where there are weights, since PyTorch takes seconds to load."""
    try:
        import raft_small
        import torch
    except ImportError:
        MISSING[RAFT] = 'torch'
        return
    torch.set_num_threads(THREADS)
    net = raft_small.load(WEIGHTS)

    @torch.inference_mode()
    def run(a, b):
        planes = (torch.from_numpy(image).permute(2, 0, 1)[None].float() for image in (a, b))
        return net(*planes).contiguous().numpy()

    RIVALS[RAFT] = run
    code = hashlib.sha256(Path(WEIGHTS).read_bytes() + Path(raft_small.__file__).read_bytes()).hexdigest()[:12]
    VERSIONS[RAFT] = f'{code}, PyTorch {torch.__version__}'


def read_color(path):
    return cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)


def write_flo(path, flow):
    """Middlebury's format."""
    height, width = flow.shape[:2]
    with open(path, 'wb') as file:
        file.write(np.float32(202021.25).tobytes() + np.array([width, height], '<i4').tobytes())
        file.write(flow.astype('<f4').tobytes())


def run_rival(name, pair, path):
    a, b = map(read_color, PAIRS[pair]) if name == RAFT else GREY[pair]
    wall, cpu = time.perf_counter(), time.process_time()
    flow = RIVALS[name](a, b)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    write_flo(path, flow)
    return {'milliseconds': wall * 1e3, 'cpu': cpu * 1e3}


def answer(request):
    if request['kind'] == 'hello':
        PAIRS.extend(request['pairs'])
        GREY.extend([cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in pair] for pair in PAIRS)
        return {'rivals': VERSIONS, 'missing': MISSING, 'opencv': cv2.__version__, 'threads': THREADS}
    return run_rival(request['rival'], request['pair'], request['path'])


if WEIGHTS:
    add_raft()
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
