"""Writes a trained patch network as ONNX with its model.json, after checking that ONNX Runtime computes what PyTorch
does.

python -m common.export_patch patchnet --checkpoint .work/patchnet/checkpoint.pt --validation .work/patches-val
python -m common.export_patch siam --checkpoint .work/siam/checkpoint.pt --validation .work/patches-val

The thresholds in model.json are of generated pairs of photos that no network was trained on; the scores, of real
ones, come from `common.evaluate_patches`. fp16 files hold weights of 16 bits and compute in 32.
"""

import argparse
import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from common.export import describe, run
from common.networks import MODELS, load
from common.patch_data import PatchPool, threshold_at
from common.train_descriptor import verification_distances
from common.train_pairs import pair_scores

TOLERANCE = 1e-4
"""By which numbers of ONNX Runtime may differ from PyTorch's."""

HALF_TOLERANCE = 5e-3
"""The same for 16-bit weights."""

RATES = (0.001, 0.01, 0.05, 0.1)
"""False-positive rates whose thresholds are noted."""


class Describe(nn.Module):
    """Patches to rows."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, patches):
        return self.net(patches).flatten(1)


def write_graph(module, inputs: dict, output: str, path: Path, free: dict):
    """`free` names the dimensions that may vary: {tensor: {axis: name}}."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes=free,
            opset_version=17,
            dynamo=False,
        )
    onnx.checker.check_model(str(path))


def halve_weights(source: Path, target: Path):
    """Stores the weights in 16 bits, each followed by a cast, which runtimes do once when they load.

    Not those of the first layer, whose filters would not sum to zero any more.
    """
    model = onnx.load(str(source))
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 1000:
            continue
        half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f'{tensor.name}.half')
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        casts.append(helper.make_node('Cast', [half.name], [tensor.name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def compare(name: str, path: Path, inputs: dict, wanted: torch.Tensor, tolerance: float = TOLERANCE):
    worst = float(np.abs(run(path, inputs)[0] - wanted.numpy()).max())
    print(f'{name}: at most {worst:.2e} from PyTorch')
    if not worst < tolerance:
        raise RuntimeError(f'Expected {name} within {tolerance} of PyTorch but it is {worst} off')


def sample(pool: PatchPool, count: int) -> torch.Tensor:
    """Patches of the pool, the last one grey all over."""
    pairs = pool.pairs(20, 1)
    patches = pool.take(pairs.left[:count])
    patches[-1] = 0.5
    return patches


@torch.no_grad()
def write_descriptor(net, folder: Path, name: str, pool: PatchPool) -> dict[str, Path]:
    net, patches = net.plain(), sample(pool, 40)
    files = {
        'patch': folder / f'{name}.onnx',
        'patch-fp16': folder / f'{name}-fp16.onnx',
        'dense': folder / 'dense.onnx',
    }
    rows = {'patches': {0: 'n'}, 'descriptors': {0: 'n'}}
    write_graph(Describe(net), {'patches': patches[:2]}, 'descriptors', files['patch'], rows)
    halve_weights(files['patch'], files['patch-fp16'])
    wanted = Describe(net)(patches)
    compare('patch', files['patch'], {'patches': patches}, wanted)
    compare('patch-fp16', files['patch-fp16'], {'patches': patches}, wanted, HALF_TOLERANCE)
    image = torch.rand(1, 1, 96, 75)
    cells = {'image': {2: 'h', 3: 'w'}, 'descriptors': {2: 'rows', 3: 'columns'}}
    write_graph(net, {'image': image}, 'descriptors', files['dense'], cells)
    compare('dense', files['dense'], {'image': image}, net(image))
    cell = Describe(net)(image[:, :, 8:40, 12:44])[0]
    worst = float((net(image)[0, :, 2, 3] - cell).abs().max())
    print(f'dense: a cell is at most {worst:.2e} from the descriptor of its patch')
    return files


@torch.no_grad()
def write_pair(net, folder: Path, name: str, pool: PatchPool, config: dict) -> dict[str, Path]:
    a, b = sample(pool, 40), sample(pool, 40).flip(0)
    files = {'pair': folder / f'{name}.onnx'}
    axes = {0: 'n', 2: 'h', 3: 'w'} if config.get('anySize') else {0: 'n'}
    free = {'patchA': axes, 'patchB': axes, 'score': {0: 'n'}}
    write_graph(net, {'patchA': a[:3], 'patchB': b[:3]}, 'score', files['pair'], free)
    compare('pair', files['pair'], {'patchA': a, 'patchB': b}, net(a, b))
    if config.get('anySize'):
        for side in (config['smallest'], 81, 150):
            x, y = torch.rand(2, 3, 1, side, side).unbind()
            compare(f'pair at {side} px', files['pair'], {'patchA': x, 'patchB': y}, net(x, y))
    if getattr(net.net, 'shared', False):
        print('symmetric within', float((net(a, b) - net(b, a)).abs().max()))
    return files


def thresholds(values: np.ndarray, label: np.ndarray, key: str, sign: int) -> list[dict]:
    """Of distances (sign 1) or scores (sign -1)."""
    found = [(rate, *threshold_at(sign * values, label, rate)) for rate in RATES]
    return [{'falsePositiveRate': r, key: round(sign * t, 5), 'recall': round(recall, 4)} for r, t, recall in found]


def make_description(net, config: dict, files: dict[str, Path], card: dict, pool: PatchPool) -> dict:
    task = 'pair' if 'pair' in files else 'patch'
    pairs = pool.pairs(150, 10) if task == 'patch' else pool.pairs(50, 8)
    out = {
        'name': config['name'],
        'task': task,
        **card,
        'parameters': sum(p.numel() for p in net.parameters()),
        'files': {k: describe(p) for k, p in files.items()},
        'input': {'layout': 'NCHW', 'channels': 'grey', 'range': [0, 1], 'size': config['size']},
    }
    if task == 'patch':
        distances = verification_distances(net, pool, pairs).numpy()
        out['descriptor'] = {'length': config['layers'][-1]['width'], 'unit': True, 'metric': 'l2'}
        out['dense'] = {'stride': 4, 'origin': 15.5, 'multipleOf': 1}
        out['thresholds'] = thresholds(distances, pairs.label, 'distance', 1)
    else:
        scores = pair_scores(net, pool, pairs).numpy()
        out['input'] |= {'anySize': config.get('anySize', False), 'smallest': config.get('smallest', config['size'])}
        out['symmetric'] = getattr(net.net, 'shared', False)
        out['thresholds'] = thresholds(scores, pairs.label, 'score', -1)
    return {**out, 'scores': {}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--validation', type=Path, required=True)
    add_output(parser)
    args = parser.parse_args()
    folder = open_output(parser, args, args.network)
    torch.set_num_threads(1)
    net, config, _ = load(args.network, args.checkpoint)
    pool = PatchPool(args.validation, config['size'])
    card = json.loads((MODELS / args.network / 'card.json').read_text())
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        if 'topology' in config:
            files = write_pair(net, scratch, args.network, pool, config)
        else:
            files = write_descriptor(net, scratch, args.network, pool)
        print(publish(folder, files.values(), make_description(net, config, files, card, pool)))


if __name__ == '__main__':
    main()
