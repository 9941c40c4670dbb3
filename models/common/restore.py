"""Reads the weights of exported graphs back into a checkpoint, so that training goes on from what is shipped.

python -m common.restore whither-flow .work/shipped.pt        then common.train --start .work/shipped.pt
"""

import argparse
import json
import math
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from common.networks import MODELS, build


def read_weights(folder: Path) -> dict[str, torch.Tensor]:
    """All initialisers of a folder's graphs, by the last two or more parts of their name."""
    found = {}
    for path in sorted(folder.glob('*.onnx')):
        for tensor in onnx.load(path).graph.initializer:
            found[f'{path.stem}.{tensor.name}'] = torch.from_numpy(numpy_helper.to_array(tensor).copy()).float()
    return found


def restore(name: str):
    """The network with the weights of its graphs; raises KeyError where one of its weights is in none of them."""
    net, _ = build(name)
    weights = read_weights(MODELS / name)
    state = net.state_dict()
    for key, value in state.items():
        if key == 'sharpness':
            sharpness = json.loads((MODELS / name / 'model.json').read_text())['pyramid']['sharpness']
            state[key] = torch.full_like(value, math.log(sharpness))
            continue
        fits = [w for k, w in weights.items() if (k == key or k.endswith('.' + key)) and w.shape == value.shape]
        if not fits:
            raise KeyError(f'Expected weights for {key} {tuple(value.shape)} in the graphs of {name} but found none')
        state[key] = fits[0]
    net.load_state_dict(state)
    return net


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('checkpoint', type=Path)
    args = parser.parse_args()
    state = restore(args.network).state_dict()
    torch.save({'net': state, 'average': state, 'step': 0}, args.checkpoint)


if __name__ == '__main__':
    main()
