"""OpenCV's flow methods, for bench/flow/flow.ts: one JSON request a line in, one answer a line out.

    python bench/flow/flow_rivals.py THREADS

Some methods are in opencv-contrib-python-headless alone; those that this OpenCV lacks are named as missing.
"""

import json
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(int(sys.argv[1]))
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
MISSING = [name for name, run in METHODS.items() if not run]


def write_flo(path, flow):
    """Middlebury's format."""
    height, width = flow.shape[:2]
    with open(path, 'wb') as file:
        file.write(np.float32(202021.25).tobytes() + np.array([width, height], '<i4').tobytes())
        file.write(flow.astype('<f4').tobytes())


def run_rival(name, pair, path):
    a, b = GREY[pair]
    wall, cpu = time.perf_counter(), time.process_time()
    flow = RIVALS[name](a, b)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    write_flo(path, flow)
    return {'milliseconds': wall * 1e3, 'cpu': cpu * 1e3}


def answer(request):
    if request['kind'] == 'hello':
        GREY.extend([cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in pair] for pair in request['pairs'])
        opencv = {'opencv': cv2.__version__, 'threads': cv2.getNumThreads()}
        return {'rivals': list(RIVALS), 'missing': MISSING, **opencv}
    return run_rival(request['rival'], request['pair'], request['path'])


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
