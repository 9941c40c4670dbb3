"""The recurrent whither-flow: a network that is trained to go on, for processors without a GPU.

One Siamese encoder gives features at 1/16, 1/8 and 1/4. At 1/16 every cell is compared with every other. What a cell may
start from (its match, the sure matches around it, the motion that most share, the flow of an earlier pass) is carried
through the first steps as so many hypotheses and decided after them. One gated unit, separable as RAFT's (Teed and Deng
2020), whose weights 1/16 and 1/8 share, then improves the flow step by step; at 1/4 a light decoder ends it. Levels are
joined by convex upsampling.
"""

import torch
import torch.nn.functional as F
from torch import nn

from common.convex import upsample_convex
from common.layers import SLOPE, conv, initialize
from common.lookup import look_up
from common.matching import surroundings
from common.schedule import pad_to, resize_flow, shrink
from common.windows import dominant_in_windows, match_in_windows

STRIDES = (16, 8, 4)
"""Pixels to a cell, coarse to fine."""

FACTOR = 4
"""Of the convex upsampling: from a level to the pixels at 1/4, 1/2 or 1/1 of the image."""

REACHES = (1, 2, 4)
"""Factors by which B is coarsened for a lookup: what left the window of the first is still seen in the others."""

KINDS = ('found', 'around', 'shared', 'before', 'before shared')
"""What a cell may start from. The last two need the flow of an earlier pass."""

BOUND = 8.0
"""Cells by which the deviations of the flow that a step sees are softly bounded."""

STEP = 0.125
"""Cells of flow to a unit of the head at 1/16 and 1/8, where a cell is many pixels: a small change of its weights
should not be a large one of the flow."""

GUIDES = 8
"""Channels of what guides a step: the match, the motion shared by most, the earlier pass (2 each), the match's
confidence, and whether there was an earlier pass."""


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.a, self.b = conv(width, width), nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x):
        return F.leaky_relu(x + self.b(self.a(x)), SLOPE)


class Surround(nn.Module):
    """What lies up to four cells around, added."""

    def __init__(self, width: int):
        super().__init__()
        self.a = nn.Sequential(nn.Conv2d(width, width, 3, 1, 2, 2), nn.LeakyReLU(SLOPE, inplace=True))
        self.b = nn.Conv2d(width, width, 3, 1, 2, 2)

    def forward(self, x):
        return x + self.b(self.a(x))


def normalize(x):
    return x * torch.rsqrt((x * x).sum(1, keepdim=True) + 1e-6)


class Encoder(nn.Module):
    """One image (N, 3, H, W) in -1..1 to unit features and context at 1/16, 1/8, 1/4, and what the state starts from.

    At 1/16 and 1/8 the context is what the gates of the recurrent unit add, (N, 3 * hidden, h, w).
    """

    def __init__(self, w: dict):
        super().__init__()
        w4, w8, w16 = w['quarter'], w['eighth'], w['sixteenth']
        self.stem, self.quarter = conv(3, w['stem'], 7, 4), conv(w['stem'], w4)
        self.eighth = nn.Sequential(conv(w4, w8, 3, 2), Residual(w8))
        self.sixteenth = nn.Sequential(conv(w8, w16, 3, 2), Residual(w16), Surround(w16))
        widths = (w16, w8, w4)
        self.features = nn.ModuleList(nn.Conv2d(i, o, 1) for i, o in zip(widths, w['match']))
        gates = 3 * w['hidden']
        self.contexts = nn.ModuleList([nn.Conv2d(w16, gates, 1), nn.Conv2d(w8, gates, 1), conv(w4, w['context'], 1)])
        self.start = nn.Conv2d(w16, w['hidden'], 1)

    def levels(self, image):
        x4 = self.quarter(self.stem(image))
        x8 = self.eighth(x4)
        return self.sixteenth(x8), x8, x4

    def forward(self, image):
        levels = self.levels(image)
        features = [normalize(f(x).float()) for f, x in zip(self.features, levels)]
        return features, [c(x) for c, x in zip(self.contexts, levels)], self.start(levels[0])

    def both(self, image_a, image_b, levels=3):
        """The features of A and of B at each level, the contexts of A and what its state starts from."""
        found = self.levels(torch.cat([image_a, image_b]))[:levels]
        features = [normalize(f(x).float()).chunk(2) for f, x in zip(self.features, found)]
        of_a = [x.chunk(2)[0] for x in found]
        return features, [c(x) for c, x in zip(self.contexts, of_a)], self.start(of_a[0])


