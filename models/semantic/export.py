"""Writes the regressors as ONNX with fp16 weights, and the model.json that goes with them and with trunk.onnx.

python -m semantic.export --affine .work/semantic-affine --homography .work/semantic-homography --tps .work/semantic-tps

What ONNX Runtime computes is compared with PyTorch first. Scores in card.json come from `npm run bench:semantic`.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

from common.export import describe
from common.export_patch import halve_weights, write_graph
from semantic.net import CELLS, OUTPUTS, Regressor

FOLDER = Path(__file__).parent
TOLERANCE = 5e-3
"""In the plane -1..1: 16-bit weights against 32-bit ones."""


def write_regressor(kind: str, checkpoint: Path) -> tuple[Path, int]:
    net = Regressor(kind)
    net.load_state_dict(torch.load(checkpoint, weights_only=True)['average'])
    net.eval()
    path, whole = FOLDER / f'{kind}.onnx', FOLDER / f'{kind}-whole.onnx'
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in OUTPUTS:
        parser.add_argument(f'--{kind}', type=Path, required=True, help='folder of its checkpoint.pt')
    options = vars(parser.parse_args())
    card = json.loads((FOLDER / 'card.json').read_text())
    trunk = onnx.load(FOLDER / 'trunk.onnx')
    parameters = sum(int(np.prod(t.dims)) for t in trunk.graph.initializer)
    channels = {o.name: o.type.tensor_type.shape.dim[1].dim_value for o in trunk.graph.output}
    files = {'trunk': describe(FOLDER / 'trunk.onnx')}
    for kind in OUTPUTS:
        path, count = write_regressor(kind, options[kind] / 'checkpoint.pt')
        files[kind], parameters = describe(path), parameters + count
    config = json.loads((FOLDER / 'config.json').read_text())
    manifest = {
        'name': 'semantic', 'task': 'semantic', **{k: card[k] for k in ('version', 'description', 'licence', 'trainingData')},
        'parameters': parameters, 'files': files,
        'input': {'size': config['size'], 'range': [-1, 1]}, 'cells': config['cells'],
        'features': [{'output': name, 'channels': channels[name], 'weight': 1} for name in config['features']],
        'consensus': config['consensus'], 'regression': {'cells': CELLS}, 'scores': card['scores'],
    }
    (FOLDER / 'model.json').write_text(json.dumps(manifest, indent=2) + '\n')


if __name__ == '__main__':
    main()
