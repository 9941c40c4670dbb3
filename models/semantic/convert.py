"""From the TFLite detector inside @mediapipe/objectron to the ONNX trunk of the semantic matcher.

  npm pack @mediapipe/objectron@0.4.1675468480 && tar xzf mediapipe-objectron-*.tgz
  python semantic/convert.py package/objectron_solution_packed_assets.data        (needs tflite, onnx, numpy)

The package (Apache-2.0) carries an SSD MobileNetV2 trained on OpenImages v4, fp16 weights, batch norms folded. Taken are
the layers up to the third block of stride 32. TFLite's SAME padding is ONNX's SAME_UPPER, whatever the input's size; at
sizes of 32 k + 1 every padding is symmetric and cell j of stride s lies on pixel s * j, so that all grids share their corners.
"""
import argparse
import hashlib
import os

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

PART = slice(184, 9_987_912)
SHA256 = 'd0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6'
# The operators (places in the file) whose results are the trunk's outputs, by name.
OUTPUTS = {'stride8': 56, 'stride16a': 104, 'stride16b': 124, 'stride32': 161}


def read_model(path):
    data = open(path, 'rb').read()[PART]
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise SystemExit(f'Expected the detector with sha256 {SHA256} in {path} but received {found}')
    return data


class Converter:
    """Walks the operators and collects ONNX nodes; weights stay fp16 and are cast when the graph is loaded."""

    def __init__(self, data, outputs):
        model = tflite.Model.GetRootAsModel(data, 0)
        self.model, self.graph, self.outputs = model, model.Subgraphs(0), outputs
        self.nodes, self.weights, self.halves, self.named = [], [], {}, {}

    def array(self, index):
        """The fp16 values behind a dequantized tensor."""
        tensor = self.graph.Tensors(self.halves[index])
        raw = self.model.Buffers(tensor.Buffer()).DataAsNumpy()
        return np.frombuffer(raw.tobytes(), np.float16).reshape(tensor.ShapeAsNumpy())

    def weight(self, values, name):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name + '_half'))
        self.nodes.append(helper.make_node('Cast', [name + '_half'], [name], to=TensorProto.FLOAT))
        return name

    def code(self, operator):
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        return max(code.BuiltinCode(), code.DeprecatedBuiltinCode())

    def convolution(self, operator, place, depthwise):
        options = (tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions)()
        table = operator.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        source, kernel, bias = operator.InputsAsNumpy()
        values = self.array(kernel)
        # TFLite: (out, kh, kw, in), depthwise (1, kh, kw, channels); ONNX: (out, in / group, kh, kw).
        values = values.transpose(3, 0, 1, 2) if depthwise else values.transpose(0, 3, 1, 2)
        assert options.Padding() == tflite.Padding.SAME and options.StrideH() == options.StrideW()
        result = f'layer{place}'
        active = options.FusedActivationFunction() == tflite.ActivationFunctionType.RELU6
        self.nodes.append(helper.make_node(
            'Conv', [self.named[source], self.weight(values, f'w{place}'), self.weight(self.array(bias), f'b{place}')],
            [result + '_linear' if active else result], strides=[options.StrideH()] * 2, auto_pad='SAME_UPPER',
            kernel_shape=list(values.shape[2:]), group=values.shape[0] if depthwise else 1))
        if active:
            self.nodes.append(helper.make_node('Clip', [result + '_linear', 'zero', 'six'], [result]))
        return result

    def convert(self):
        kind = tflite.BuiltinOperator
        self.named[self.graph.InputsAsNumpy()[0]] = 'image'
        self.weights += [numpy_helper.from_array(np.float32(v), n) for n, v in (('zero', 0), ('six', 6))]
        for place in range(max(self.outputs.values()) + 1):
            operator = self.graph.Operators(place)
            code, inputs = self.code(operator), operator.InputsAsNumpy()
            result = operator.OutputsAsNumpy()[0]
            if code == kind.DEQUANTIZE:
                self.halves[result] = inputs[0]
            elif code in (kind.CONV_2D, kind.DEPTHWISE_CONV_2D):
                # The detector's heads hang on features but lead nowhere that we go.
                if inputs[0] in self.named:
                    self.named[result] = self.convolution(operator, place, code == kind.DEPTHWISE_CONV_2D)
            elif code == kind.ADD:
                self.named[result] = f'layer{place}'
                self.nodes.append(helper.make_node('Add', [self.named[i] for i in inputs], [f'layer{place}']))
        for name, place in self.outputs.items():
            self.nodes.append(helper.make_node('Identity', [f'layer{place}'], [name]))
        return self.finish()

    def finish(self):
        value = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
        channels = {n: int(self.graph.Tensors(self.graph.Operators(p).OutputsAsNumpy()[0]).ShapeAsNumpy()[3])
                    for n, p in self.outputs.items()}
        graph = helper.make_graph(
            prune(self.nodes, list(self.outputs)), 'trunk', [value('image', [1, 3, 'height', 'width'])],
            [value(n, [1, c, f'height_{n}', f'width_{n}']) for n, c in channels.items()])
        used = {i for node in graph.node for i in node.input}
        graph.initializer.extend(w for w in self.weights if w.name in used)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 15)], ir_version=8)
        onnx.checker.check_model(model)
        return model


def prune(nodes, wanted):
    """Only the nodes that the wanted results need, in their order."""
    needed, kept = set(wanted), []
    for node in reversed(nodes):
        if needed & set(node.output):
            kept.append(node)
            needed |= set(node.input)
    return kept[::-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('assets', help='objectron_solution_packed_assets.data')
    parser.add_argument('--out', default=os.path.join(os.path.dirname(__file__), 'trunk.onnx'))
    options = parser.parse_args()
    onnx.save(Converter(read_model(options.assets), OUTPUTS).convert(), options.out)
    print(options.out, os.path.getsize(options.out))


if __name__ == '__main__':
    main()