class Gate(nn.Module):
    """A gated recurrent unit (Cho et al. 2014) with convolutions along one axis."""

    def __init__(self, hidden: int, inputs: int, kernel: tuple[int, int]):
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2)
        self.gates = nn.Conv2d(hidden + inputs, 2 * hidden, kernel, 1, padding)
        self.next = nn.Conv2d(hidden + inputs, hidden, kernel, 1, padding)
        self.hidden = hidden

    def forward(self, hidden, x, context):
        of_gates, of_next = context.split((2 * self.hidden, self.hidden), 1)
        update, reset = torch.sigmoid(self.gates(torch.cat([hidden, x], 1)) + of_gates).chunk(2, 1)
        proposed = torch.tanh(self.next(torch.cat([reset * hidden, x], 1)) + of_next)
        return hidden + update * (proposed - hidden)


def bend(flow):
    """How the flow deviates from the mean of the 5 x 5 cells around."""
    return soften(flow - F.avg_pool2d(flow, 5, 1, 2, count_include_pad=False))


def soften(cells):
    """Small deviations as they are, halved; none beyond the bound."""
    return torch.tanh(cells / BOUND) * (BOUND / 2)


class Update(nn.Module):
    """One step at 1/16 or 1/8: correlations, context, flow in cells, guides and hidden state to a better flow."""

    def __init__(self, w: dict, radius: int):
        super().__init__()
        d = 2 * radius + 1
        self.correlation = conv(d * d * len(REACHES), w['correlation'], 1)
        self.motion = conv(w['correlation'] + 2 + GUIDES, w['motion'])
        self.across = Gate(w['hidden'], w['motion'], (1, 5))
        self.down = Gate(w['hidden'], w['motion'], (5, 1))
        self.head = nn.Sequential(conv(w['hidden'], w['head']), nn.Conv2d(w['head'], 3, 3, 1, 1))

    def forward(self, correlation, context, flow, guides, hidden):
        """(N, 3 * D * D, h, w), (N, 3 * S, h, w), (N, 2, h, w), (N, 8, h, w), (N, S, h, w) to the change of flow in
        cells with the logit of being occluded (N, 3, h, w), and the next hidden state."""
        found, shared, before, confidence, known = guides.split((2, 2, 2, 1, 1), 1)
        seen = [
            bend(flow),
            soften(found - flow),
            soften(shared - flow),
            soften(before - flow) * known,
            confidence,
            known,
        ]
        motion = self.motion(torch.cat([self.correlation(correlation * 2), *seen], 1))
        hidden = self.down(self.across(hidden, motion, context), motion, context)
        return self.head(hidden).float() * STEP, hidden


class Fine(nn.Module):
    """One step at 1/4: correlations, context, flow in cells and hidden state to a better flow."""

    def __init__(self, w: dict, radius: int):
        super().__init__()
        d, fine = 2 * radius + 1, w['fine']
        self.correlation = conv(d * d * len(REACHES), w['correlation'], 1)
        self.mix = conv(w['correlation'] + w['context'] + fine['hidden'] + 2, fine['mix'])
        self.spread = nn.Sequential(
            nn.Conv2d(fine['mix'], fine['spread'], 3, 1, 2, 2), nn.LeakyReLU(SLOPE, inplace=True)
        )
        self.hidden = conv(fine['spread'], fine['hidden'])
        self.head = nn.Conv2d(fine['hidden'], 3, 3, 1, 1)

    def forward(self, correlation, context, flow, hidden):
        seen = torch.cat([self.correlation(correlation * 2), context, bend(flow), hidden], 1)
        hidden = self.hidden(self.spread(self.mix(seen)))
        return self.head(hidden).float(), hidden


class Score(nn.Module):
    """How far a hypothesis is to be believed in each cell, from the hidden state that it led to."""

    def __init__(self, w: dict):
        super().__init__()
        self.layers = nn.Sequential(conv(w['hidden'], w['score']), nn.Conv2d(w['score'], 1, 3, 1, 1))

    def forward(self, hidden):
        return self.layers(hidden).float()


class Step:
    """What an observer sees of one step at one level."""

    def __init__(self, level, index, count, correlation, centre, flow, occluded, hidden):
        self.level, self.index, self.count, self.correlation = level, index, count, correlation
        self.centre, self.flow, self.occluded, self.hidden = centre, flow, occluded, hidden

    @property
    def last(self):
        return self.index == self.count - 1


