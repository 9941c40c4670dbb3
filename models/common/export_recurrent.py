"""Writes the recurrent whither-flow as graphs between which the library's kernels run, with its model.json.

python -m common.export_recurrent whither-flow:recurrent --checkpoint .work/recurrent/checkpoint.pt --output FOLDER

encoder    image to features0..2 (of unit length), context0..2 and start
begin      start to the hidden states of all kinds of hypothesis, one after the other (1, 5 * S, h, w)
update     one step at 1/16 or 1/8: correlation, context, flow, guides, hidden to change and next
score      hidden to the belief in a hypothesis
rise0      hidden at 1/16 to the mask of the convex upsampling and the hidden state at 1/8
rise1      hidden at 1/8 to mask and the state that `fine` starts from at 1/4
fine       one step at 1/4: correlation, context, flow, hidden to change and next
mask       hidden of `fine` to mask

ONNX Runtime's flow, with the kernels' work done by PyTorch, is compared with that of the whole network in PyTorch.
"""

import argparse
import json
import tempfile
from pathlib import Path

import onnxruntime
import torch
import torch.nn.functional as F
from torch import nn

from common.convex import upsample_convex
from common.export import SIZES, TOLERANCE, images, write_graph
from common.export_pyramid import make_description
from common.lookup import look_up
from common.networks import MODELS, build, load
from common.output import add_output, open_output, publish
from common.windows import dominant_in_windows, match_in_windows

PARTS = ('encoder', 'begin', 'update', 'score', 'rise0', 'rise1', 'fine', 'mask')


class Graph(nn.Module):
    """A network's part as a module of its own."""

    def __init__(self, net, forward):
        super().__init__()
        self.net, self.run = net, forward

    def forward(self, *inputs):
        return self.run(self.net, *inputs)


def encode(net, image):
    features, contexts, start = net.encoder(image)
    return *features, *contexts, start


def begin(net, start):
    """Of a batch of one."""
    return torch.tanh(start + net.kinds[:, :, None, None]).flatten(0, 1)[None]


def rise(level):
    def forward(net, hidden):
        below = hidden if level == 0 else net.lower(hidden)
        return net.weights(level, hidden), F.interpolate(below, scale_factor=2.0, mode='bilinear')

    return forward


@torch.no_grad()
def write_all(net, folder: Path) -> dict[str, Path]:
    """Every graph; raises where together they disagree with PyTorch."""
    files = {part: folder / f'{part}.onnx' for part in PARTS}
    a, _ = images(*SIZES[0])
    *features, c0, c1, c2, start = encode(net, a)
    d = len(net.reaches) * (2 * net.radius + 1) ** 2
    hidden = torch.tanh(start)
    lower = rise(1)(net, hidden)[1]
    of = lambda like, channels: torch.randn(1, channels, *like.shape[2:])
    coarse = {'correlation': of(c0, d), 'context': c0, 'flow': of(c0, 2), 'guides': of(c0, 8), 'hidden': hidden}
    fine = {'correlation': of(c2, d), 'context': c2, 'flow': of(c2, 2), 'hidden': of(c2, lower.shape[1])}
    encodings = [f'{word}{level}' for word in ('features', 'context') for level in range(3)]
    write = lambda part, forward, inputs, outputs, batched=False: write_graph(
        Graph(net, forward), inputs, outputs, files[part], batched
    )
    write('encoder', encode, {'image': a}, [*encodings, 'start'])
    write('begin', begin, {'start': start}, ['hidden'])
    write('update', lambda net, *inputs: net.update(*inputs), coarse, ['change', 'next'], True)
    write('score', lambda net, hidden: net.score(hidden), {'hidden': hidden}, ['score'], True)
    write('rise0', rise(0), {'hidden': hidden}, ['mask', 'finer'])
    write('rise1', rise(1), {'hidden': hidden}, ['mask', 'finer'])
    write('fine', lambda net, *inputs: net.fine(*inputs), fine, ['change', 'next'])
    write('mask', lambda net, hidden: net.weights(2, hidden), {'hidden': of(c2, lower.shape[1])}, ['mask'])
    check(net, files)
    return files


