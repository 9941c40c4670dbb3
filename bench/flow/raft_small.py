"""RAFT-small (Teed and Deng 2020) as its authors' weights want it, for comparison: 12 updates, 8 pixels a cell.

    python bench/flow/raft_small.py WEIGHTS GRAPH

writes it as ONNX for images (1, 3, H, W) of values from 0 to 255, both sizes free from 128 on, after comparing ONNX
Runtime with PyTorch. It needs onnx and onnxruntime. The names of the layers are those of the weights.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

UPDATES = 12
LEVELS = 4
RADIUS = 3
HIDDEN = 96
"""Channels of the recurrent state; the other 64 of the context stay as they are."""

SIZES = ((136, 192), (203, 254))
"""Heights and widths at which ONNX Runtime is compared with PyTorch."""

TOLERANCE = 5e-3
"""Pixels by which the flows may differ."""


def norm(kind: str, channels: int) -> nn.Module:
    return nn.InstanceNorm2d(channels) if kind == 'instance' else nn.Identity()


class Bottleneck(nn.Module):
    def __init__(self, inputs: int, outputs: int, kind: str, stride: int):
        super().__init__()
        narrow = outputs // 4
        self.conv1 = nn.Conv2d(inputs, narrow, 1)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, stride, 1)
        self.conv3 = nn.Conv2d(narrow, outputs, 1)
        self.norm1, self.norm2, self.norm3 = norm(kind, narrow), norm(kind, narrow), norm(kind, outputs)
        shrink = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride), norm(kind, outputs))
        self.downsample = nn.Identity() if stride == 1 else shrink

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        y = F.relu(self.norm2(self.conv2(y)))
        y = F.relu(self.norm3(self.conv3(y)))
        return F.relu(self.downsample(x) + y)


def stage(inputs: int, outputs: int, kind: str, stride: int) -> nn.Sequential:
    return nn.Sequential(Bottleneck(inputs, outputs, kind, stride), Bottleneck(outputs, outputs, kind, 1))


class Encoder(nn.Module):
    """(B, 3, H, W) to (B, outputs, H / 8, W / 8)."""

    def __init__(self, outputs: int, kind: str):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 7, 2, 3)
        self.norm1 = norm(kind, 32)
        self.layer1 = stage(32, 32, kind, 1)
        self.layer2 = stage(32, 64, kind, 2)
        self.layer3 = stage(64, 96, kind, 2)
        self.conv2 = nn.Conv2d(96, outputs, 1)

    def forward(self, x):
        x = F.relu(self.norm1(self.conv1(x)))
        return self.conv2(self.layer3(self.layer2(self.layer1(x))))


class MotionEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.convc1 = nn.Conv2d(LEVELS * (2 * RADIUS + 1) ** 2, 96, 1)
        self.convf1 = nn.Conv2d(2, 64, 7, padding=3)
        self.convf2 = nn.Conv2d(64, 32, 3, padding=1)
        self.conv = nn.Conv2d(128, 80, 3, padding=1)

    def forward(self, flow, correlation):
        motion = F.relu(self.convf2(F.relu(self.convf1(flow))))
        joined = F.relu(self.conv(torch.cat([F.relu(self.convc1(correlation)), motion], 1)))
        return torch.cat([joined, flow], 1)


class ConvGRU(nn.Module):
    def __init__(self, inputs: int):
        super().__init__()
        self.convz = nn.Conv2d(HIDDEN + inputs, HIDDEN, 3, padding=1)
        self.convr = nn.Conv2d(HIDDEN + inputs, HIDDEN, 3, padding=1)
        self.convq = nn.Conv2d(HIDDEN + inputs, HIDDEN, 3, padding=1)

    def forward(self, hidden, x):
        both = torch.cat([hidden, x], 1)
        update, reset = torch.sigmoid(self.convz(both)), torch.sigmoid(self.convr(both))
        new = torch.tanh(self.convq(torch.cat([reset * hidden, x], 1)))
        return (1 - update) * hidden + update * new


class FlowHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(HIDDEN, 128, 3, padding=1)
        self.conv2 = nn.Conv2d(128, 2, 3, padding=1)

    def forward(self, hidden):
        return self.conv2(F.relu(self.conv1(hidden)))


class UpdateBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = MotionEncoder()
        self.gru = ConvGRU(64 + 82)
        self.flow_head = FlowHead()

    def forward(self, hidden, context, correlation, flow):
        hidden = self.gru(hidden, torch.cat([context, self.encoder(flow, correlation)], 1))
        return hidden, self.flow_head(hidden)


def grid(h: int, w: int) -> torch.Tensor:
    """Place of every cell, (h, w, 2): x, y."""
    y, x = torch.meshgrid(torch.arange(h), torch.arange(w), indexing='ij')
    return torch.stack([x, y], -1).float()


def correlate(a: torch.Tensor, b: torch.Tensor) -> list[torch.Tensor]:
    """The products of all cells as one image of B for each cell of A, (h * w, 1, h, w), and its coarser levels."""
    _, channels, h, w = a.shape
    volume = (a.flatten(2).transpose(1, 2) / channels**0.5) @ b.flatten(2)
    levels = [volume.view(h * w, 1, h, w)]
    for _ in range(LEVELS - 1):
        levels.append(F.avg_pool2d(levels[-1], 2))
    return levels


def look_up(levels: list[torch.Tensor], places: torch.Tensor) -> torch.Tensor:
    """The windows around the places (h, w, 2) in B of every level, (1, levels * window, h, w): dx is slow."""
    h, w, _ = places.shape
    side = 2 * RADIUS + 1
    window = (grid(side, side) - RADIUS).flip(-1)
    found = []
    for i, level in enumerate(levels):
        rows, columns = level.shape[2:]
        at = places.reshape(h * w, 1, 1, 2) / 2**i + window
        x, y = 2 * at[..., 0] / (columns - 1) - 1, 2 * at[..., 1] / (rows - 1) - 1
        sampled = F.grid_sample(level, torch.stack([x, y], -1), align_corners=True)
        found.append(sampled.view(1, h, w, side * side))
    return torch.cat(found, -1).permute(0, 3, 1, 2)


def margins(size: int) -> tuple[int, int]:
    """Pixels to add on either side, so that the size is a multiple of 8."""
    missing = (8 - size % 8) % 8
    return missing // 2, missing - missing // 2


class RaftSmall(nn.Module):
    """Images (1, 3, H, W) of values from 0 to 255 to the flow (H, W, 2) in pixels."""

    def __init__(self):
        super().__init__()
        self.fnet = Encoder(128, 'instance')
        self.cnet = Encoder(HIDDEN + 64, 'none')
        self.update_block = UpdateBlock()

    def forward(self, image_a, image_b):
        height, width = image_a.shape[2:]
        (left, right), (top, bottom) = margins(width), margins(height)
        pad = lambda image: F.pad(2 * image / 255 - 1, (left, right, top, bottom), mode='replicate')
        flow = self.estimate(pad(image_a), pad(image_b))
        return flow[0, :, top : top + height, left : left + width].permute(1, 2, 0)

    def estimate(self, a, b):
        """Of sizes that are multiples of 8, values from -1 to 1: the flow (1, 2, H, W)."""
        levels = correlate(self.fnet(a), self.fnet(b))
        context = self.cnet(a)
        hidden, context = torch.tanh(context[:, :HIDDEN]), F.relu(context[:, HIDDEN:])
        start = grid(*hidden.shape[2:])
        flow = torch.zeros_like(hidden[:, :2])
        for _ in range(UPDATES):
            correlation = look_up(levels, start + flow[0].permute(1, 2, 0))
            hidden, change = self.update_block(hidden, context, correlation, flow)
            flow = flow + change
        return 8 * F.interpolate(flow, scale_factor=8, mode='bilinear', align_corners=True)


def load(weights: str) -> RaftSmall:
    """The network with its authors' weights, which were saved from several devices at once."""
    state = torch.load(weights, map_location='cpu', weights_only=True)
    net = RaftSmall()
    net.load_state_dict({name.removeprefix('module.'): value for name, value in state.items()})
    return net.eval()


