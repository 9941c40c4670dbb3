"""Makes the stand-in model that the tests run: a network of the shape of flownet-c with a handful of fixed weights.

    python test/runtime/stand-in/generate.py

Also the golden flow of a small pair, coarse to fine, by PyTorch's operators and this network: an independent
statement of the schedule. Needs numpy, torch, onnx, onnxruntime and opencv.
"""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import checker, numpy_helper, parser, save

HERE = Path(__file__).parent
RADIUS, CHANNELS = 1, 4
SIDE = 2 * RADIUS + 1

ENCODE = """
  %(p)sraised = Conv<kernel_shape=[1, 1]>(%(image)s, mix)
  %(p)sfeatures = AveragePool<kernel_shape=[8, 8], strides=[8, 8]>(%(p)sraised)
  %(p)sskip = AveragePool<kernel_shape=[4, 4], strides=[4, 4]>(%(image)s)
"""
DECODE = """
  matched = Conv<kernel_shape=[1, 1]>(correlation, fromCorrelation)
  looked = Conv<kernel_shape=[1, 1]>(features, fromFeatures)
  coarse = Add(matched, looked)
  fine = Resize<mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor">(coarse, , twice)
  passed = Conv<kernel_shape=[1, 1]>(skip, fromSkip)
  flow = Add(fine, passed)
"""


def shifts():
    """The correlation layer in standard operators: pad, then one slice, product and sum for each displacement."""
    lines, names = ["  padded = Pad(b_features, pads)"], []
    lines += ["  size = Shape(features)", "  rows = Gather(size, two)", "  columns = Gather(size, three)"]
    for k in range(SIDE * SIDE):
        y, x = divmod(k, SIDE)
        lines += [
            f"  y{k} = Constant<value_ints=[{y}]>()",
            f"  x{k} = Constant<value_ints=[{x}]>()",
            f"  start{k} = Concat<axis=0>(y{k}, x{k})",
            f"  bottom{k} = Add(rows, y{k})",
            f"  right{k} = Add(columns, x{k})",
            f"  end{k} = Concat<axis=0>(bottom{k}, right{k})",
            f"  shifted{k} = Slice(padded, start{k}, end{k}, axes)",
            f"  product{k} = Mul(features, shifted{k})",
            f"  sum{k} = ReduceSum<keepdims=1>(product{k}, one)",
        ]
        names.append(f"sum{k}")
    lines.append(f"  correlation = Concat<axis=1>({', '.join(names)})")
    return "\n".join(lines) + "\n"


def build(name, signature, body, constants):
    model = parser.parse_model(
        f'<ir_version: 8, opset_import: ["" : 17]>\n{name} {signature} {{\n{body}}}'
    )
    used = {i for node in model.graph.node for i in node.input}
    for key, value in constants.items():
        if key in used:
            model.graph.initializer.append(numpy_helper.from_array(value, key))
    checker.check_model(model)
    save(model, HERE / f'{name}.onnx')


def constants():
    random = np.random.default_rng(5)
    weights = lambda *shape: random.normal(0, 1, shape).astype(np.float32)
    integers = lambda *values: np.array(values, np.int64)
    return {
        'mix': weights(CHANNELS, 3, 1, 1),
        'fromCorrelation': weights(2, SIDE * SIDE, 1, 1),
        'fromFeatures': weights(2, CHANNELS, 1, 1),
        'fromSkip': weights(2, 3, 1, 1) * 2,
        'twice': np.array([1, 1, 2, 2], np.float32),
        'pads': integers(0, 0, RADIUS, RADIUS, 0, 0, RADIUS, RADIUS),
        'axes': integers(2, 3),
        'one': integers(1),
        'two': integers(2),
        'three': integers(3),
    }


def build_all():
    values = constants()
    encode = lambda image, prefix: ENCODE % {'image': image, 'p': prefix}
    cells, D = f'float[1, {CHANNELS}, h, w]', SIDE * SIDE
    build('encoder', f'(float[n, 3, H, W] image) => (float[n, {CHANNELS}, h, w] features, float[n, 3, h2, w2] skip)',
          encode('image', ''), values)
    build('decoder', f'(float[1, {D}, h, w] correlation, {cells} features, float[1, 3, h2, w2] skip) '
          '=> (float[1, 2, h2, w2] flow)', DECODE, values)
    fused = encode('imageA', '') + encode('imageB', 'b_').replace('  b_skip', '  unused_skip') + shifts() + DECODE
    build('fused', '(float[1, 3, H, W] imageA, float[1, 3, H, W] imageB) => (float[1, 2, h2, w2] flow)', fused, values)


