"""Trains a flow network against the clock: the learning rate follows the share of the minutes that has passed.

python -m common.train flownet-c --data .work/pool1 .work/pool2 --minutes 140 --work .work/flownet-c
python -m common.train flownet-c --data photos.pt --device cuda --minutes 10 --work out      generates on the GPU

Stops and resumes at will: everything is in <work>/checkpoint.pt. Prints a line a minute to <work>/log.txt; with --eval
it scores real pairs, for the eye alone: nothing is chosen by them.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch

from common.augment import crop, prepare, shrink
from common.generator import generate
from common.loop import log
from common.losses import end_point_error, matching_loss, multiscale_loss
from common.networks import build
from common.photos import load_photos
from common.pool import Pool
from common.schedule import run_schedule


class PoolSource:
    """Batches from pools on disk that may still be growing; of larger pairs fewer (see `larger`)."""

    def __init__(self, folders, batch, seed, window):
        self.pools, self.batch, self.window = [Pool(f) for f in folders], batch, window
        self.rng, self.draws = np.random.default_rng(seed), 0

    def draw(self):
        self.draws += 1
        if self.draws % 200 == 0:
            for pool in self.pools:
                pool.reopen()
        pool = self.pools[self.draws % len(self.pools)]
        times = larger(pool.height, pool.width, self.window)
        return pool.draw(max(1, round(self.batch / times**2)), self.rng)


def larger(height, width, window):
    """How many times as high and wide as the configuration's crop a crop of such pairs may be: 1, 2 and so on."""
    return max(1, min(height // window[0], width // window[1]))


class GeneratorSource:
    """Batches made on the spot, on the training device."""

    def __init__(self, photos, batch, seed, device, size):
        self.photos = load_photos(photos).to(device)
        self.batch, self.seed, self.device, self.size = batch, seed, device, size

    def draw(self):
        self.seed += 1
        return generate(self.photos, self.batch, *self.size, self.seed, self.device)


class Trainer:
    def __init__(self, args):
        self.args = args
        torch.manual_seed(args.seed)
        self.net, self.config = build(args.network)
        self.net.to(args.device)
        if args.device == 'cpu':
            self.net.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.net).eval()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=args.lr, betas=(0.9, 0.99), weight_decay=1e-4)
        self.step, self.spent, self.running = 0, 0.0, {}
        self.file = args.work / 'checkpoint.pt'
        if self.file.exists():
            self.resume()
        elif args.start:
            self.start_from(args.start)

    def start_from(self, checkpoint):
        """Another training's averaged weights; steps and minutes count anew."""
        weights = torch.load(checkpoint, map_location=self.args.device, weights_only=True)['average']
        self.net.load_state_dict(weights)
        self.average.load_state_dict(weights)

    def resume(self):
        state = torch.load(self.file, map_location=self.args.device, weights_only=True)
        self.net.load_state_dict(state['net'])
        self.average.load_state_dict(state['average'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.step, self.spent = state['step'], state['spent']
        torch.manual_seed(self.args.seed + self.step)

    def save(self):
        state = {
            'net': self.net.state_dict(),
            'average': self.average.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'step': self.step,
            'spent': self.spent,
        }
        torch.save(state, self.file.with_suffix('.tmp'))
        self.file.with_suffix('.tmp').rename(self.file)

    def share(self):
        """Of the minutes, 0 to 1."""
        return min(self.spent / (60 * self.args.minutes), 1)

    def rate(self):
        """Warm-up over 200 steps, then a cosine down to a hundredth at the end of the minutes."""
        return (
            self.args.lr * min((self.step + 1) / 200, 1) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.share())))
        )

    def choose_schedule(self):
        """Coarse images first: they are cheap, and their motion is small (`curriculum` of the configuration)."""
        phase = next(p for p in self.config['curriculum'] if self.share() <= p['until'])
        names, weights = zip(*phase['schedules'].items())
        pick = torch.multinomial(torch.tensor(weights, dtype=torch.float32), 1).item()
        return [int(f) for f in names[pick].split(',')]

    def loss(self, image_a, image_b, truth, hidden, schedule):
        total = 0

        def each(factor, before, output):
            nonlocal total
            target = torch.nn.functional.avg_pool2d(truth, factor) / factor
            target = target if before is None else target - before
            weight = 1.0 if factor == 1 else 0.5
            total = total + weight * multiscale_loss(output['flows'], target)
            if 'logits' in output:
                seen = torch.nn.functional.max_pool2d(hidden.float(), factor) > 0
                part = matching_loss(output['logits'], target, seen, self.config['radius'])
                total = total + weight * self.args.matching * part
                self.note(f'match{factor}', part)

        flow = run_schedule(self.net, image_a, image_b, schedule, each)
        self.note('epe' + ''.join(map(str, schedule)), end_point_error(flow.detach().float(), truth).mean())
        return total

    def note(self, key, value):
        self.running.setdefault(key, []).append(float(value.detach()))

    def train_step(self, sample):
        started = time.time()
        schedule = self.choose_schedule()
        finest = schedule[-1]
        times = larger(*sample.flow.shape[2:], self.config['crop'])
        window = [side * times for side in self.config['crop']]
        sample = crop(sample, *window) if finest == 1 else shrink(sample, finest)
        with torch.autocast(self.args.device, torch.bfloat16, enabled=self.args.bf16):
            if hasattr(self.net, 'loss'):
                loss = self.net.loss(*prepare(sample), self.note)
            else:
                loss = self.loss(*prepare(sample), [f // finest for f in schedule])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group['lr'] = self.rate()
        self.optimizer.step()
        self.step += 1
        decay = min(0.999, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.net.parameters()):
                mean.lerp_(now, 1 - decay)
        # Pauses of the whole process (a stopped job) do not count as training.
        self.spent += min(time.time() - started, 30)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network')
    parser.add_argument('--data', nargs='+', required=True, help='pool folders, or one archive or folder of photos')
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--start', type=Path, help='checkpoint to start from where the work folder has none')
    parser.add_argument('--minutes', type=float, default=60)
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--lr', type=float, default=6e-4)
    parser.add_argument('--matching', type=float, default=1.0, help='weight of the matching loss')
    parser.add_argument('--size', type=int, nargs=2, default=(256, 384), help='height and width where generated')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--bf16', action='store_true')
    parser.add_argument('--eval', action='store_true')
    parser.add_argument('--eval-minutes', type=float, default=10)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if args.device == 'cpu':
        torch.set_num_threads(1)
    trainer = Trainer(args)
    on_disk = (Path(args.data[0]) / 'pool.json').exists()
    seed = args.seed * 7919 + trainer.step
    source = (
        PoolSource(args.data, args.batch, seed, trainer.config['crop'])
        if on_disk
        else GeneratorSource(args.data[0], args.batch, seed, args.device, args.size)
    )
    said = scored = trainer.spent
    while trainer.spent < 60 * args.minutes:
        trainer.train_step(source.draw())
        if trainer.spent - said > 60:
            said = trainer.spent
            values = '  '.join(f'{k} {sum(v) / len(v):.3f}' for k, v in sorted(trainer.running.items()))
            log(args.work, f'{trainer.spent / 60:6.1f} min  step {trainer.step}  lr {trainer.rate():.1e}  {values}')
            trainer.running = {}
            trainer.save()
        if args.eval and trainer.spent - scored > 60 * args.eval_minutes:
            scored = trainer.spent
            from common.evaluate import evaluate

            log(args.work, f'        real pairs: {evaluate(trainer.average, trainer.config)}')
    trainer.save()


if __name__ == '__main__':
    main()
