"""Writes the regressors as ONNX with fp16 weights, and the model.json that goes with them and with trunk.onnx.

python -m semantic.export --affine .work/semantic-affine --homography .work/semantic-homography --tps .work/semantic-tps

What ONNX Runtime computes is compared with PyTorch first. Scores in card.json come from `npm run bench:semantic`.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

from common.export import describe
from common.export_patch import halve_weights, write_graph
from common.output import add_output, open_output, publish
from semantic.net import CELLS, OUTPUTS, Regressor

FOLDER = Path(__file__).parent
TOLERANCE = 5e-3
"""In the plane -1..1: 16-bit weights against 32-bit ones."""


def write_regressor(kind: str, checkpoint: Path, folder: Path) -> tuple[Path, int]:
    net = Regressor(kind)
    net.load_state_dict(torch.load(checkpoint, weights_only=True)['average'])
    net.eval()
    path, whole = folder / f'{kind}.onnx', folder / f'{kind}-whole.onnx'
    volume = torch.rand(1, CELLS**2, CELLS, CELLS).relu()
    volume = volume / volume.square().sum(1, keepdim=True).sqrt()
    write_graph(net, {'correlation': volume}, 'theta', whole, {})
    halve_weights(whole, path)
    whole.unlink()
    with torch.no_grad():
        wanted = net(volume).numpy()
    found = ort.InferenceSession(str(path)).run(None, {'correlation': volume.numpy()})[0]
    worst = float(np.abs(found - wanted).max())
    print(f'{kind}: at most {worst:.2e} from PyTorch, {path.stat().st_size} bytes')
    if not worst < TOLERANCE:
        raise RuntimeError(f'Expected {kind} within {TOLERANCE} of PyTorch but it is {worst} off')
    return path, sum(p.numel() for p in net.parameters())


def make_description(files: dict[str, Path], card: dict, parameters: int, channels: dict) -> dict:
    config = json.loads((FOLDER / 'config.json').read_text())
    return {
        'name': 'semantic', 'task': 'semantic', **{k: card[k] for k in ('version', 'description', 'licence', 'trainingData')},
        'parameters': parameters, 'files': {k: describe(p) for k, p in files.items()},
        'input': {'size': config['size'], 'range': [-1, 1]}, 'cells': config['cells'],
        'features': [{'output': name, 'channels': channels[name], 'weight': 1} for name in config['features']],
        'consensus': config['consensus'], 'regression': {'cells': CELLS}, 'scores': card['scores'],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in OUTPUTS:
        parser.add_argument(f'--{kind}', type=Path, required=True, help='folder of its checkpoint.pt')
    add_output(parser)
    args = parser.parse_args()
    folder = open_output(parser, args, 'semantic')
    card = json.loads((FOLDER / 'card.json').read_text())
    trunk = onnx.load(FOLDER / 'trunk.onnx')
    parameters = sum(int(np.prod(t.dims)) for t in trunk.graph.initializer)
    channels = {o.name: o.type.tensor_type.shape.dim[1].dim_value for o in trunk.graph.output}
    with tempfile.TemporaryDirectory() as scratch:
        graphs = {'trunk': FOLDER / 'trunk.onnx'}
        for kind in OUTPUTS:
            graphs[kind], count = write_regressor(kind, getattr(args, kind) / 'checkpoint.pt', Path(scratch))
            parameters += count
        description = make_description(graphs, card, parameters, channels)
        publish(folder, [path for path in graphs.values() if path.parent != folder], description)


if __name__ == '__main__':
    main()
