"""Finds a network by its folder's name: models/<name>/{net.py, config.json}."""

import importlib.util
import json
from pathlib import Path

import torch

MODELS = Path(__file__).resolve().parents[1]


def read_config(name: str) -> dict:
    return json.loads((MODELS / name / 'config.json').read_text())


def build(name: str):
    """(net, config), freshly initialised."""
    spec = importlib.util.spec_from_file_location(name.replace('-', '_'), MODELS / name / 'net.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config = read_config(name)
    return module.Net(config), config


def load(name: str, checkpoint: Path):
    """(net, config, checkpoint) with the averaged weights of a checkpoint, ready to run."""
    net, config = build(name)
    state = torch.load(checkpoint, map_location='cpu', weights_only=True)
    net.load_state_dict(state['average'])
    return net.eval(), config, state
