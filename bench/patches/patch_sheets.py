"""Cuts pairs of patches from image pairs with a known homography, for bench/patches/patch-sheets.ts.

    python bench/patches/patch_sheets.py FOLDER < pairs.json

A keypoint of A (SIFT) is carried to B by the homography: its place, and by the local affine map its scale and direction.
There it is shaken as a detector would: by up to 2 px, 10 % of the scale and 10 degrees. A patch has 64 x 64 pixels, covers
12 scales (at least 24 px) and is turned to its direction. A pair that belongs together is a patch of A and its place in B.
The five others of each patch of A are other places of the same B, half a patch away or more. Seeded: every run cuts the same.

FOLDER/SET/NAME/{a,b}.png hold the patches one below the other; FOLDER/pairs.csv has set, name, row in a, row in b, same.
"""

import csv
import json
import sys
from pathlib import Path

import cv2
import numpy as np

SIDE, SCALES, SMALLEST = 64, 12, 24
MOST, OTHERS, FEWEST = 150, 5, 20
APART = 8


def halvings(image):
    """The image and its halves, as long as a patch fits in twice."""
    levels = [image]
    while min(levels[-1].shape) > 2 * SIDE:
        levels.append(cv2.pyrDown(levels[-1]))
    return levels


def cut(levels, place, extent, angle):
    """The square of `extent` px around a place, or None where it leaves the image."""
    height, width = levels[0].shape
    cos, sin = np.cos(angle), np.sin(angle)
    reach = extent / 2 * (abs(cos) + abs(sin))
    x, y = place
    if not reach <= min(x, y, width - 1 - x, height - 1 - y):
        return None
    level = int(np.clip(np.floor(np.log2(extent / SIDE)), 0, len(levels) - 1)) if extent > SIDE else 0
    shrunk = 2**level
    turn = np.array([[cos, -sin], [sin, cos]]) * (extent / SIDE / shrunk)
    shift = np.array([x, y]) / shrunk - turn @ np.full(2, (SIDE - 1) / 2)
    return cv2.warpAffine(
        levels[level],
        np.c_[turn, shift],
        (SIDE, SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def carry(truth, place):
    """A place through a homography, NaN behind the horizon, and the affine map around it."""
    p = truth @ [*place, 1]
    there = p[:2] / p[2]
    return there if p[2] * np.sign(p[2]) > 1e-9 else np.full(2, np.nan), (truth[:2, :2] - np.outer(there, truth[2, :2])) / p[2]


def patches_of(pair, rng):
    """(patch of A, patch of B, place in B, extent in B) of up to MOST keypoints."""
    a, b = (cv2.imread(pair[side], cv2.IMREAD_GRAYSCALE) for side in 'ab')
    levels_a, levels_b = halvings(a), halvings(b)
    truth = np.array(pair['truth']).reshape(3, 3)
    keypoints = cv2.SIFT_create().detect(a, None)
    found, taken = [], np.zeros((0, 2))
    for i in rng.permutation(len(keypoints)):
        keypoint = keypoints[i]
        extent, angle = keypoint.size / 2 * SCALES, np.deg2rad(keypoint.angle)
        shake = rng.uniform(-1, 1, 4)
        near = len(taken) and np.hypot(*(taken - keypoint.pt).T).min() < APART
        if extent < SMALLEST or near:
            continue
        there, affine = carry(truth, keypoint.pt)
        extent_b = extent * np.sqrt(abs(np.linalg.det(affine))) * (1 + 0.1 * shake[2])
        if np.isnan(there).any() or extent_b < SMALLEST:
            continue
        direction = affine @ [np.cos(angle), np.sin(angle)]
        angle_b = np.arctan2(direction[1], direction[0]) + np.deg2rad(10) * shake[3]
        patch_a = cut(levels_a, keypoint.pt, extent, angle)
        patch_b = cut(levels_b, there + 2 * shake[:2], extent_b, angle_b)
        if patch_a is None or patch_b is None:
            continue
        taken = np.vstack([taken, keypoint.pt])
        found.append((patch_a, patch_b, there, extent_b))
        if len(found) == MOST:
            break
    return found


def questions_of(found, rng):
    """(row in a, row in b, same) of every patch of A with its own place and up to OTHERS others."""
    places = np.array([place for _, _, place, _ in found])
    extents = np.array([extent for *_, extent in found])
    for i in range(len(found)):
        yield i, i, 1
        far = np.hypot(*(places - places[i]).T) > np.maximum(extents, extents[i]) / 2
        for j in rng.permutation(np.flatnonzero(far))[:OTHERS]:
            yield i, int(j), 0


def main():
    folder, rng = Path(sys.argv[1]), np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / 'pairs.csv', 'w', newline='') as file:
        rows = csv.writer(file)
        rows.writerow(['set', 'name', 'a', 'b', 'same'])
        for pair in json.load(sys.stdin):
            found = patches_of(pair, rng)
            if len(found) < FEWEST:
                continue
            rows.writerows((pair['set'], pair['name'], *question) for question in questions_of(found, rng))
            out = folder / pair['set'] / pair['name']
            out.mkdir(parents=True, exist_ok=True)
            for name, patches in zip('ab', list(zip(*found))[:2]):
                cv2.imwrite(str(out / f'{name}.png'), np.vstack(patches))


main()