def check(net, files):
    for size in SIZES:
        a, b = images(*size, seed=size[0])
        initial = torch.full((1, 2, size[0] // 16, size[1] // 16), 0.2)
        for before in (None, initial):
            wanted = torch.cat(net.run(a, b, net.iterations, before), 1)
            worst = float((run_parts(net, files, a, b, before) - wanted).abs().max())
            print(f'{size[0]} x {size[1]}: at most {worst:.2e} from PyTorch')
            if not worst < TOLERANCE:
                raise RuntimeError(f'Expected the graphs within {TOLERANCE} of PyTorch but they are {worst} off')


class Sessions:
    """The parts of a folder, each loaded once."""

    def __init__(self, files):
        self.open = {part: onnxruntime.InferenceSession(str(path)) for part, path in files.items()}

    def __call__(self, part, **feeds):
        found = self.open[part].run(None, {name: t.contiguous().numpy() for name, t in feeds.items()})
        return [torch.from_numpy(t) for t in found]


def run_parts(net, files, image_a, image_b, initial=None):
    """As `net.run`, the networks' work done by ONNX Runtime: flow and the logit of being occluded, (1, 3, H, W)."""
    ort = Sessions(files)
    of_a, of_b = (ort('encoder', image=image) for image in (image_a, image_b))
    look = lambda level, flow: look_up(
        of_a[level].expand(len(flow), -1, -1, -1),
        of_b[level].expand(len(flow), -1, -1, -1),
        flow,
        net.radius,
        net.reaches,
    )
    found, confidence = match_in_windows(of_a[0], of_b[0], net.sharpness[0].exp(), initial)
    shared = dominant_in_windows(found, confidence)
    before = torch.zeros_like(found) if initial is None else initial
    guides = torch.cat([found, shared, before, confidence, torch.full_like(confidence, float(initial is not None))], 1)
    flows, kinds = net.hypotheses(found, confidence, shared, initial, None)
    hidden = ort('begin', start=of_a[6])[0].unflatten(1, (len(net.kinds), -1))[0][kinds]
    flow = flows[:, 0]
    many = lambda t: t.expand(len(flow), -1, -1, -1)
    for _ in range(net.carry):
        feeds = {'context': many(of_a[3]), 'flow': flow, 'guides': many(guides), 'hidden': hidden}
        change, hidden = ort('update', correlation=look(0, flow), **feeds)
        flow = flow + change[:, :2]
    best = ort('score', hidden=hidden)[0].argmax(0, keepdim=True)
    pick = lambda t: t.gather(0, best.expand(1, *t.shape[1:]))
    flow, hidden, occluded = pick(flow), pick(hidden), pick(change[:, 2:])
    for level, stride in enumerate(net.strides):
        for _ in range(net.iterations[level] - (net.carry if level == 0 else 0)):
            feeds = {'context': of_a[3 + level], 'flow': flow, 'hidden': hidden}
            extra = {'guides': guides} if level < 2 else {}
            change, hidden = ort('update' if level < 2 else 'fine', correlation=look(level, flow), **feeds, **extra)
            flow, occluded = flow + change[:, :2], change[:, 2:]
        mask, *finer = ort('mask' if level == 2 else f'rise{level}', hidden=hidden)
        upsampled = upsample_convex(torch.cat([flow * stride, occluded], 1), mask, net.factor)
        if level < 2:
            flow, hidden = F.avg_pool2d(upsampled[:, :2], 2) / (stride // 2), finer[0]
            scale = guides.new_tensor([2, 2, 2, 2, 2, 2, 1, 1])[:, None, None]
            guides = F.interpolate(guides, scale_factor=2.0, mode='bilinear') * scale
    return upsampled


def describe(net, config: dict, files: dict[str, Path], card: dict) -> dict:
    """Its model.json; the configuration's own card goes before that of the network's folder."""
    found = make_description(net, config, files, card | config['card'])
    return found | {'pyramid': {'kind': 'recurrent', **found['pyramid'], 'carry': net.carry}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--checkpoint', type=Path, help='without one the network is exported untrained')
    add_output(parser)
    args = parser.parse_args()
    name = args.network.partition(':')[0]
    folder = open_output(parser, args, name)
    net, config = load(args.network, args.checkpoint)[:2] if args.checkpoint else build(args.network)
    with tempfile.TemporaryDirectory() as scratch:
        files = write_all(net.eval(), Path(scratch))
        card = json.loads((MODELS / name / 'card.json').read_text())
        print(publish(folder, files.values(), describe(net, config, files, card)))


if __name__ == '__main__':
    main()