def write_graph(net: RaftSmall, path: str):
    """Height and width are free."""
    size = {2: 'height', 3: 'width'}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            net,
            (torch.rand(1, 3, 130, 165), torch.rand(1, 3, 130, 165)),
            path,
            input_names=['imageA', 'imageB'],
            output_names=['flow'],
            dynamic_axes={'imageA': size, 'imageB': size, 'flow': {0: 'height', 1: 'width'}},
            opset_version=17,
            dynamo=False,
        )


def images(height: int, width: int):
    """A smooth random image and the same shifted by (5, -3)."""
    low = torch.rand(1, 3, height // 8 + 4, width // 8 + 4, generator=torch.Generator().manual_seed(0))
    big = F.interpolate(low, scale_factor=8, mode='bicubic').clamp(0, 1) * 255
    return big[..., 8 : 8 + height, 8 : 8 + width], big[..., 11 : 11 + height, 3 : 3 + width]


@torch.inference_mode()
def compare(net: RaftSmall, path: str) -> float:
    """The largest difference between ONNX Runtime and PyTorch, in pixels; raises where it is above the tolerance."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    worst = 0.0
    for size in SIZES:
        a, b = images(*size)
        (flow,) = session.run(None, {'imageA': a.numpy(), 'imageB': b.numpy()})
        worst = max(worst, (torch.from_numpy(flow) - net(a, b)).abs().max().item())
    if not worst <= TOLERANCE:
        raise ValueError(f'Expected ONNX Runtime within {TOLERANCE} px of PyTorch but it differs by {worst:.2g} px')
    return worst


def export(weights: str, path: str):
    """Whole or not at all: the graph gets its name once it has been compared."""
    net = load(weights)
    with tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
        draft = str(Path(folder) / 'graph.onnx')
        write_graph(net, draft)
        worst = compare(net, draft)
        os.replace(draft, path)
    print(f'{path}: ONNX Runtime within {worst:.1e} px of PyTorch', file=sys.stderr)


if __name__ == '__main__':
    export(*sys.argv[1:3])