class Observer:
    """Sees what a run computes, for losses and tables; all of its methods may be left out."""

    def matched(self, a, b): ...

    def carried(self, flows, scores, best): ...

    def stepped(self, step: Step): ...

    def raised(self, level, upsampled): ...


class Recurrent(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        w, self.radius = config['widths'], config['radius']
        self.iterations, self.carry = tuple(config['iterations']), config['carry']
        self.encoder = Encoder(w)
        self.update, self.fine, self.score = Update(w, self.radius), Fine(w, self.radius), Score(w)
        self.kinds = nn.Parameter(torch.zeros(len(KINDS), w['hidden']))
        self.lower = conv(w['hidden'], w['fine']['hidden'], 1)
        states = (w['hidden'], w['hidden'], w['fine']['hidden'])
        self.masks = nn.ModuleList(nn.Conv2d(s, 9 * FACTOR**2, 1) for s in states)
        self.strides, self.factor, self.reaches = STRIDES, FACTOR, REACHES
        self.sharpness = nn.Parameter(torch.full((len(STRIDES),), 2.8))
        initialize(self)
        for gate in (self.update.across, self.update.down):
            for layer in (gate.gates, gate.next):
                layer.weight.data.mul_(0.5)
        # What comes from the image alone should not drown what a step sees.
        for layer, share in (
            (self.encoder.contexts[0], 0.22),
            (self.encoder.contexts[1], 0.5),
            (self.encoder.start, 0.35),
        ):
            layer.weight.data.mul_(share)
        nn.init.normal_(self.kinds, 0, 0.1)
        for layer, share in ((self.update.head[1], 0.4), (self.fine.head, 0.05), (self.score.layers[1], 0.1)):
            layer.weight.data.mul_(share)
        for mask in self.masks:
            mask.weight.data.mul_(0.3)

    def weights(self, level, hidden):
        """Logits of the convex upsampling, (N, 9 * FACTOR^2, h, w)."""
        return self.masks[level](hidden).float() * 0.5

    def hypotheses(self, found, confidence, shared, initial, kinds):
        """What cells may start from, (K, N, 2, h, w), and the number of the kind of each."""
        listed = {'found': lambda: found, 'around': lambda: surroundings(found, confidence), 'shared': lambda: shared}
        if initial is not None:
            listed['before'] = lambda: initial
            listed['before shared'] = lambda: dominant_in_windows(initial, torch.ones_like(confidence))
        picked = [k for k in KINDS if k in listed and (kinds is None or k in kinds)]
        return torch.stack([listed[k]() for k in picked]), [KINDS.index(k) for k in picked]

    def look(self, a, b, flow):
        return look_up(a, b, flow, self.radius, REACHES)

    def carry_on(self, a, b, context, guides, start, flows, kinds, steps, observer, count):
        """The hypotheses (K, N, 2, h, w) through the first steps, then the best of each cell: flow and hidden state."""
        k, n, _, h, w = flows.shape
        many = lambda t: t.repeat(k, 1, 1, 1)
        a, b, context, guides = many(a), many(b), many(context), many(guides)
        hidden = torch.tanh(start + self.kinds[kinds][:, None, :, None, None]).flatten(0, 1)
        flow, passed = flows.flatten(0, 1), []
        for _ in range(steps):
            flow = flow.detach()
            correlation = self.look(a, b, flow)
            change, hidden = self.update(correlation, context, flow, guides, hidden)
            centre, flow = flow, flow + change[:, :2]
            passed.append((correlation, centre, flow, change[:, 2:]))
        apart = lambda t: t.view(k, n, *t.shape[1:])
        scores = apart(self.score(hidden))[:, :, 0]
        best = scores.argmax(0)
        pick = lambda t: apart(t).gather(0, best[None, :, None].expand(1, n, t.shape[1], h, w))[0]
        hidden = pick(hidden)
        observer.carried(apart(flow), scores, best)
        for index, values in enumerate(passed):
            correlation, centre, flow, occluded = (pick(t) for t in values)
            observer.stepped(Step(0, index, count, correlation, centre, flow, occluded, hidden))
        return flow, hidden, torch.cat([flow, occluded], 1)

    def run(self, image_a, image_b, iterations, initial=None, observer=None, carry=None, kinds=None):
        """Flow (N, 2, H, W) in pixels and the logit of being occluded (N, 1, H, W); sides are multiples of 16.

        Fewer numbers of `iterations` than levels leave the finest out; those at 1/16 count from the first on, of which
        `carry` are with all hypotheses. `initial` (N, 2, H / 16, W / 16), in cells, is one of the flows to start from.
        `kinds` leaves some hypotheses out.
        """
        observer = observer or Observer()
        carry = min(carry or self.carry, iterations[0])
        features, contexts, start = self.encoder.both(image_a, image_b, len(iterations))
        upsampled = None
        for level, stride in enumerate(STRIDES[: len(iterations)]):
            (a, b), context, count, first = features[level], contexts[level], iterations[level], 0
            if level == 0:
                observer.matched(a, b)
                sharpness = self.sharpness[0].detach().exp()
                found, confidence = match_in_windows(a.detach(), b.detach(), sharpness, initial)
                shared = dominant_in_windows(found, confidence)
                before = torch.zeros_like(found) if initial is None else initial
                known = torch.full_like(confidence, float(initial is not None))
                guides = torch.cat([found, shared, before, confidence, known], 1)
                flows, marks = self.hypotheses(found, confidence, shared, initial, kinds)
                flow, hidden, planes = self.carry_on(a, b, context, guides, start, flows, marks, carry, observer, count)
                first = carry
            else:
                flow = F.avg_pool2d(upsampled[:, :2], 2) / stride
                rise = lambda t: F.interpolate(t, scale_factor=2.0, mode='bilinear')
                hidden = rise(hidden if level == 1 else self.lower(hidden))
                if level == 1:
                    guides = rise(guides) * guides.new_tensor([2, 2, 2, 2, 2, 2, 1, 1])[:, None, None]
            for index in range(first, count):
                flow = flow.detach()
                correlation = self.look(a, b, flow)
                if level < 2:
                    change, hidden = self.update(correlation, context, flow, guides, hidden)
                else:
                    change, hidden = self.fine(correlation, context, flow, hidden)
                centre, flow = flow, flow + change[:, :2]
                planes = torch.cat([flow, change[:, 2:]], 1)
                observer.stepped(Step(level, index, count, correlation, centre, flow, change[:, 2:], hidden))
            scale = planes.new_tensor([stride, stride, 1])[:, None, None]
            upsampled = upsample_convex(planes * scale, self.weights(level, hidden), FACTOR)
            observer.raised(level, upsampled)
        if stride > FACTOR:
            upsampled = F.interpolate(upsampled, scale_factor=stride / FACTOR, mode='bilinear')
        return upsampled[:, :2], upsampled[:, 2:]

    @torch.no_grad()
    def estimate(self, image_a, image_b, scale: float = 1, iterations=None, before=None, carry=None, kinds=None):
        """Flow (N, 2, H, W) of images (N, 3, H, W) of any size, at 1 / scale of their resolution.

        `before` (N, 2, H, W) is what an earlier pass found, in pixels.
        """
        h, w = image_a.shape[2:]
        a, b = shrink(image_a, scale), shrink(image_b, scale)
        initial = None if before is None else to_cells(resize_flow(before, *a.shape[2:]))
        flow, _ = self.run(
            pad_to(a, 16), pad_to(b, 16), iterations or self.iterations, initial, carry=carry, kinds=kinds
        )
        return resize_flow(flow[..., : a.shape[2], : a.shape[3]], h, w)

    def estimate_passes(self, image_a, image_b, schedule, iterations=None, carry=None):
        """Flow (N, 2, H, W), each pass starting from the one before: the shrink factors of the passes, coarse to fine.

        A pass before the last leaves out its finest level: its flow, then told at twice the pass's pixels, is still
        finer than the cells of 16 pixels that the next pass starts from.
        """
        flow, iterations = None, iterations or self.iterations
        for factor in schedule[:-1]:
            flow = self.estimate(image_a, image_b, factor, iterations[:-1], flow, carry)
        return self.estimate(image_a, image_b, schedule[-1], iterations, flow, carry)


def to_cells(flow):
    """Pixels (N, 2, H, W), of any size, to cells of 1/16 of the padded size, (N, 2, h, w)."""
    return F.avg_pool2d(pad_to(flow, STRIDES[0]), STRIDES[0]) / STRIDES[0]


Net = Recurrent
