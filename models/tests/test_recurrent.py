"""The recurrent network, its losses, the pool of pairs that it is trained on, and what is kept of a training."""

import argparse
import copy
import time

import numpy as np
import pytest
import torch

from common.checkpoint import keep, read
from common.generator import Sample
from common.networks import build
from common.replay import Replay
from common.sequence import SequenceLoss
from common.train_flow import Source, Trainer

NAME = 'whither-flow:recurrent'
SIZE = (64, 96)


@pytest.fixture(scope='module')
def net():
    torch.manual_seed(0)
    return build(NAME)[0].eval()


def pair(n=2):
    generator = torch.Generator().manual_seed(4)
    return torch.rand(2, n, 3, *SIZE, generator=generator) * 2 - 1


class Watcher:
    def __init__(self):
        self.steps, self.levels, self.flows, self.scores = [], [], None, None

    def matched(self, a, b):
        pass

    def carried(self, flows, scores, best):
        self.flows, self.scores, self.best = flows, scores, best

    def stepped(self, step):
        self.steps.append(step)

    def raised(self, level, upsampled):
        self.levels.append(tuple(upsampled.shape))


@torch.no_grad()
def test_levels_and_steps(net):
    a, b = pair()
    seen = Watcher()
    flow, logit = net.run(a, b, (4, 3, 1), observer=seen, carry=2)
    assert flow.shape == (2, 2, *SIZE) and logit.shape == (2, 1, *SIZE)
    assert [(s.level, s.index) for s in seen.steps] == [
        *((0, k) for k in range(4)),
        *((1, k) for k in range(3)),
        (2, 0),
    ]
    assert seen.levels == [(2, 3, 16, 24), (2, 3, 32, 48), (2, 3, 64, 96)]
    coarse, _ = net.run(a, b, (4, 3))
    assert coarse.shape == flow.shape


@torch.no_grad()
def test_each_cell_goes_on_from_the_hypothesis_of_the_highest_score(net):
    a, b = pair()
    initial = torch.randn(2, 2, 4, 6)
    for known, count in ((None, 3), (initial, 5)):
        seen = Watcher()
        net.run(a, b, (1, 1), known, seen)
        assert seen.flows.shape == (count, 2, 2, 4, 6)
        best = seen.scores.argmax(0)
        wanted = seen.flows.gather(0, best[None, :, None].expand(1, 2, 2, 4, 6))[0]
        assert torch.equal(seen.steps[0].flow, wanted)


@torch.no_grad()
def test_hypotheses_may_be_left_out(net):
    a, b = pair()
    seen = Watcher()
    net.run(a, b, (1, 1), torch.zeros(2, 2, 4, 6), seen, kinds=('found', 'before'))
    assert len(seen.flows) == 2


@torch.no_grad()
def test_any_size_is_estimated(net):
    a, b = torch.rand(2, 1, 3, 75, 109) * 2 - 1
    assert net.estimate_passes(a, b, (2, 1), (1, 1, 1)).shape == (1, 2, 75, 109)


def test_the_loss_reaches_every_weight():
    torch.manual_seed(0)
    net, _ = build(NAME)
    a, b = pair()
    truth = torch.rand(2, 2, *SIZE) * 10
    loss = SequenceLoss(net, truth, truth[:, :1] > 8, 3, 400, lambda key, value: None)
    net.run(a, b, (3, 3, 2), torch.rand(2, 2, 4, 6), loss, carry=2)
    loss.total().backward()
    idle = [name for name, p in net.named_parameters() if p.grad is None or p.grad.abs().max() == 0]
    assert idle == []


def test_truth_beyond_the_limit_teaches_nothing_of_flow():
    torch.manual_seed(0)
    net, _ = build(NAME)
    a, b = pair(1)
    truth = torch.full((1, 2, *SIZE), 30.0)
    loss = SequenceLoss(net, truth, truth[:, :1] < 0, 2, 20, lambda key, value: None)
    net.run(a, b, (2, 1), None, loss)
    assert float(loss.parts['epe']) == 0 and float(loss.parts['carried']) == 0


