"""Finds a network by its folder's name: models/<name>/{net.py, config.json}.

`<name>:<form>` is another form of it: models/<name>/{<form>.py, <form>.json}.
"""

import importlib.util
import json
from pathlib import Path

import torch

MODELS = Path(__file__).resolve().parents[1]


def read_config(name: str) -> dict:
    folder, _, form = name.partition(':')
    return json.loads((MODELS / folder / f'{form or "config"}.json').read_text())


def build(name: str):
    """(net, config), freshly initialised."""
    folder, _, form = name.partition(':')
    path = MODELS / folder / f'{form or "net"}.py'
    spec = importlib.util.spec_from_file_location(f'{folder}_{form}'.replace('-', '_'), path)
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
