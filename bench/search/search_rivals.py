"""VLAD of OpenCV's RootSIFT, as the peer of an image's descriptor: reads a request a line, answers with JSON a line.

{"describe": [files]} gives the processor time of one thread for each image, decoding included.
"""

import json
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
SIFT = cv2.SIFT_create(800)
WORDS = 64


def open_grey(path: str) -> np.ndarray:
    image = cv2.imread(path)
    scale = 640 / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)


def root_sift(path: str) -> np.ndarray:
    found = SIFT.detectAndCompute(open_grey(path), None)[1]
    return np.sqrt(found / (found.sum(1, keepdims=True) + 1e-9))


def vlad(descriptors: np.ndarray, words: np.ndarray) -> np.ndarray:
    nearest = (-2 * descriptors @ words.T + (words**2).sum(1)).argmin(1)
    sums = np.stack([(descriptors[nearest == k] - words[k]).sum(0) for k in range(WORDS)])
    flat = (sums / (np.linalg.norm(sums, axis=1, keepdims=True) + 1e-9)).ravel()
    return flat / np.linalg.norm(flat)


def describe(files: list[str]) -> dict:
    every = np.concatenate([root_sift(path) for path in files[::8]]).astype(np.float32)
    _, _, words = cv2.kmeans(every, WORDS, None, (3, 20, 1e-4), 1, cv2.KMEANS_PP_CENTERS)
    start = time.process_time()
    for path in files:
        vlad(root_sift(path), words)
    return {'milliseconds': 1000 * (time.process_time() - start) / len(files)}


for line in sys.stdin:
    print(json.dumps(describe(json.loads(line)['describe'])), flush=True)
