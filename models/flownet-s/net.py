"""FlowNetS (Dosovitskiy 2015, figure 2, top): both frames stacked, one encoder and decoder, narrowed."""

import torch
from torch import nn

from common.layers import Contraction, Expansion, conv, initialize


class FlowNetS(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        w = config['widths']
        self.conv1, self.conv2 = conv(6, w['conv1'], 7, 2), conv(w['conv1'], w['conv2'], 5, 2)
        self.conv3, self.conv3_1 = conv(w['conv2'], w['conv3'], 5, 2), conv(w['conv3'], w['conv3'])
        self.contraction = Contraction(w['conv3'], w)
        self.expansion = Expansion(w, w['conv2'], w['conv3'])
        initialize(self)

    def forward(self, image_a, image_b):
        """Images (B, 3, H, W) in -1..1, H and W multiples of 64, to flows in pixels at 1/4, 1/8, ... 1/64."""
        x2 = self.conv2(self.conv1(torch.cat([image_a, image_b], 1)))
        x3 = self.conv3_1(self.conv3(x2))
        return {'flows': self.expansion(x2, x3, *self.contraction(x3))}


Net = FlowNetS