def write_manifest():
    entry = lambda part: {
        'file': f'{part}.onnx',
        'sha256': hashlib.sha256((HERE / f'{part}.onnx').read_bytes()).hexdigest(),
        'bytes': (HERE / f'{part}.onnx').stat().st_size,
    }
    (HERE / 'model.json').write_text(json.dumps({
        'name': 'stand-in', 'task': 'flow', 'version': '0.1.0', 'description': 'Fixed weights, for tests only',
        'files': {part: entry(part) for part in ('fused', 'encoder', 'decoder')},
        'input': {'layout': 'NCHW', 'channels': 'RGB', 'range': [-1, 1], 'multipleOf': 64, 'fit': 'pad'},
        'correlation': {'channels': CHANNELS, 'radius': RADIUS, 'step': 1, 'scale': 'none', 'stride': 8},
        'output': {'stride': 4}, 'schedule': [2, 1],
        'licence': {'code': 'MIT', 'weights': 'CC-BY-4.0'}, 'trainingData': 'none',
        'scores': {'chairs': {'epe': 99}}, 'parameters': 80,
    }, indent=2) + '\n')


def make_pair():
    """Smooth colours, and the same moved by about (3, -2) pixels; 88 x 56 halves evenly three times."""
    noise = np.random.default_rng(7).uniform(0, 255, (64, 96, 3)).astype(np.float32)
    texture = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2.5), None, 0, 255, cv2.NORM_MINMAX)
    a, b = texture[4:60, 4:92], texture[6:62, 1:89]
    for name, image in ('a', a), ('b', b):
        cv2.imwrite(str(HERE / f'{name}.png'), np.round(image).astype(np.uint8)[..., ::-1])
    return [torch.from_numpy(np.round(i).copy()).permute(2, 0, 1)[None] / 127.5 - 1 for i in (a, b)]


def run_schedule(network, a, b, schedule):
    full, flow = a.shape[-2:], None
    for factor in schedule:
        h, w = -(-full[0] // factor), -(-full[1] // factor)
        small_a, small_b = (F.interpolate(i, (h, w), mode='area') for i in (a, b))
        if flow is not None:
            ratio = torch.tensor([w / flow.shape[3], h / flow.shape[2]]).view(1, 2, 1, 1)
            flow = F.interpolate(flow, (h, w), mode='bilinear', align_corners=False) * ratio
            y, x = torch.meshgrid(torch.arange(h), torch.arange(w), indexing='ij')
            grid = torch.stack([x + flow[0, 0], y + flow[0, 1]], -1)
            grid = 2 * grid / torch.tensor([w - 1, h - 1]) - 1
            small_b = F.grid_sample(small_b, grid[None], padding_mode='zeros', align_corners=True)
        padded = [F.pad(i, (0, -w % 64, 0, -h % 64), mode='replicate').numpy() for i in (small_a, small_b)]
        residual, = network.run(None, {'imageA': padded[0], 'imageB': padded[1]})
        residual = F.interpolate(torch.from_numpy(residual), scale_factor=4, mode='bilinear', align_corners=False)
        flow = residual[..., :h, :w] + (0 if flow is None else flow)
    return flow[0].permute(1, 2, 0).numpy()


def write_golden():
    network = onnxruntime.InferenceSession(str(HERE / 'fused.onnx'))
    flow = run_schedule(network, *make_pair(), (4, 2, 1))
    header = np.array([202021.25], '<f4').tobytes() + np.array([flow.shape[1], flow.shape[0]], '<i4').tobytes()
    (HERE / 'golden.flo').write_bytes(header + flow.astype('<f4').tobytes())
    print('flow', flow.shape, 'mean length', np.linalg.norm(flow, axis=-1).mean())


build_all()
write_manifest()
write_golden()
