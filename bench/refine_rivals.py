"""OpenCV's variational refinement and flow to start from, for bench/refine.ts: one JSON request a line in, one answer out.

    python bench/refine_rivals.py FOLDER_WITH_flow_pairs.py
"""

import json
import sys
import time

import cv2
import numpy as np

sys.path.insert(0, sys.argv[1])
import flow_pairs  # noqa: E402

PAIRS = flow_pairs.pairs()
GREY = [[cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in (a, b)] for _, _, a, b, _ in PAIRS]
PRESETS = {'DIS fast': cv2.DISOPTICAL_FLOW_PRESET_FAST, 'DIS medium': cv2.DISOPTICAL_FLOW_PRESET_MEDIUM}
# One instance for all calls, as in video: it keeps its buffers.
REFINEMENT = cv2.VariationalRefinement_create()


def dis_alone(name, pair):
    method = cv2.DISOpticalFlow_create(PRESETS[name])
    method.setVariationalRefinementIterations(0)
    return method.calc(*GREY[pair], None)


STARTS = [dis_alone('DIS fast', i) for i in range(len(PAIRS))]


def write_flo(path, flow, valid=None):
    """Middlebury's format, unknown pixels as 1e10."""
    height, width = flow.shape[:2]
    values = (flow if valid is None else np.where(valid[..., None], flow, 1e10)).astype('<f4')
    with open(path, 'wb') as file:
        file.write(np.float32(202021.25).tobytes() + np.array([width, height], '<i4').tobytes() + values.tobytes())


def refine(request):
    """Times the refinement of a file's flow, or of DIS fast where there is none."""
    pair = request['pair']
    flow = flow_pairs.read_flo(request['from'])[0] if 'from' in request else STARTS[pair]
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
        pairs = [{'set': s, 'name': n, 'a': a, 'b': b} for s, n, a, b, _ in PAIRS]
        return {'pairs': pairs, 'starts': list(PRESETS), 'opencv': cv2.__version__}
    if kind == 'truth':
        write_flo(request['path'], *PAIRS[request['pair']][-1]())
        return {}
    if kind == 'start':
        write_flo(request['path'], dis_alone(request['start'], request['pair']))
        return {}
    return refine(request)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
