"""Scores patch networks on labelled patches of real image pairs, for measuring only, and notes the scores in
model.json.

python -m common.evaluate_patches PATCHES.npz patchnet siam ...            runs each network's shipped ONNX file

PATCHES.npz: a, b uint8 (N, 64, 64); i, j, same, set, name, one a row: does a[i] show what b[j] shows, in which image
pair of which set. FPR95 is over a whole set, average precision (ties count against) the mean over its image pairs.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

from common.networks import MODELS
from common.patch_data import false_positive_rate, shrink


def average_precision(distance: np.ndarray, label: np.ndarray) -> float:
    hit = label[np.lexsort((label, distance))]
    return float((np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit == 1].mean() * 100)


def open_graph(name: str, part: str) -> tuple[onnxruntime.InferenceSession, dict]:
    manifest = json.loads((MODELS / name / 'model.json').read_text())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = MODELS / name / manifest['files'][part]['file']
    return onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider']), manifest


def prepare(patches: np.ndarray, size: int) -> np.ndarray:
    """uint8 (N, 64, 64) to float32 (N, 1, size, size) in 0..1."""
    return shrink(patches[None], size)[0].astype(np.float32)[:, None] / 255


def measure(name: str, data: dict, part: str | None = None) -> np.ndarray:
    """A distance a row: of descriptors, or the score with its sign turned."""
    manifest = json.loads((MODELS / name / 'model.json').read_text())
    session, _ = open_graph(name, part or manifest['task'])
    a, b = (prepare(data[k], manifest['input']['size']) for k in 'ab')
    if manifest['task'] == 'patch':
        a, b = (
            np.concatenate([session.run(None, {'patches': x[k : k + 256]})[0] for k in range(0, len(x), 256)])
            for x in (a, b)
        )
        return np.linalg.norm(a[data['i']] - b[data['j']], axis=1)
    rows = [slice(k, k + 128) for k in range(0, len(data['i']), 128)]
    feed = lambda r: {'patchA': a[data['i'][r]], 'patchB': b[data['j'][r]]}
    return -np.concatenate([session.run(None, feed(r))[0].ravel() for r in rows])


def score(distance: np.ndarray, data: dict) -> dict:
    out = {}
    for part in dict.fromkeys(data['set'].tolist()):
        rows = data['set'] == part
        pairs = [rows & (data['name'] == n) for n in dict.fromkeys(data['name'][rows].tolist())]
        precision = np.mean([average_precision(distance[r], data['same'][r]) for r in pairs])
        out[part] = {
            'fpr95': round(false_positive_rate(distance[rows], data['same'][rows]), 2),
            'map': round(float(precision), 2),
        }
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('patches', type=Path)
    parser.add_argument('networks', nargs='+')
    args = parser.parse_args()
    data = dict(np.load(args.patches))
    for name in args.networks:
        path = MODELS / name / 'model.json'
        manifest = json.loads(path.read_text())
        for part in (p for p in manifest['files'] if p != 'dense'):
            scores = score(measure(name, data, part), data)
            print(name, part, scores, flush=True)
            if part == manifest['task']:
                manifest['scores'] = scores
        path.write_text(json.dumps(manifest, indent=2) + '\n')


if __name__ == '__main__':
    main()
