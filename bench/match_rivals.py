"""OpenCV's robust homographies and its SIFT, for bench/match.ts: one JSON request a line in, one answer a line out.

    python bench/match_rivals.py FOLDER_WITH_homography_pairs.py|- THREADS
"""

import json
import sys
import time

import cv2
import numpy as np

# The measuring script was written for NumPy 1.
if not hasattr(np, 'trapz'):
    np.trapz = np.trapezoid

homography_pairs = None
if sys.argv[1] != '-':
    sys.path.insert(0, sys.argv[1])
    import homography_pairs  # noqa: E402

PAIRS = homography_pairs.pairs() if homography_pairs else []
cv2.setNumThreads(int(sys.argv[2]))
METHODS = {'RANSAC': cv2.RANSAC, 'USAC_MAGSAC': cv2.USAC_MAGSAC}


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, {
        'milliseconds': (time.perf_counter() - wall) * 1e3,
        'cpu': (time.process_time() - cpu) * 1e3,
    }


def flat(h):
    return None if h is None else [float(v) for v in h.ravel()]


def fit(method, a, b, threshold):
    return cv2.findHomography(a, b, METHODS[method], threshold, maxIters=10000, confidence=0.9999)[0]


def run_fit(request):
    a, b = (np.array(request[k], float).reshape(-1, 2) for k in 'ab')
    cv2.setRNGSeed(request['seed'])
    h, times = timed(lambda: fit(request['method'], a, b, request['threshold']))
    return {'homography': flat(h), **times}


def sift(pair, method):
    """SIFT, mutual best with the ratio test, and a robust homography, as one writes it with OpenCV."""
    a, b = (cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in PAIRS[pair][2:4])

    def work():
        finder = cv2.SIFT_create()
        (ka, da), (kb, db) = (finder.detectAndCompute(image, None) for image in (a, b))
        matcher = cv2.BFMatcher(cv2.NORM_L2)
        back = {m.queryIdx: m.trainIdx for m in matcher.match(db, da)}
        good = [
            m
            for m, n in matcher.knnMatch(da, db, 2)
            if m.distance < 0.8 * n.distance and back[m.trainIdx] == m.queryIdx
        ]
        if len(good) < 4:
            return None
        p = np.float64([ka[m.queryIdx].pt for m in good])
        q = np.float64([kb[m.trainIdx].pt for m in good])
        return fit(method, p, q, 3)

    h, times = timed(work)
    return {'homography': flat(h), **times}


def score(request):
    got = request['homographies']
    matrices = iter([None if h is None else np.array(h, float).reshape(3, 3) for h in got])
    result = homography_pairs.score(lambda *_: next(matrices))
    names = ('pairs', 'corner', 'overlap', 'failed')
    return {name: dict(zip(names, row)) for name, row in result.items()}


def answer(request):
    kind = request['kind']
    if kind == 'hello':
        pairs = [{'set': p[0], 'name': p[1], 'a': p[2], 'b': p[3], 'truth': flat(np.array(p[4]))} for p in PAIRS]
        return {'pairs': pairs, 'opencv': cv2.__version__, 'threads': cv2.getNumThreads()}
    if kind == 'fit':
        return run_fit(request)
    if kind == 'sift':
        return sift(request['pair'], request['method'])
    if kind == 'score':
        return score(request)
    raise ValueError(f'unknown request {kind}')


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
