"""Writes whither-flow as the five graphs between which the library's kernels run, with its model.json.

python -m common.export_pyramid whither-flow --checkpoint .work/whither-flow/checkpoint.pt --pools .work/pool .work/fast

ONNX Runtime's flow, with the kernels' work done by PyTorch, is compared with that of the whole network in PyTorch first.
The decoder is written twice: as it is, and in 8 bits, for which it has to be seen at work on pairs of some pools.
"""

import argparse
import copy
import json
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from common.convex import upsample_convex
from common.export import SIZES, TOLERANCE, describe, images, run, write_graph
from common.lookup import all_pairs, look_up
from common.matching import choose, dominant, match_globally
from common.networks import MODELS, build, load
from common.output import add_output, open_output, publish
from common.quantize import decoder_inputs, quantize

DECODER = ('correlation', 'context', 'flow', 'match', 'hidden')
"""Its inputs."""


class EncoderGraph(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.encoder = net.encoder

    def forward(self, image):
        features, contexts, start = self.encoder(image)
        return *features, *contexts, start


class MaskGraph(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, hidden):
        return self.net.weights(hidden)


class JudgeGraph(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, correlation, context, flow, confidence, kind):
        return self.net.judge(self.net.decoder.correlation(correlation * 2), context, flow, confidence, kind)


class DecoderGraph(nn.Module):
    """The decoder, made ready for integers: the factor of the correlations lies in the weights, and the inputs of the
    largest convolution are filled up with zeros to a multiple of 8, which their product needs to be fast."""

    def __init__(self, decoder):
        super().__init__()
        self.decoder = copy.deepcopy(decoder)
        correlation, mix = self.decoder.correlation[0], self.decoder.mix[0]
        correlation.weight.mul_(2)
        self.filling = -mix.in_channels % 8
        mix.weight = nn.Parameter(F.pad(mix.weight, (0, 0, 0, 0, 0, self.filling)))

    def forward(self, correlation, context, flow, match, hidden):
        d = self.decoder
        x = d.gather(d.correlation(correlation), context, flow, match, hidden)
        return d.decode(torch.cat([x, torch.zeros_like(x[:, : self.filling])], 1))


class RiseGraph(MaskGraph):
    def forward(self, hidden):
        return self.net.weights(hidden), F.interpolate(hidden, scale_factor=2.0, mode='bilinear')


def names(word: str, count: int) -> list[str]:
    return [f'{word}{level}' for level in range(count)]


@torch.no_grad()
def write_all(net, folder: Path, pools: list[Path]) -> dict[str, Path]:
    """Every graph of a network; raises where they disagree with PyTorch. Without pools none is in 8 bits."""
    files = {part: folder / f'{part}.onnx' for part in ('encoder', 'judge', 'decoder', 'rise', 'mask')}
    a, _ = images(*SIZES[0])
    features, contexts, hidden = net.encoder(a)
    levels = len(features)
    outputs = [*names('features', levels), *names('context', levels), 'start']
    write_graph(EncoderGraph(net), {'image': a}, outputs, files['encoder'])
    h, w = hidden.shape[2:]
    planes = lambda count: torch.rand(1, count, h, w)
    judge = {
        'correlation': planes(len(net.reaches) * (2 * net.radius + 1) ** 2),
        'context': contexts[0],
        'flow': planes(2),
        'confidence': planes(1),
        'kind': planes(2),
    }
    write_graph(JudgeGraph(net), judge, ['score'], files['judge'])
    decoder = {
        'correlation': torch.randn(1, len(net.reaches) * (2 * net.radius + 1) ** 2, h, w),
        'context': contexts[0],
        'flow': torch.randn(1, 2, h, w),
        'match': torch.rand(1, 5, h, w),
        'hidden': hidden,
    }
    write_graph(net.decoder, decoder, ['change', 'next'], files['decoder'])
    write_graph(RiseGraph(net), {'hidden': hidden}, ['mask', 'finer'], files['rise'])
    write_graph(MaskGraph(net), {'hidden': hidden}, ['mask'], files['mask'])
    for size in SIZES:
        a, b = images(*size, seed=size[0])
        wanted, logit = net.run(a, b, net.iterations)
        flow, logit_too = run_parts(net, files, a, b)
        worst = max(float((flow - wanted).abs().max()), float((logit_too - logit).abs().max()))
        print(f'{size[0]} x {size[1]}: at most {worst:.2e} from PyTorch')
        if not worst < TOLERANCE:
            raise RuntimeError(f'Expected the graphs within {TOLERANCE} of PyTorch but they are {worst} off')
    if pools:
        files['decoder8'] = folder / 'decoder8.onnx'
        plain = folder / 'plain.onnx'
        write_graph(DecoderGraph(net.decoder), decoder, ['change', 'next'], plain)
        # Correlations are a small part of the work, and what sub-pixel flow is read from.
        quantize(plain, files['decoder8'], decoder_inputs(net, pools, DECODER), ('/correlation/', '/head/'))
    return files


def run_parts(net, files, image_a, image_b):
    """As `net.run`, the networks' work done by ONNX Runtime."""
    ort = lambda part, **feeds: [torch.from_numpy(t) for t in run(files[part], feeds)]
    encodings = [ort('encoder', image=image) for image in (image_a, image_b)]
    levels = len(net.strides)
    hidden = encodings[0][-1]
    flow = match = upsampled = None
    for level, stride in enumerate(net.strides):
        a, b = (e[level] for e in encodings)
        if level == 0:
            found, confidence = match_globally(all_pairs(a, b) * net.sharpness[0].exp())
            shared = dominant(found, confidence)
            match = torch.cat([found, shared, confidence], 1)
            feeds = {'context': encodings[0][levels], 'confidence': confidence}
            listed, scores = net.candidates(found, confidence, shared, None), []
            for flow, kind in listed:
                around = look_up(a, b, flow, net.radius, net.reaches)
                scores += ort('judge', correlation=around, flow=flow, kind=kind, **feeds)
            flow = choose(torch.stack([flow for flow, _ in listed], 1), torch.cat(scores, 1))
        else:
            flow = F.avg_pool2d(upsampled[:, :2], 2) / stride
            match = (
                F.interpolate(match, scale_factor=2.0, mode='bilinear') * torch.tensor([2, 2, 2, 2, 1])[:, None, None]
            )
        for _ in range(net.iterations[level]):
            feeds = {'context': encodings[0][levels + level], 'flow': flow, 'match': match, 'hidden': hidden}
            change, hidden = ort('decoder', correlation=look_up(a, b, flow, net.radius, net.reaches), **feeds)
            flow = flow + change[:, :2]
        if level == levels - 1:
            (mask,) = ort('mask', hidden=hidden)
        else:
            mask, hidden = ort('rise', hidden=hidden)
        upsampled = upsample_convex(torch.cat([flow * stride, change[:, 2:]], 1), mask, net.factor)
    return upsampled[:, :2], upsampled[:, 2:]


def make_description(net, config: dict, files: dict[str, Path], card: dict) -> dict:
    return {
        'name': config['name'],
        'task': 'flow',
        **card,
        'parameters': sum(p.numel() for p in net.parameters()),
        'files': {k: describe(p) for k, p in files.items()},
        'input': {'layout': 'NCHW', 'channels': 'RGB', 'range': [-1, 1], 'multipleOf': net.strides[0], 'fit': 'pad'},
        'pyramid': {
            'strides': list(net.strides),
            'channels': config['widths']['match'],
            'radius': net.radius,
            'reaches': list(net.reaches),
            'sharpness': net.sharpness.exp().tolist()[0],
            'factor': net.factor,
        },
        'output': {'stride': 1},
        'presets': config['presets'],
        'preset': config['preset'],
        'scores': {},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--checkpoint', type=Path, help='without one the network is exported untrained')
    parser.add_argument('--pools', type=Path, nargs='*', default=[], help='pairs to learn the ranges for 8 bits from')
    add_output(parser)
    args = parser.parse_args()
    folder = open_output(parser, args, args.network)
    if args.checkpoint:
        net, config, _ = load(args.network, args.checkpoint)
    else:
        net, config = build(args.network)
    with tempfile.TemporaryDirectory() as scratch:
        files = write_all(net.eval(), Path(scratch), args.pools)
        card = json.loads((MODELS / args.network / 'card.json').read_text())
        print(publish(folder, files.values(), make_description(net, config, files, card)))


if __name__ == '__main__':
    main()
