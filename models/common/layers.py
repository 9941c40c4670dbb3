"""Building blocks of the FlowNet family (Dosovitskiy 2015), at any width."""

import torch
import torch.nn.functional as F
from torch import nn

SLOPE = 0.1
"""Of LeakyReLU."""

PIXELS_PER_UNIT = 20.0
"""The networks predict flow in units of 20 pixels, as FlowNet does, so that activations stay near 1."""


def conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2), nn.LeakyReLU(SLOPE, inplace=True))


def deconv(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.ConvTranspose2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(SLOPE, inplace=True))


def initialize(net: nn.Module):
    """Kaiming for leaky ReLU: with PyTorch's default the features die before the correlation layer."""
    for m in net.modules():
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
            fan = (
                m.weight[0].numel()
                if isinstance(m, nn.Conv2d)
                else m.weight[0].numel() * m.in_channels / m.out_channels / 4
            )
            nn.init.normal_(m.weight, 0, (2 / (1 + SLOPE**2) / fan) ** 0.5)
            nn.init.zeros_(m.bias)
    for m in net.modules():
        if isinstance(m, Predict):
            m.conv.weight.data.mul_(0.05)


class Predict(nn.Module):
    """predict_flow: a 3 x 3 convolution to u and v."""

    def __init__(self, inputs: int):
        super().__init__()
        self.conv = nn.Conv2d(inputs, 2, 3, 1, 1)

    def forward(self, x):
        return self.conv(x)


class Contraction(nn.Module):
    """conv4 to conv6_1: 1/8 in; 1/16, 1/32 and 1/64 out."""

    def __init__(self, inputs: int, widths: dict):
        super().__init__()
        w4, w5, w6 = widths['conv4'], widths['conv5'], widths['conv6']
        self.conv4, self.conv4_1 = conv(inputs, w4, 3, 2), conv(w4, w4)
        self.conv5, self.conv5_1 = conv(w4, w5, 3, 2), conv(w5, w5)
        self.conv6, self.conv6_1 = conv(w5, w6, 3, 2), conv(w6, w6)

    def forward(self, x3):
        x4 = self.conv4_1(self.conv4(x3))
        x5 = self.conv5_1(self.conv5(x4))
        return x4, x5, self.conv6_1(self.conv6(x5))


class Expansion(nn.Module):
    """The decoder: flow at 1/64, refined at 1/32, 1/16, 1/8 and 1/4 (Dosovitskiy 2015, figure 3).

    Each level adds to the upsampled flow of the level below rather than predicting anew, which learns faster.
    """

    def __init__(self, widths: dict, x2: int, x3: int):
        super().__init__()
        w4, w5, w6 = widths['conv4'], widths['conv5'], widths['conv6']
        d5, d4, d3, d2 = (widths[f'deconv{k}'] for k in (5, 4, 3, 2))
        self.deconv5, self.deconv4 = deconv(w6, d5), deconv(w5 + d5 + 2, d4)
        self.deconv3, self.deconv2 = deconv(w4 + d4 + 2, d3), deconv(x3 + d3 + 2, d2)
        self.predict6, self.predict5 = Predict(w6), Predict(w5 + d5 + 2)
        self.predict4, self.predict3 = Predict(w4 + d4 + 2), Predict(x3 + d3 + 2)
        self.predict2 = Predict(x2 + d2 + 2)

    def step(self, skip, below, flow, upsample, predict):
        flow = F.interpolate(flow, scale_factor=2.0, mode='bilinear', align_corners=False)
        x = torch.cat([skip, upsample(below), flow], 1)
        return x, flow + predict(x)

    def forward(self, x2, x3, x4, x5, x6):
        flow6 = self.predict6(x6)
        y5, flow5 = self.step(x5, x6, flow6, self.deconv5, self.predict5)
        y4, flow4 = self.step(x4, y5, flow5, self.deconv4, self.predict4)
        y3, flow3 = self.step(x3, y4, flow4, self.deconv3, self.predict3)
        _, flow2 = self.step(x2, y3, flow3, self.deconv2, self.predict2)
        return [f * PIXELS_PER_UNIT for f in (flow2, flow3, flow4, flow5, flow6)]
