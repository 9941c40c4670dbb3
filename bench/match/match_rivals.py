"""OpenCV's robust homographies, its SIFT and its ECC, for bench/match/match.ts and bench/match/match-hard.ts: one JSON request a line in, one answer a line out.

    python bench/match/match_rivals.py THREADS
"""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

cv2.setNumThreads(int(sys.argv[1]))
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


def read_grey(paths):
    return [cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in paths]


def sift(paths, method):
    """SIFT, mutual best with the ratio test, and a robust homography, as one writes it with OpenCV."""
    a, b = read_grey(paths)

    def work():
        finder = cv2.SIFT_create()
        (ka, da), (kb, db) = (finder.detectAndCompute(image, None) for image in (a, b))
        if da is None or db is None or len(kb) < 2:
            return None
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


def ecc(paths):
    """The homography that correlates the images best (Evangelidis and Psarakis 2008), from rest, coarse to fine."""
    a, b = read_grey(paths)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-5)

    def work():
        h = np.eye(3, dtype=np.float32)
        for scale in (0.25, 0.5, 1):
            small = [cv2.resize(x, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for x in (a, b)]
            resize = np.diag([scale, scale, 1])
            resize[:2, 2] = 0.5 * scale - 0.5
            start = np.float32(resize @ h @ np.linalg.inv(resize))
            start /= start[2, 2]
            try:
                _, found = cv2.findTransformECC(*small, start, cv2.MOTION_HOMOGRAPHY, stop, None, 5)
            except cv2.error:
                return None
            h = np.linalg.inv(resize) @ found @ resize
        return h

    h, times = timed(work)
    return {'homography': flat(h), **times}


def hard(photos, folder):
    from hard_pairs import write_pairs

    Path(folder).mkdir(parents=True, exist_ok=True)
    return write_pairs(Path(photos), Path(folder))


def answer(request):
    kind = request['kind']
    if kind == 'hello':
        return {'opencv': cv2.__version__, 'threads': cv2.getNumThreads()}
    if kind == 'fit':
        return run_fit(request)
    if kind == 'sift':
        return sift(request['paths'], request['method'])
    if kind == 'ecc':
        return ecc(request['paths'])
    if kind == 'hard':
        return hard(request['photos'], request['folder'])
    raise ValueError(f'unknown request {kind}')


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
