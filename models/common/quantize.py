"""Convolutions in 8-bit integers: weights by output channel, activations by the range that they take on generated pairs.

Weights have 7 bits: processors without VNNI add two products in 16 bits, which 8 would overflow.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from common.pool import Pool

PAIRS = 2
"""That are looked at of each pool."""


class Feeds(CalibrationDataReader):
    def __init__(self, feeds):
        self.left = iter(feeds)

    def get_next(self):
        return next(self.left, None)


@torch.no_grad()
def decoder_inputs(net, pools, names: list[str], passes=((4,), (4, 2), (4, 1))) -> list[dict[str, np.ndarray]]:
    """What the decoder of whither-flow is given at each level of each pass over a few pairs of every pool."""
    seen = []
    hook = net.decoder.register_forward_pre_hook(lambda _, inputs: seen.append([t.numpy().copy() for t in inputs]))
    rng = np.random.default_rng(1)
    for pool in map(Pool, pools):
        for _ in range(PAIRS):
            sample = pool.draw(1, rng)
            a, b = (image.float() / 127.5 - 1 for image in (sample.image_a, sample.image_b))
            for schedule in passes:
                net.estimate_passes(a, b, schedule)
    hook.remove()
    return [dict(zip(names, inputs)) for inputs in seen]


def quantize(source: Path, target: Path, feeds: list[dict[str, np.ndarray]], exact: tuple[str, ...]):
    """Writes a graph with its convolutions in 8 bits, but for those whose name holds one of the words of `exact`."""
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / 'plain.onnx'
        quant_pre_process(str(source), str(plain), skip_symbolic_shape=True)
        convolutions = [node.name for node in onnx.load(plain).graph.node if node.op_type == 'Conv']
        quantize_static(
            str(plain),
            str(target),
            Feeds(feeds),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=['Conv', 'LeakyRelu'],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[name for name in convolutions if any(word in name for word in exact)],
        )
    model = onnx.load(target)
    # The quantiser stamps versions of domains that the graph does not use, and that older runtimes refuse.
    used = [opset for opset in model.opset_import if opset.domain == '']
    del model.opset_import[:]
    model.opset_import.extend(used)
    model.ir_version = onnx.load(source).ir_version
    onnx.save(model, target)
