"""Learns the projection of `global`: python -m global.train PHOTOS [--output FOLDER] [--force]

What differs between views of one scene is made to count little, what differs between scenes is kept (learnt whitening,
Radenovic 2018; linear discriminants). It has a closed form: half a minute on one core, for the most part spent in the trunk.
"""

import argparse
import hashlib
import json
import tempfile
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from common.networks import MODELS
from common.output import add_output, open_output, publish

# `global` is a word of Python's own, so the folder is imported by name.
views = import_module('global.views')
pool = import_module('global.pool').pool


def open_trunk(config: dict) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(MODELS / config['trunk'] / 'trunk.onnx'), options)


def collect(folder: Path, config: dict) -> tuple[np.ndarray, np.ndarray]:
    """Pooled vectors (n, d) of photos and their views, and the scene of each."""
    session, rng = open_trunk(config), np.random.default_rng(config['seed'])
    vectors, scenes = [], []
    for number, paths in enumerate(views.photos(folder).values()):
        images = [cv2.imread(str(path)) for path in paths]
        made = [view for image in images[::3] for view in views.views(image, config['views'], rng)]
        for image in made + (images if len(images) > 1 else []):
            vectors.append(pool(session, image, config))
            scenes.append(number)
    return np.array(vectors, np.float64), np.array(scenes)


def learn(vectors: np.ndarray, scenes: np.ndarray, config: dict) -> tuple[np.ndarray, np.ndarray]:
    """The mean (d) and the projection (d, length)."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    mean = unit.mean(0)
    within = np.concatenate([unit[scenes == s] - unit[scenes == s].mean(0) for s in np.unique(scenes)])
    covariance = within.T @ within / len(within)
    covariance += np.eye(len(covariance)) * np.trace(covariance) / len(covariance) * config['shrinkage']
    values, axes = np.linalg.eigh(covariance)
    whiten = axes / np.sqrt(values)
    spread = (unit - mean) @ whiten
    _, axes = np.linalg.eigh(spread.T @ spread)
    kept = axes[:, ::-1][:, : config['length']]
    return mean, whiten @ kept @ rotation(config)


def rotation(config: dict) -> np.ndarray:
    """Any rotation: it spreads what counts evenly over the numbers, whose signs alone then say much."""
    length = config['length']
    return np.linalg.qr(np.random.default_rng(config['seed']).normal(size=(length, length)))[0]


def graph(mean: np.ndarray, projection: np.ndarray) -> onnx.ModelProto:
    """pooled (n, d) to unit vectors (n, length); weights of 16 bits."""
    constants = {
        'mean': mean.astype(np.float32)[None],
        'projection': projection.astype(np.float16),
        'small': np.array(1e-12, np.float32),
    }
    nodes = [
        helper.make_node('Cast', ['projection'], ['weights'], to=TensorProto.FLOAT),
        helper.make_node('ReduceL2', ['pooled'], ['length'], axes=[1], keepdims=1),
        helper.make_node('Add', ['length', 'small'], ['positive']),
        helper.make_node('Div', ['pooled', 'positive'], ['unit']),
        helper.make_node('Sub', ['unit', 'mean'], ['centred']),
        helper.make_node('MatMul', ['centred', 'weights'], ['projected']),
        helper.make_node('ReduceL2', ['projected'], ['size'], axes=[1], keepdims=1),
        helper.make_node('Add', ['size', 'small'], ['divisor']),
        helper.make_node('Div', ['projected', 'divisor'], ['descriptor']),
    ]
    value = lambda name, length: helper.make_tensor_value_info(name, TensorProto.FLOAT, ['count', length])
    head = helper.make_graph(
        nodes,
        'head',
        [value('pooled', len(mean))],
        [value('descriptor', projection.shape[1])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(head, opset_imports=[helper.make_opsetid('', 15)], ir_version=8)


def manifest(head: Path, config: dict, pooled: int) -> dict:
    data = head.read_bytes()
    file = {'file': head.name, 'sha256': hashlib.sha256(data).hexdigest(), 'bytes': len(data)}
    return {
        'name': config['name'],
        'task': 'global',
        **json.loads((MODELS / 'global' / 'card.json').read_text()),
        'parameters': pooled * config['length'] + pooled,
        'files': {'head': file},
        'trunk': config['trunk'],
        'input': {'side': config['side'], 'range': [-1, 1]},
        'outputs': config['outputs'],
        'colors': config['colors'],
        'length': config['length'],
        'scores': {},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('photos', type=Path, help='a folder of JPEG files')
    add_output(parser)
    args = parser.parse_args()
    config = json.loads((MODELS / 'global' / 'config.json').read_text())
    folder = open_output(parser, args, 'global')
    vectors, scenes = collect(args.photos, config)
    mean, projection = learn(vectors, scenes, config)
    with tempfile.TemporaryDirectory() as work:
        head = Path(work) / 'head.onnx'
        onnx.save(graph(mean, projection), head)
        run = onnxruntime.InferenceSession(str(head)).run
        (out,) = run(None, {'pooled': vectors.astype(np.float32)})
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        expected = (unit - mean) @ projection
        error = np.abs(out - expected / np.linalg.norm(expected, axis=1, keepdims=True)).max()
        assert error < 2e-3, f'the graph differs by {error}'
        publish(folder, [head], manifest(head, config, len(mean)))
    print(f'{len(vectors)} views of {len(np.unique(scenes))} scenes, graph within {error:.1e}: {folder}')


if __name__ == '__main__':
    main()
