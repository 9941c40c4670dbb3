"""One training loop against the clock, for all networks that are small enough for one core: resume, step, validate, save.

The minutes are of processor time, so that a shared machine makes nothing shorter. Everything is in <work>/checkpoint.pt:
stop and start again at will.
"""

import argparse
import copy
import math
import time
from pathlib import Path
from collections.abc import Callable

import numpy as np
import torch


class Average:
    """The running mean of a network's weights and statistics."""

    def __init__(self, net, decay: float):
        self.net, self.decay, self.steps = copy.deepcopy(net).eval(), decay, 0

    @torch.no_grad()
    def update(self, net):
        self.steps += 1
        rate = 1 - min(self.decay, self.steps / (self.steps + 10))
        for mean, now in zip(self.net.state_dict().values(), net.state_dict().values()):
            mean.lerp_(now, rate) if mean.is_floating_point() else mean.copy_(now)


class Clock:
    """The share of the minutes that has passed, in processor time."""

    def __init__(self, minutes: float, spent: float = 0.0):
        self.seconds, self.before, self.started = 60 * minutes, spent, time.process_time()

    def spent(self) -> float:
        return self.before + time.process_time() - self.started

    def share(self) -> float:
        return min(self.spent() / self.seconds, 1)

    def rate(self, step: int, peak: float, warm: int = 50) -> float:
        """Warm-up, then a cosine down to a hundredth."""
        return peak * min((step + 1) / warm, 1) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.share())))


def add_options(parser: argparse.ArgumentParser, minutes: float, batch: int, lr: float):
    """The options that every training has, with its own defaults."""
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--validation', type=Path, required=True)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--minutes', type=float, default=minutes, help='of processor time')
    parser.add_argument('--batch', type=int, default=batch)
    parser.add_argument('--lr', type=float, default=lr)
    parser.add_argument('--seed', type=int, default=0)


def parse_options(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Reads them; one thread, and the seed of the weights, before a network is built."""
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    return args


class Training:
    """A network on its way, with its optimiser (AdamW), its average and its clock, taken up where the folder has it.

    args: of `add_options`. decay: of the average. clip: the greatest norm of the gradients, or none.
    """

    def __init__(self, net, args, decay: float, weight_decay: float, clip: float | None = None):
        self.net, self.args, self.clip = net, args, clip
        self.average = Average(net, decay)
        self.optimizer = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=weight_decay)
        self.step, spent = 0, 0.0
        args.work.mkdir(parents=True, exist_ok=True)
        self.file = args.work / 'checkpoint.pt'
        if self.file.exists():
            spent = self.resume(torch.load(self.file, weights_only=True))
        self.clock = Clock(args.minutes, spent)
        # Resumed, other data than the first time.
        self.data_seed = args.seed * 7919 + self.step

    def resume(self, state) -> float:
        self.net.load_state_dict(state['net'])
        self.average.net.load_state_dict(state['average'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.step = self.average.steps = state['step']
        return state['spent']

    def save(self):
        state = {'net': self.net.state_dict(), 'average': self.average.net.state_dict(),
                 'optimizer': self.optimizer.state_dict(), 'step': self.step, 'spent': self.clock.spent()}
        save(self.file, **state)

    def run(self, loss: Callable[[], torch.Tensor], validate: Callable[[torch.nn.Module], str]):
        """Until the minutes are over; `loss` draws a batch, `validate` says how good the average is, once a minute."""
        said, losses = self.clock.spent(), []
        while self.clock.share() < 1:
            self.net.train()
            losses.append(self.descend(loss()))
            if self.clock.spent() - said > 60 or self.clock.share() >= 1:
                said = self.clock.spent()
                log(self.args.work, f'{said / 60:5.1f} min  step {self.step}  loss {np.mean(losses):.4f}  '
                                    f'validation {validate(self.average.net)}')
                losses = []
                self.save()

    def descend(self, loss: torch.Tensor) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.clip is not None:
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.clip)
        for group in self.optimizer.param_groups:
            group['lr'] = self.clock.rate(self.step, self.args.lr)
        self.optimizer.step()
        self.average.update(self.net)
        self.step += 1
        return float(loss.detach())


def save(file: Path, **state):
    """Never half a file: what was there stays until the new one is whole."""
    torch.save(state, file.with_suffix('.tmp'))
    file.with_suffix('.tmp').rename(file)


def log(work: Path, line: str):
    """Says a line and keeps it in <work>/log.txt."""
    print(line, flush=True)
    with open(work / 'log.txt', 'a') as file:
        file.write(line + '\n')
