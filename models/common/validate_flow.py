"""Scores flow networks on whole generated pairs that no training sees, at full size, with the passes of the presets.

python -m common.validate_flow photos.pt .work/validation --checkpoint .work/recurrent/checkpoint.pt
python -m common.validate_flow photos.pt .work/validation --shipped
"""

import argparse
from pathlib import Path

import torch

from common.generator import Sample, generate
from common.networks import load
from common.photos import load_photos
from common.scenes import Textures, generate_scenes

SIZE = (436, 1024)


def join(samples: list[Sample]) -> Sample:
    parts = ('image_a', 'image_b', 'flow', 'occluded')
    return Sample(*(torch.cat([getattr(s, part) for s in samples]) for part in parts))


def make_sets(photos) -> dict[str, Sample]:
    """12 pairs of layers and 8 scenes with large motion, 6 pairs of both with little or none."""
    textures = Textures(photos)
    layers = lambda seed, largest, calm: generate(photos, 1, *SIZE, seed, largest=largest, calm=calm, furniture=0.2)
    scenes = lambda seed, largest: generate_scenes(textures, 1, *SIZE, seed, largest=largest)
    calm = [layers(7_000_100 + k, 3.5, 0.5) for k in range(3)] + [scenes(7_000_200 + k, 2.0) for k in range(2)]
    still = calm[0]
    calm.append(Sample(still.image_a, still.image_a.clone(), still.flow * 0, torch.zeros_like(still.occluded)))
    return {
        'layers': join([layers(7_000_300 + k, 80, 0.2) for k in range(12)]),
        'scenes': join([scenes(7_000_400 + k, 200) for k in range(8)]),
        'calm': join(calm),
    }


def read_sets(folder: Path, photos: Path) -> dict[str, Sample]:
    """Those of the folder, which makes them where it has none."""
    file = folder / 'sets.pt'
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = {name: vars(s) for name, s in make_sets(load_photos(photos)).items()}
        torch.save(made, file)
    return {name: Sample(**parts) for name, parts in torch.load(file, weights_only=True).items()}


@torch.no_grad()
def validate(net, sets: dict[str, Sample], schedules=((4, 1), (4, 2)), **options) -> dict[str, list[float]]:
    """Mean end-point error in pixels of each set, by schedule."""
    device, found = next(net.parameters()).device, {}
    to_image = lambda image: image.to(device).float() / 127.5 - 1
    for name, sample in sets.items():
        for schedule in schedules:
            errors = []
            for k in range(len(sample.flow)):
                pair = (to_image(image[k : k + 1]) for image in (sample.image_a, sample.image_b))
                error = (net.estimate_passes(*pair, schedule, **options).cpu() - sample.flow[k : k + 1]).square().sum(1)
                errors.append(float(error.sqrt()[sample.flow[k : k + 1].square().sum(1) < 400**2].mean()))
            found.setdefault(name, []).append(round(sum(errors) / len(errors), 3))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photos', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--network', default='whither-flow:recurrent')
    parser.add_argument('--checkpoint', type=Path)
    parser.add_argument('--shipped', action='store_true', help='the weights of the exported graphs, two steps at 1/16')
    parser.add_argument(
        '--iterations', type=int, nargs=3, action='append', help='steps at 1/16, 1/8, 1/4; may be repeated'
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    sets = read_sets(args.folder, args.photos)
    if args.shipped:
        from common.restore import restore

        net = restore('whither-flow').eval()
        net.iterations = (2, 1, 1)
        print('shipped', validate(net, sets))
        return
    net, config, state = load(args.network, args.checkpoint)
    for iterations in args.iterations or [config['iterations']]:
        print(f'step {state["step"]}', iterations, validate(net, sets, iterations=tuple(iterations)))


if __name__ == '__main__':
    main()
