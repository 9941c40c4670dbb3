"""Trains the recurrent flow network for as long as it may run: warm-up, a constant rate, and a fall once the end is known.

python -m common.train_flow whither-flow:recurrent --photos photos.pt --pools .work/pools --work .work/recurrent
python -m common.train_flow ... --decay-from 20 --until 25      ends at 25 hours of processor time, falling from the 20th

A step sees whole pairs shrunk to small images, as first passes do, or finer ones that start from what the network finds
on those. Everything is in <work>/checkpoint.pt: stop and start again at will, also by SIGTERM.
"""

import argparse
import copy
import json
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from common.augment import prepare, shrink
from common.generator import Sample, generate
from common.loop import log
from common.networks import build
from common.photos import load_photos
from common.replay import Replay
from common.scenes import Textures, generate_scenes
from common.sequence import SequenceLoss
from common.validate_flow import read_sets, validate

LONGEST = 0.4
"""Of a pair's width: truth beyond it is not trained on."""


def draw(low: int, high: int) -> int:
    return int(torch.randint(low, high + 1, ()))


def chance(p: float) -> bool:
    return bool(torch.rand(()) < p)


def perturb(cells):
    """A flow as a coarser pass or the frame before might have left it: off by up to some cells, smoothly; often hardly."""
    n, _, h, w = cells.shape
    size = torch.rand(n, 1, 1, 1, device=cells.device) ** 2 * 2
    low = torch.randn(n, 2, max(h // 3, 1), max(w // 3, 1), device=cells.device)
    return cells + size * F.interpolate(low, (h, w), mode='bilinear')


class Source:
    """Draws pairs of two sizes from pools that it keeps fresh."""

    def __init__(self, photos, folder: Path, pools: list[dict], device, seed: int):
        self.rng, self.device = np.random.default_rng(seed), device
        self.photos = load_photos(photos)
        self.textures = Textures(self.photos, device)
        self.photos = self.photos.to(device)
        self.pools = {}
        for p in pools:
            replay = Replay(folder / p['name'], self.maker(p), p['height'], p['width'], p['capacity'], p['uses'])
            self.pools.setdefault(p['size'], []).append((replay, p))

    def maker(self, p):
        size = p['batch'], p['height'], p['width']
        pick = lambda values: values[int(self.rng.integers(len(values)))]
        if p['of'] == 'scenes':
            return lambda seed: generate_scenes(self.textures, *size, seed, self.device, pick(p['largest']))
        return lambda seed: generate(
            self.photos, *size, seed, self.device, pick(p['largest']), pick(p['calm']), pick(p['furniture'])
        )

    def draw(self, size: str, batch: int) -> tuple[Sample, float]:
        """A batch of one pool and the length of the motion that is trained on, in pixels."""
        listed = self.pools[size]
        pool, p = listed[int(self.rng.choice(len(listed), p=shares([p['share'] for _, p in listed])))]
        sample = pool.draw(batch, self.rng, p['least'])
        return Sample(*(t.to(self.device) for t in vars(sample).values())), LONGEST * p['width']


def shares(values):
    return np.array(values) / sum(values)


class Trainer:
    def __init__(self, args):
        self.args = args
        torch.manual_seed(args.seed)
        self.net, self.config = build(args.network)
        self.net.to(args.device)
        self.average = copy.deepcopy(self.net).eval()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=args.lr, betas=(0.9, 0.99), weight_decay=1e-4)
        self.step, self.before, self.warm_from, self.running = 0, 0.0, 0, {}
        self.file = args.work / 'checkpoint.pt'
        if self.file.exists():
            self.resume()
        elif args.start:
            self.start_from(args.start)
        self.started = time.process_time()

    def start_from(self, file):
        """The weights that `common.checkpoint` keeps: steps and hours go on, the optimiser's state begins anew."""
        from common.checkpoint import read

        weights, history = read(file)
        self.net.load_state_dict(weights)
        self.average.load_state_dict(weights)
        self.step, self.before = history['steps'], 3600 * history['core hours']
        self.warm_from = self.step

    def resume(self):
        state = torch.load(self.file, map_location=self.args.device, weights_only=True)
        self.net.load_state_dict(state['net'])
        self.average.load_state_dict(state['average'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.step, self.before, self.warm_from = state['step'], state['spent'], state['warm_from']
        torch.manual_seed(self.args.seed + self.step)

    def save(self):
        state = {
            'net': self.net.state_dict(),
            'average': self.average.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'step': self.step,
            'warm_from': self.warm_from,
            'spent': self.spent,
        }
        torch.save(state, self.file.with_suffix('.tmp'))
        self.file.with_suffix('.tmp').rename(self.file)

    @property
    def spent(self) -> float:
        """Seconds of processor time (on a GPU: of its host), pairs and all."""
        return self.before + time.process_time() - self.started

    def rate(self):
        """Warm-up over 300 steps, constant, and from `--decay-from` on a straight fall to a hundredth."""
        warm = min((self.step - self.warm_from + 1) / 300, 1)
        if self.args.until is None:
            return self.args.lr * warm
        left = (self.args.until - self.spent / 3600) / (self.args.until - self.args.decay_from)
        return self.args.lr * warm * min(max(left, 0.01), 1)

    def phase(self):
        """What a step sees at this hour (`mixture` of the configuration)."""
        return next(p for p in self.config['mixture'] if self.spent < 3600 * p['until'])

    def pick(self, weights: list[float]) -> int:
        """1, 2 and so on, by their weights."""
        return 1 + int(torch.multinomial(torch.tensor(weights, dtype=torch.float32), 1))

    @torch.no_grad()
    def find(self, image_a, image_b, factor, before=None):
        """What the network itself finds on images shrunk by a factor, in steps of any number."""
        return self.net.estimate(image_a, image_b, factor, (draw(2, 6), draw(1, 5)), before, draw(1, 2)).float()

    def run(self, part, image_a, image_b, truth, occluded, initial, limit):
        phase = self.phase()
        steps = [draw(*phase['steps'][0]), draw(*phase['steps'][1]), 1 + chance(0.1)]
        if part == 'coarse':
            steps = steps[: self.pick(phase['levels'])]
        note = lambda key, value: self.note(f'{part} {key}', value)
        loss = SequenceLoss(self.net, truth, occluded, len(steps), limit, note)
        kinds = None
        if initial is not None and chance(0.3):
            kinds = ('found', 'before') if chance(0.5) else ('found', 'around', 'before')
        self.net.run(image_a, image_b, steps, initial, loss, carry=draw(1, 2), kinds=kinds)
        return loss.total()

    def coarse(self, source, number):
        """Whole pairs on small images."""
        sample, limit = source.draw('half', number)
        image_a, image_b, truth, occluded = prepare(shrink(sample, 2), 0.15)
        initial = perturb(F.avg_pool2d(truth, 16) / 16) if chance(0.12) else None
        return self.run('coarse', image_a, image_b, truth, occluded, initial, limit / 2)

    def middle(self, source, number):
        """Pairs of half size, or full ones shrunk by 2, after a pass on images half as large."""
        sample, limit = source.draw('half', number)
        image_a, image_b, truth, occluded = prepare(sample, 0.15)
        kind, initial = torch.rand(()), None
        if kind < 0.2:
            initial = perturb(F.avg_pool2d(truth, 16) / 16)
        elif kind < 0.85:
            initial = F.avg_pool2d(self.find(image_a, image_b, 2), 16) / 16
        return self.run('middle', image_a, image_b, truth, occluded, initial, limit)

    def fine(self, source, number):
        """Crops of pairs of full size, after passes on the whole of them."""
        sample, limit = source.draw('full', number)
        image_a, image_b, truth, occluded = prepare(sample, 0.15)
        kind, found = torch.rand(()), None
        if 0.2 <= kind < 0.92:
            found = self.find(image_a, image_b, 4)
            if kind < 0.4:
                found = self.find(image_a, image_b, 2, found)
        height, width = self.config['crop']
        top, left = (draw(0, (length - side) // 16) * 16 for length, side in zip(truth.shape[2:], (height, width)))
        window = lambda t: t[..., top : top + height, left : left + width]
        image_a, image_b, truth, occluded = (window(t) for t in (image_a, image_b, truth, occluded))
        initial = None
        if found is not None:
            initial = F.avg_pool2d(window(found), 16) / 16
        elif kind < 0.2:
            initial = perturb(F.avg_pool2d(truth, 16) / 16)
        return self.run('fine', image_a, image_b, truth, leaving(truth, occluded), initial, limit)

    def note(self, key, value):
        self.running.setdefault(key, []).append(float(value.detach()))

    def train_step(self, source):
        self.optimizer.zero_grad(set_to_none=True)
        parts = self.phase()['parts']
        part = list(parts)[self.pick([share for share, _ in parts.values()]) - 1]
        with torch.autocast(self.args.device, torch.bfloat16, enabled=self.args.bf16):
            loss = getattr(self, part)(source, parts[part][1])
        loss.backward()
        self.note(f'{part} loss', loss)
        self.note('norm', torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.args.clip))
        for group in self.optimizer.param_groups:
            group['lr'] = self.rate()
        self.optimizer.step()
        self.step += 1
        decay = min(0.999, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.net.parameters()):
                mean.lerp_(now, 1 - decay)

    def report(self):
        values = '  '.join(f'{k} {sum(v) / len(v):.3f}' for k, v in sorted(self.running.items()))
        log(self.args.work, f'{self.spent / 3600:7.3f} h  step {self.step}  lr {self.rate():.1e}  {values}')
        self.running = {}

    def validate(self, sets):
        scores = validate(self.average, sets)
        log(self.args.work, f'{self.spent / 3600:7.3f} h  step {self.step}  validation {json.dumps(scores)}')


def leaving(truth, occluded):
    """What a crop shows of occlusion: also what moves out of it."""
    h, w = truth.shape[2:]
    x = torch.arange(w, device=truth.device) + truth[:, 0]
    y = torch.arange(h, device=truth.device)[:, None] + truth[:, 1]
    outside = (x < -0.5) | (y < -0.5) | (x > w - 0.5) | (y > h - 0.5)
    return occluded | outside[:, None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--photos', type=Path, required=True, help='archive or folder')
    parser.add_argument('--pools', type=Path, required=True, help='folder for generated pairs, some gigabytes')
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--start', type=Path, help='kept weights to start from where the work folder has no checkpoint')
    parser.add_argument('--validation', type=Path, help='folder of the validation sets, made where it is empty')
    parser.add_argument('--every', type=float, default=40, help='minutes between validations')
    parser.add_argument('--lr', type=float, default=4e-4)
    parser.add_argument('--clip', type=float, default=4.0, help='longest gradient')
    parser.add_argument('--decay-from', type=float, help='hour of processor time from which the rate falls')
    parser.add_argument('--until', type=float, help='hour at which it ends')
    parser.add_argument('--steps', type=int, help='stop after so many')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--bf16', action='store_true')
    args = parser.parse_args()
    if (args.until is None) != (args.decay_from is None):
        parser.error('expected --decay-from and --until together')
    args.work.mkdir(parents=True, exist_ok=True)
    if args.device == 'cpu':
        torch.set_num_threads(1)
    trainer = Trainer(args)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    source = Source(args.photos, args.pools, trainer.config['pools'], args.device, args.seed + trainer.step)
    sets = read_sets(args.validation, args.photos) if args.validation else None
    log(args.work, f'{trainer.spent / 3600:7.3f} h  step {trainer.step}  starts')
    said = saved = scored = trainer.spent
    try:
        while not finished(trainer):
            trainer.train_step(source)
            if trainer.spent - said > 120:
                said = trainer.spent
                trainer.report()
            if trainer.spent - saved > 240:
                saved = trainer.spent
                trainer.save()
            if sets and trainer.spent - scored > 60 * args.every:
                scored = trainer.spent
                trainer.validate(sets)
    finally:
        trainer.save()


def finished(trainer) -> bool:
    args = trainer.args
    late = args.until is not None and trainer.spent >= 3600 * args.until
    return late or (args.steps is not None and trainer.step >= args.steps)


if __name__ == '__main__':
    main()
