"""FlowNetC (Dosovitskiy 2015, figure 2, bottom): a Siamese encoder, the correlation layer, a decoder, narrowed.

Added to the paper: features of unit length before they are correlated, and the expected displacement of the softmax of
the correlations, with its peak, beside them. The matching is supervised directly, by cross-entropy against the true
displacement, which is what makes the features learn to match within minutes.
"""

import torch
import torch.nn.functional as F
from torch import nn

from common.correlation import correlate
from common.layers import PIXELS_PER_UNIT, Contraction, Expansion, conv, initialize

STRIDE = 8
"""Pixels of the image to a cell of the correlated features."""


class Encoder(nn.Module):
    """One image (N, 3, H, W) to unit features (N, C, H/8, W/8) and the skip connection at 1/4."""

    def __init__(self, w: dict):
        super().__init__()
        self.conv1, self.conv2 = conv(3, w['conv1'], 7, 2), conv(w['conv1'], w['conv2'], 5, 2)
        self.conv3 = nn.Conv2d(w['conv2'], w['conv3'], 5, 2, 2)

    def forward(self, image):
        skip = self.conv2(self.conv1(image))
        x = self.conv3(skip)
        return x * torch.rsqrt((x * x).sum(1, keepdim=True) + 1e-6), skip


class Decoder(nn.Module):
    """Correlation (B, D * D, h, w), features and skip connection of A, to flows."""

    def __init__(self, w: dict, radius: int):
        super().__init__()
        self.radius = radius
        d = 2 * radius + 1
        offsets = torch.arange(-radius, radius + 1).float() * STRIDE / PIXELS_PER_UNIT
        dy, dx = torch.meshgrid(offsets, offsets, indexing='ij')
        self.register_buffer('offsets', torch.stack([dx.flatten(), dy.flatten()])[:, :, None, None], persistent=False)
        self.sharpness = nn.Parameter(torch.tensor(2.8))
        self.redir = conv(w['conv3'], w['redir'], 1)
        self.conv3_1 = conv(w['redir'] + d * d + 3, w['conv3_1'])
        self.contraction = Contraction(w['conv3_1'], w)
        self.expansion = Expansion(w, w['conv2'], w['conv3_1'] + 3)

    def logits(self, correlation):
        return correlation * self.sharpness.exp()

    def match(self, correlation):
        """Expected displacement (B, 2, h, w) in units of flow, and the peak (B, 1, h, w)."""
        p = torch.softmax(self.logits(correlation), 1)
        return torch.cat([F.conv2d(p, self.offsets), p.amax(1, keepdim=True)], 1)

    def forward(self, correlation, features, skip):
        match = self.match(correlation)
        volume = F.leaky_relu(correlation * 4, 0.1)
        x3 = self.conv3_1(torch.cat([self.redir(features), volume, match], 1))
        deeper = self.contraction(x3)
        return self.expansion(skip, torch.cat([x3, match], 1), *deeper)


class FlowNetC(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.radius = config['radius']
        self.encoder = Encoder(config['widths'])
        self.decoder = Decoder(config['widths'], self.radius)
        initialize(self)

    def forward(self, image_a, image_b):
        """Images (B, 3, H, W) in -1..1, H and W multiples of 64, to flows in pixels at 1/4, 1/8, ... 1/64."""
        features, skips = self.encoder(torch.cat([image_a, image_b]))
        a, b = features.chunk(2)
        correlation = correlate(a, b, self.radius)
        flows = self.decoder(correlation, a, skips.chunk(2)[0])
        return {'flows': flows, 'logits': self.decoder.logits(correlation)}


Net = FlowNetC
