"""RAFT-small as a stranger might export it: what `whither import` is tried with.

    python bench/flow/raft_small_plain.py WEIGHTS GRAPH [HEIGHT WIDTH]

writes it as ONNX for images (1, 3, H, W) of values from -1 to 1, whose sizes are multiples of 8, with the flow after each of
its 12 updates as an output of its own. Both sizes are free from 128 on, or fixed where HEIGHT and WIDTH are given.
"""

import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn

from raft_small import HIDDEN, UPDATES, correlate, grid, load, look_up


class Plain(nn.Module):
    def __init__(self, weights: str):
        super().__init__()
        self.net = load(weights)

    def forward(self, a, b):
        levels = correlate(self.net.fnet(a), self.net.fnet(b))
        context = self.net.cnet(a)
        hidden, context = torch.tanh(context[:, :HIDDEN]), F.relu(context[:, HIDDEN:])
        start = grid(*hidden.shape[2:])
        flow, flows = torch.zeros_like(hidden[:, :2]), []
        for _ in range(UPDATES):
            correlation = look_up(levels, start + flow[0].permute(1, 2, 0))
            hidden, change = self.net.update_block(hidden, context, correlation, flow)
            flow = flow + change
            flows.append(8 * F.interpolate(flow, scale_factor=8, mode='bilinear', align_corners=True))
        return tuple(flows)


def export(weights: str, path: str, *size: str):
    height, width = map(int, size or (136, 168))
    inputs, outputs = ['image1', 'image2'], [f'flow{i}' for i in range(UPDATES)]
    free = {name: {2: 'height', 3: 'width'} for name in inputs + outputs}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            Plain(weights).eval(),
            (torch.rand(1, 3, height, width), torch.rand(1, 3, height, width)),
            path,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=None if size else free,
            opset_version=17,
            dynamo=False,
        )


if __name__ == '__main__':
    export(*sys.argv[1:])