def test_a_pool_is_bounded_and_stays_fresh(tmp_path):
    made = []

    def make(seed):
        made.append(seed)
        number = torch.full((2, 3, 8, 8), len(made), dtype=torch.uint8)
        return Sample(number, number, torch.zeros(2, 2, 8, 8), torch.zeros(2, 1, 8, 8, dtype=torch.bool))

    rng = np.random.default_rng(1)
    pool = Replay(tmp_path, make, 8, 8, capacity=6, uses=4)
    for _ in range(40):
        sample = pool.draw(2, rng, least=4)
    assert len(pool) == 6 and 20 <= 2 * len(made) <= 26
    assert int(sample.image_a.min()) >= len(made) - 3
    again = Replay(tmp_path, make, 8, 8, capacity=6, uses=4)
    assert again.made == pool.made and torch.equal(torch.from_numpy(again.images[:]), torch.from_numpy(pool.images[:]))


def test_what_is_kept_comes_back(tmp_path, net):
    state = {'average': net.state_dict(), 'step': 12, 'spent': 7200.0}
    torch.save(state, tmp_path / 'checkpoint.pt')
    keep(tmp_path / 'checkpoint.pt', tmp_path / 'training', {'command': 'x'})
    weights, history = read(tmp_path / 'training')
    assert history == {'steps': 12, 'core hours': 2.0, 'command': 'x'}
    for key, value in net.state_dict().items():
        torch.testing.assert_close(weights[key], value, atol=1e-3, rtol=1e-3)


def options(tmp_path, **given):
    (tmp_path / 'work').mkdir()
    usual = {'network': NAME, 'work': tmp_path / 'work', 'start': None, 'lr': 1e-4, 'clip': 1.0, 'seed': 3}
    return argparse.Namespace(**usual | given, device='cpu', until=None, decay_from=None, bf16=False)


def test_a_training_starts_from_what_is_kept(tmp_path, net):
    state = {'average': net.state_dict(), 'step': 12, 'spent': 7200.0}
    torch.save(state, tmp_path / 'checkpoint.pt')
    keep(tmp_path / 'checkpoint.pt', tmp_path / 'training')
    trainer = Trainer(options(tmp_path, start=tmp_path / 'training'))
    assert trainer.step == trainer.warm_from == 12 and trainer.before == 7200
    for key, value in net.state_dict().items():
        torch.testing.assert_close(trainer.average.state_dict()[key], value, atol=1e-3, rtol=1e-3)


def test_a_training_stops_and_goes_on(tmp_path):
    args = options(tmp_path)
    photos = tmp_path / 'photos.pt'
    torch.save((torch.rand(3, 3, 512, 512) * 255).to(torch.uint8), photos)
    trainer = Trainer(args)
    small = lambda p: {**p, 'height': 64, 'width': 96, 'capacity': 4, 'least': 1}
    pools = [small(p) for p in trainer.config['pools']]
    source = Source(photos, tmp_path / 'pools', pools, 'cpu', 1)
    parts = {'coarse': [0.0, 2], 'middle': [0.0, 1], 'fine': [1.0, 1]}
    mixture = [{'until': 1000, 'parts': parts, 'steps': [[2, 3], [1, 2]], 'levels': [1, 1, 1]}]
    trainer.config = {**trainer.config, 'mixture': mixture, 'crop': [32, 48]}
    before = copy.deepcopy(trainer.net.state_dict())
    for part in parts:
        parts.update({name: [float(name == part), number] for name, (_, number) in parts.items()})
        trainer.train_step(source)
    assert any(not torch.equal(before[k], v) for k, v in trainer.net.state_dict().items())
    trainer.save()
    again = Trainer(args)
    assert again.step == 3 and 0 < again.before <= trainer.spent
    for one, other in zip(again.net.state_dict().values(), trainer.net.state_dict().values()):
        assert torch.equal(one, other)


def test_the_rate_falls_only_when_the_end_is_known(tmp_path):
    trainer = Trainer.__new__(Trainer)
    trainer.args = argparse.Namespace(lr=1.0, until=None, decay_from=None)
    trainer.step, trainer.warm_from, trainer.started = 1000, 0, time.process_time()
    rate_at = lambda hours: setattr(trainer, 'before', 3600 * hours) or trainer.rate()
    assert rate_at(5) == rate_at(50) == 1
    trainer.args.until, trainer.args.decay_from = 25, 20
    assert rate_at(19) == 1 and rate_at(22.5) == pytest.approx(0.5, abs=0.01) and rate_at(25) == pytest.approx(0.01)
