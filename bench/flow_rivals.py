"""OpenCV's flow methods and the true flow, for bench/flow.ts: one JSON request a line in, one answer a line out.

    python bench/flow_rivals.py FOLDER_WITH_flow_pairs.py THREADS

Some methods are in opencv-contrib-python-headless alone; those that this OpenCV lacks are named as missing.
"""

import json
import sys
import time

import cv2
import numpy as np

sys.path.insert(0, sys.argv[1])
import flow_pairs  # noqa: E402

PAIRS = flow_pairs.pairs()
cv2.setNumThreads(int(sys.argv[2]))
TRUTHS = [truth() for *_, truth in PAIRS]
GREY = [[cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in (a, b)] for _, _, a, b, _ in PAIRS]


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


def write_flo(path, flow, valid):
    """Middlebury's format, unknown pixels as 1e10."""
    height, width = valid.shape
    values = np.where(valid[..., None], flow, 1e10).astype('<f4')
    with open(path, 'wb') as file:
        file.write(np.float32(202021.25).tobytes() + np.array([width, height], '<i4').tobytes() + values.tobytes())


def score(flow, pair):
    epe, fl, px1 = flow_pairs.scores(flow, *TRUTHS[pair])
    return {'epe': epe, 'fl': fl, 'px1': px1}


def run_rival(name, pair):
    a, b = GREY[pair]
    wall, cpu = time.perf_counter(), time.process_time()
    flow = RIVALS[name](a, b)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {'milliseconds': wall * 1e3, 'cpu': cpu * 1e3, **score(flow, pair)}


def answer(request):
    kind, pair = request['kind'], request.get('pair')
    if kind == 'hello':
        pairs = [{'set': s, 'name': n, 'a': a, 'b': b} for s, n, a, b, _ in PAIRS]
        opencv = {'opencv': cv2.__version__, 'threads': cv2.getNumThreads()}
        return {'pairs': pairs, 'rivals': list(RIVALS), 'missing': MISSING, **opencv}
    if kind == 'truth':
        write_flo(request['path'], *TRUTHS[pair])
        return {}
    if kind == 'score':
        return score(flow_pairs.read_flo(request['path'])[0], pair)
    return run_rival(request['rival'], pair)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
