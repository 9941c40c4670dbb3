"""Where an exporter writes: a folder of its own, or the shipped one where that is asked for."""

import argparse
import json
from pathlib import Path

from common.networks import MODELS


def add_output(parser: argparse.ArgumentParser):
    parser.add_argument('--output', type=Path, help='folder to write to; defaults to the shipped one, models/NAME')
    parser.add_argument('--force', action='store_true', help='overwrite the model that is there')


def open_output(parser: argparse.ArgumentParser, args: argparse.Namespace, name: str) -> Path:
    """The folder to write to. Ends the program where it holds a model already and `--force` is not given."""
    folder = args.output or MODELS / name
    if (folder / 'model.json').exists() and not args.force:
        parser.error(f'Expected a folder without a model but {folder} has one: give --output FOLDER, or --force')
    return folder


def publish(folder: Path, files, manifest: dict) -> str:
    """Copies the graphs and writes model.json beside them, as a whole model of the folder's name; gives its text."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in files:
        (folder / path.name).write_bytes(path.read_bytes())
    if folder.parent.resolve() != MODELS:
        manifest = {**manifest, 'name': folder.resolve().name}
    text = json.dumps(manifest, indent=2) + '\n'
    (folder / 'model.json').write_text(text)
    return text
