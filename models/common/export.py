"""Writes a trained network as ONNX with its model.json, after checking that ONNX Runtime computes what PyTorch does.

python -m common.export flownet-c --checkpoint .work/flownet-c/checkpoint.pt

The scores in model.json are the library's own, refinement included: `npm run bench:flow` measures them, `common.scores`
copies them there.
"""

import argparse
import hashlib
import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from common.correlation import correlate_by_rows
from common.networks import MODELS, build, load
from common.output import add_output, open_output, publish

SIZES = ((192, 256), (128, 320))
"""Heights and widths at which the exported graphs are compared with PyTorch."""

TOLERANCE = 5e-3
"""Pixels by which a flow of ONNX Runtime may differ from PyTorch's."""


class Fused(nn.Module):
    """Two images to the finest flow, the correlation layer (where there is one) as standard operators."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image_a, image_b):
        if not hasattr(self.net, 'encoder'):
            return self.net(image_a, image_b)['flows'][0]
        features_a, skip = self.net.encoder(image_a)
        features_b, _ = self.net.encoder(image_b)
        correlation = correlate_by_rows(features_a, features_b, self.net.radius)
        return self.net.decoder(correlation, features_a, skip)[0]


class Finest(nn.Module):
    """A decoder that gives the finest flow alone."""

    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, *inputs):
        return self.decoder(*inputs)[0]


def write_graph(module, inputs: dict, outputs: list[str], path: Path, batched: bool = False):
    """Height and width are free in every input and output; the batch only where `batched`."""
    axes = {0: 'n'} if batched else {}
    free = {name: {**axes, 2: f'{name}_h', 3: f'{name}_w'} for name in [*inputs, *outputs]}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=free,
            opset_version=17,
            dynamo=False,
        )
    onnx.checker.check_model(str(path))


def run(path: Path, inputs: dict) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    return session.run(None, {k: v.numpy() for k, v in inputs.items()})


def images(height: int, width: int, seed: int = 0):
    """A smooth random image and the same shifted by (5, -3): what a network was made for."""
    generator = torch.Generator().manual_seed(seed)
    low = torch.randn(1, 3, height // 4 + 8, width // 4 + 8, generator=generator)
    big = torch.tanh(nn.functional.interpolate(low, scale_factor=4, mode='bicubic'))
    at = lambda x, y: big[..., y : y + height, x : x + width].contiguous()
    return at(8, 8), at(3, 11)


@torch.no_grad()
def write_all(net, folder: Path, name: str) -> dict[str, Path]:
    """Every graph of a network; raises where one disagrees with PyTorch."""
    a, b = images(*SIZES[0])
    files = {'fused': folder / f'{name}.onnx'}
    write_graph(Fused(net), {'imageA': a, 'imageB': b}, ['flow'], files['fused'])
    if hasattr(net, 'encoder'):
        files |= {'encoder': folder / 'encoder.onnx', 'decoder': folder / 'decoder.onnx'}
        features, skip = net.encoder(a)
        d = (2 * net.radius + 1) ** 2
        correlation = torch.randn(1, d, *features.shape[2:]) * 0.2
        write_graph(net.encoder, {'image': a}, ['features', 'skip'], files['encoder'], batched=True)
        inputs = {'correlation': correlation, 'features': features, 'skip': skip}
        write_graph(Finest(net.decoder), inputs, ['flow'], files['decoder'])
    check(net, files)
    return files


@torch.no_grad()
def check(net, files):
    for size in SIZES:
        a, b = images(*size, seed=size[0])
        wanted = net(a, b)['flows'][0].numpy()
        flows = {'fused': run(files['fused'], {'imageA': a, 'imageB': b})[0]}
        if 'encoder' in files:
            flows['split'] = run_split(net, files, a, b)
        for graph, flow in flows.items():
            worst = float(np.abs(flow - wanted).max())
            print(f'{graph} at {size[0]} x {size[1]}: at most {worst:.2e} px from PyTorch')
            if not worst < TOLERANCE:
                raise RuntimeError(f'Expected the {graph} graph within {TOLERANCE} px of PyTorch but it is {worst} off')


def run_split(net, files, a, b):
    features_a, skip = run(files['encoder'], {'image': a})
    features_b, _ = run(files['encoder'], {'image': b})
    correlation = correlate_by_rows(torch.from_numpy(features_a), torch.from_numpy(features_b), net.radius)
    inputs = {'correlation': correlation, 'features': torch.from_numpy(features_a), 'skip': torch.from_numpy(skip)}
    return run(files['decoder'], inputs)[0]


def describe(path: Path) -> dict:
    data = path.read_bytes()
    return {'file': path.name, 'sha256': hashlib.sha256(data).hexdigest(), 'bytes': len(data)}


def make_description(net, config: dict, files: dict[str, Path], card: dict) -> dict:
    out = {
        'name': config['name'],
        'task': 'flow',
        **card,
        'parameters': sum(p.numel() for p in net.parameters()),
        'files': {k: describe(p) for k, p in files.items()},
        'input': {'layout': 'NCHW', 'channels': 'RGB', 'range': [-1, 1], 'multipleOf': 64, 'fit': 'pad'},
    }
    if 'encoder' in files:
        channels = config['widths']['conv3']
        out['correlation'] = {'channels': channels, 'radius': net.radius, 'step': 1, 'scale': 'none', 'stride': 8}
    run = {'output': {'stride': 4}, 'schedule': config['schedule'], 'refine': config['refine']}
    return {**out, **run, 'scores': {}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--checkpoint', type=Path, help='without one the network is exported untrained')
    add_output(parser)
    args = parser.parse_args()
    folder = open_output(parser, args, args.network)
    if args.checkpoint:
        net, config, _ = load(args.network, args.checkpoint)
    else:
        net, config = build(args.network)
    with tempfile.TemporaryDirectory() as scratch:
        files = write_all(net.eval(), Path(scratch), args.network)
        card = json.loads((MODELS / args.network / 'card.json').read_text())
        print(publish(folder, files.values(), make_description(net, config, files, card)))


if __name__ == '__main__':
    main()
