"""Keeps a training's averaged weights as one small file, so that it goes on elsewhere.

python -m common.checkpoint keep .work/recurrent/checkpoint.pt whither-flow/training
python -m common.train_flow ... --start whither-flow/training

weights.pt holds the tensors in 16 bits, training.json how they came about.
"""

import argparse
import json
from pathlib import Path

import torch


def keep(checkpoint: Path, folder: Path, about: dict | None = None):
    """Writes the averaged weights of a checkpoint; `about` is added to what `training.json` tells."""
    state = torch.load(checkpoint, map_location='cpu', weights_only=True)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({k: v.half().contiguous() for k, v in state['average'].items()}, folder / 'weights.pt')
    file = folder / 'training.json'
    old = json.loads(file.read_text()) if file.exists() else {}
    history = {**old, 'steps': state['step'], 'core hours': round(state['spent'] / 3600, 2), **(about or {})}
    file.write_text(json.dumps(history, indent=2) + '\n')


def read(folder: Path) -> tuple[dict[str, torch.Tensor], dict]:
    """The weights in floats, and what `training.json` tells."""
    weights = torch.load(folder / 'weights.pt', map_location='cpu', weights_only=True)
    return {k: v.float() for k, v in weights.items()}, json.loads((folder / 'training.json').read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('command', choices=['keep'])
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--about', type=json.loads, help='JSON, added to training.json')
    args = parser.parse_args()
    keep(args.checkpoint, args.folder, args.about)


if __name__ == '__main__':
    main()
