"""The losses of a recurrent flow network: every step at every level, later ones more (Teed and Deng 2020, section 3.4)."""

import torch
import torch.nn.functional as F

from common.losses import end_point_error
from common.lookup import all_pairs
from common.matching import choice_loss, global_loss, local_loss

GAMMA = 0.85
"""By which a step counts less than the next."""

CELLS = 0.3
"""Weight of a step's flow in cells, beside that of the level's upsampled flow, 1."""


CHOICE = 8.0
"""Weight of the choice, whose regret is in cells where that of the flows is in pixels."""


def mean_over(values, usable):
    return (values * usable).sum() / usable.sum().clamp(min=1)


class SequenceLoss:
    """Watches one run of the network; the loss is `total()`. `limit`: pixels beyond which the truth is left out."""

    def __init__(self, net, truth, occluded, levels: int, limit: float, note):
        self.net, self.truth, self.occluded, self.note = net, truth, occluded.float(), note
        self.weights = ((0.5, 0.7, 1.0), (0.7, 1.0), (1.0,))[3 - levels]
        self.usable = (truth.square().sum(1) < limit**2).float()
        self.sharpness = net.sharpness.exp()
        self.parts = {}

    def add(self, key, value, weight=1.0):
        self.parts[key] = self.parts.get(key, 0) + weight * value

    def at(self, tensor, level):
        """A map of pixels in the middle of each cell."""
        stride = self.net.strides[level]
        return tensor[..., stride // 2 :: stride, stride // 2 :: stride]

    def matched(self, a, b):
        gone = torch.maximum(self.at(self.occluded, 0), 1 - self.at(self.usable, 0)[:, None])
        loss = global_loss(all_pairs(a, b) * self.sharpness[0], self.at(self.truth, 0) / self.net.strides[0], gone)
        self.add('global', loss)
        self.note('global', loss)

    def carried(self, flows, scores, best):
        """Hypotheses (K, N, 2, h, w) after the first steps: which is taken, and the near ones should come nearer."""
        stride = self.net.strides[0]
        truth, usable = self.at(self.truth, 0), self.at(self.usable, 0)
        choice = choice_loss(flows.detach().transpose(0, 1), scores.transpose(0, 1), truth / stride)
        errors = torch.stack([end_point_error(flow * stride, truth) for flow in flows])
        nearness = torch.softmax(-errors.detach() / 4, 0)
        self.add('choice', choice, CHOICE)
        self.add('carried', mean_over((errors * nearness).sum(0), usable), self.weights[0] * CELLS)
        taken = errors.detach().gather(0, best[None])[0]
        self.note('choice', choice)
        self.note('best', mean_over(errors.detach().amin(0), usable))
        self.note('taken', mean_over(taken, usable))

    def stepped(self, step):
        stride, truth, usable = (
            self.net.strides[step.level],
            self.at(self.truth, step.level),
            self.at(self.usable, step.level),
        )
        error = mean_over(end_point_error(step.flow * stride, truth), usable)
        weight = self.weights[step.level] * CELLS * GAMMA ** (step.count - 1 - step.index)
        self.add('epe', error, weight)
        if not step.last:
            return
        self.note(f'cells{stride}', error)
        middle = (2 * self.net.radius + 1) ** 2
        gone = torch.maximum(self.at(self.occluded, step.level), 1 - usable[:, None])
        near = step.correlation[:, :middle] * self.sharpness[step.level]
        self.add('match', local_loss(near, truth / stride - step.centre, gone, self.net.radius), 0.5)

    def raised(self, level, upsampled):
        factor = self.net.strides[level] // self.net.factor
        pool = lambda t: t if factor == 1 else F.avg_pool2d(t, factor)
        usable = pool(self.usable[:, None])[:, 0]
        error = mean_over(end_point_error(upsampled[:, :2], pool(self.truth)), usable)
        self.add('epe', error, self.weights[level])
        self.add(
            'occluded', F.binary_cross_entropy_with_logits(upsampled[:, 2:], pool(self.occluded)), self.weights[level]
        )
        self.note(f'epe{self.net.strides[level]}', error)

    def total(self):
        return sum(self.parts.values())
