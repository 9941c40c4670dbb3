"""What other runtimes make of the trunk and of the regressors, for the tests to compare ONNX Runtime with.

python -m semantic.golden trunk package/objectron_solution_packed_assets.data     TFLite (ai-edge-litert): semantic-trunk.npy
python -m semantic.golden regressors --affine .work/semantic-affine --homography ... --tps ...      PyTorch: semantic-theta.json

semantic-trunk.npy: of the 300 x 300 pixels of images/box-a.jpg from (170, 90), as PNG in golden/semantic.png, every tenth
channel of the features in the order of `config.json`, one after the other, flat. semantic-theta.json: the numbers of each
regressor for the volume of `made_volume`.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from semantic.net import CELLS, OUTPUTS

GOLDEN = Path(__file__).parents[2] / 'fixtures' / 'golden'
TENSORS = {'stride16a': 186, 'stride16b': 194, 'stride32': 209}
"""Indices of the detector's tensors."""


def made_volume() -> np.ndarray:
    """(1, CELLS ** 2, CELLS, CELLS): entry k is |sin(k)| above 0.9, otherwise 0, each cell's channels of unit length."""
    values = np.abs(np.sin(np.arange(CELLS**4, dtype=np.float64)))
    values = np.where(values > 0.9, values, 0).reshape(1, CELLS**2, CELLS, CELLS)
    return (values / np.sqrt((values**2).sum(1, keepdims=True) + 1e-6)).astype(np.float32)


def write_trunk(assets: Path):
    from ai_edge_litert.interpreter import Interpreter

    from semantic.convert import read_model

    photo = cv2.imread(str(GOLDEN.parent / 'images' / 'box-a.jpg'))[90:390, 170:470]
    cv2.imwrite(str(GOLDEN / 'semantic.png'), photo)
    runtime = Interpreter(model_content=read_model(assets), experimental_preserve_all_tensors=True)
    runtime.allocate_tensors()
    runtime.set_tensor(runtime.get_input_details()[0]['index'], photo[None, :, :, ::-1].astype(np.float32) / 127.5 - 1)
    runtime.invoke()
    parts = [runtime.get_tensor(i)[0].transpose(2, 0, 1)[::10].ravel() for i in TENSORS.values()]
    np.save(GOLDEN / 'semantic-trunk.npy', np.concatenate(parts))


def write_thetas(checkpoints: dict[str, Path]):
    import torch

    from semantic.net import Regressor

    thetas, volume = {}, torch.from_numpy(made_volume())
    for kind, folder in checkpoints.items():
        net = Regressor(kind).eval()
        net.load_state_dict(torch.load(folder / 'checkpoint.pt', weights_only=True)['average'])
        with torch.no_grad():
            thetas[kind] = [round(float(value), 6) for value in net(volume)[0]]
    (GOLDEN / 'semantic-theta.json').write_text(json.dumps(thetas) + '\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='what', required=True)
    commands.add_parser('trunk').add_argument('assets', type=Path)
    regressors = commands.add_parser('regressors')
    for kind in OUTPUTS:
        regressors.add_argument(f'--{kind}', type=Path, required=True, help='folder of its checkpoint.pt')
    args = vars(parser.parse_args())
    write_trunk(args['assets']) if args['what'] == 'trunk' else write_thetas({kind: args[kind] for kind in OUTPUTS})


if __name__ == '__main__':
    main()
