"""Classical matchers on the pairs of bench/semantic/semantic.ts: the points of B by method and pair, as JSON.

    python bench/semantic/semantic_rivals.py < pairs.json
"""

import json
import sys

import cv2
import numpy as np

cv2.setNumThreads(1)
sift = cv2.SIFT_create()


def sift_affine(a, b, points):
    """Ratio 0.8, RANSAC of 10 px; with fewer than ten that agree, the same relative place."""
    (ka, da), (kb, db) = (sift.detectAndCompute(cv2.cvtColor(i, cv2.COLOR_BGR2GRAY), None) for i in (a, b))
    same = points * (np.array(b.shape[1::-1]) / a.shape[1::-1])
    if da is None or db is None or len(db) < 2:
        return same
    pairs = [m for m, n in cv2.BFMatcher().knnMatch(da, db, 2) if m.distance < 0.8 * n.distance]
    if len(pairs) < 3:
        return same
    source, target = (np.float32(p) for p in zip(*((ka[m.queryIdx].pt, kb[m.trainIdx].pt) for m in pairs)))
    matrix, agree = cv2.estimateAffine2D(source, target, ransacReprojThreshold=10)
    return same if matrix is None or agree.sum() < 10 else points @ matrix[:, :2].T + matrix[:, 2]


def dis(a, b, points):
    """Flow of both on 128 x 128."""
    small = [cv2.cvtColor(cv2.resize(i, (128, 128), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY) for i in (a, b)]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*small, None)
    at = points * 128 / a.shape[1::-1]
    x, y = np.clip(np.rint(at).astype(int), 0, 127).T
    return (at + flow[y, x]) * b.shape[1::-1] / 128


answers = {'SIFT_affine': {}, 'DIS': {}}
for pair in json.load(sys.stdin):
    a, b = cv2.imread(pair['a']), cv2.imread(pair['b'])
    for name, method in (('SIFT_affine', sift_affine), ('DIS', dis)):
        answers[name][pair['id']] = method(a, b, np.array(pair['points'], float)).tolist()
print(json.dumps(answers))
