"""Copies what `npm run bench:flow` measured into the `scores` of each model.json.

python -m common.scores
"""

import json
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1]
RESULTS = MODELS.parent / 'bench' / 'results' / 'flow.json'


def main():
    results = json.loads(RESULTS.read_text())
    for path in MODELS.glob('*/model.json'):
        manifest = json.loads(path.read_text())
        if manifest['task'] != 'flow':
            continue
        # A model with presets is scored by its own.
        manifest['scores'] = find_scores(results, manifest.get('preset', manifest['name']))
        path.write_text(json.dumps(manifest, indent=2) + '\n')


def find_scores(results: dict, name: str) -> dict:
    """End-point error in pixels and Fl in % of each set."""
    row = next(r for r in results['rows'] if r['name'] == name)
    return {set_name: {'epe': s['epe'], 'fl': s['fl']} for set_name, s in row['scores'].items()}


if __name__ == '__main__':
    main()
