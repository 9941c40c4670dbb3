"""OpenCV's variational refinement and flow to start from, for bench/flow/refine.ts: one JSON request a line in, one answer out.

    python bench/flow/refine_rivals.py
"""

import json
import sys
import time

import cv2
import numpy as np

GREY, STARTS = [], []
PRESETS = {'DIS fast': cv2.DISOPTICAL_FLOW_PRESET_FAST, 'DIS medium': cv2.DISOPTICAL_FLOW_PRESET_MEDIUM}
# One instance for all calls, as in video: it keeps its buffers.
REFINEMENT = cv2.VariationalRefinement_create()


def dis_alone(name, pair):
    method = cv2.DISOpticalFlow_create(PRESETS[name])
    method.setVariationalRefinementIterations(0)
    return method.calc(*GREY[pair], None)


def read_flo(path):
    with open(path, 'rb') as file:
        _, width, height = np.frombuffer(file.read(12), '<i4')
        return np.frombuffer(file.read(), '<f4').reshape(height, width, 2)


def write_flo(path, flow):
    """Middlebury's format."""
    height, width = flow.shape[:2]
    with open(path, 'wb') as file:
        file.write(np.float32(202021.25).tobytes() + np.array([width, height], '<i4').tobytes())
        file.write(flow.astype('<f4').tobytes())


def refine(request):
    """Times the refinement of a file's flow, or of DIS fast where there is none."""
    pair = request['pair']
    flow = read_flo(request['from']) if 'from' in request else STARTS[pair]
    u, v = (np.ascontiguousarray(flow[..., k]) for k in (0, 1))
    u, v = u.copy(), v.copy()
    cv2.setNumThreads(request['threads'])
    start = time.perf_counter()
    REFINEMENT.calcUV(*GREY[pair], u, v)
    milliseconds = (time.perf_counter() - start) * 1e3
    if 'to' in request:
        write_flo(request['to'], np.dstack([u, v]))
    return {'milliseconds': milliseconds}


def answer(request):
    kind = request['kind']
    if kind == 'hello':
        GREY.extend([cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in pair] for pair in request['pairs'])
        STARTS.extend(dis_alone('DIS fast', i) for i in range(len(GREY)))
        return {'starts': list(PRESETS), 'opencv': cv2.__version__}
    if kind == 'start':
        write_flo(request['path'], dis_alone(request['start'], request['pair']))
        return {}
    return refine(request)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
