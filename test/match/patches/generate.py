"""Makes the stand-in models that the tests of patch similarity run: networks with a handful of fixed weights.

    python test/match/patches/generate.py

Also golden values of PyTorch for a few patches. Needs numpy, torch and onnx.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from onnx import checker, numpy_helper, parser, save

HERE = Path(__file__).parent
SIZE, LENGTH = 8, 6

random = np.random.default_rng(11)
WEIGHTS = {
    'first': random.normal(0, 1, (4, 1, 4, 4)).astype(np.float32),
    'second': random.normal(0, 1, (LENGTH, 4, 3, 3)).astype(np.float32),
    'bias': random.normal(0, 0.5, LENGTH).astype(np.float32),
    'least': np.array([1e-12], np.float32),
    'four': np.array([4], np.float32),
    'one': np.array([1], np.float32),
}
DESCRIBE = """
  edges = Conv<kernel_shape=[4, 4], strides=[2, 2]>(%(input)s, first)
  active = Relu(edges)
  raw = Conv<kernel_shape=[3, 3]>(active, second, bias)
  length = ReduceL2<axes=[1], keepdims=1>(raw)
  safe = Max(length, least)
  unit = Div(raw, safe)
"""
PAIR = """
  difference = Sub(patchA, patchB)
  square = Mul(difference, difference)
  mean = ReduceMean<axes=[1, 2, 3], keepdims=0>(square)
  far = Mul(mean, four)
  score = Sub(one, far)
"""


def build(path, signature, body):
    model = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\ngraph {signature} {{\n{body}}}')
    used = {i for node in model.graph.node for i in node.input}
    for key, value in WEIGHTS.items():
        if key in used:
            model.graph.initializer.append(numpy_helper.from_array(value, key))
    checker.check_model(model)
    save(model, path)
    data = path.read_bytes()
    return {'file': path.name, 'sha256': hashlib.sha256(data).hexdigest(), 'bytes': len(data)}


def write(folder, fields):
    common = {
        'version': '0.1.0',
        'description': 'Fixed weights, for tests only',
        'licence': {'code': 'MIT', 'weights': 'CC0-1.0'},
        'trainingData': 'none',
        'scores': {},
        'parameters': sum(w.size for w in WEIGHTS.values()),
    }
    (HERE / folder / 'model.json').write_text(json.dumps({**fields, **common}, indent=2) + '\n')


def build_patch():
    folder = HERE / 'stand-in-patch'
    square = f'float[n, 1, {SIZE}, {SIZE}] patches'
    body = DESCRIBE % {'input': 'patches'} + '  descriptors = Flatten<axis=1>(unit)\n'
    patch = build(folder / 'patch.onnx', f'({square}) => (float[n, {LENGTH}] descriptors)', body)
    body = DESCRIBE % {'input': 'image'} + '  descriptors = Identity(unit)\n'
    dense = build(folder / 'dense.onnx', f'(float[1, 1, H, W] image) => (float[1, {LENGTH}, h, w] descriptors)', body)
    write('stand-in-patch', {
        'name': 'stand-in-patch',
        'task': 'patch',
        'files': {'patch': patch, 'dense': dense},
        'input': {'layout': 'NCHW', 'channels': 'grey', 'range': [-1, 1], 'size': SIZE},
        'descriptor': {'length': LENGTH, 'unit': True, 'metric': 'l2'},
        'dense': {'stride': 2, 'origin': (SIZE - 1) / 2, 'multipleOf': 2},
        'thresholds': [
            {'falsePositiveRate': 0.1, 'distance': 0.6},
            {'falsePositiveRate': 0.01, 'distance': 0.2},
        ],
    })


def build_pair():
    folder = HERE / 'stand-in-pair'
    squares = 'float[n, 1, h, w] patchA, float[n, 1, h, w] patchB'
    pair = build(folder / 'pair.onnx', f'({squares}) => (float[n] score)', PAIR)
    write('stand-in-pair', {
        'name': 'stand-in-pair',
        'task': 'pair',
        'files': {'pair': pair},
        'input': {
            'layout': 'NCHW', 'channels': 'grey', 'range': [0, 1], 'size': SIZE, 'anySize': True, 'smallest': 4,
        },
        'symmetric': True,
        'thresholds': [{'falsePositiveRate': 0.05, 'score': 0.5}],
    })


def describe_by_torch(patches):
    w = {key: torch.from_numpy(value) for key, value in WEIGHTS.items()}
    x = torch.from_numpy(patches)[:, None] / 127.5 - 1
    return F.normalize(F.conv2d(F.relu(F.conv2d(x, w['first'], stride=2)), w['second'], w['bias']).flatten(1))


def write_golden():
    patches = random.integers(0, 256, (3, SIZE, SIZE)).astype(np.float32)
    patches[2] = 77
    golden = {
        'patches': patches.astype(int).reshape(3, -1).tolist(),
        'descriptors': describe_by_torch(patches).tolist(),
    }
    (HERE / 'golden.json').write_text(json.dumps(golden) + '\n')


build_patch()
build_pair()
write_golden()
