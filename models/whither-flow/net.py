"""whither-flow: a coarse-to-fine correlation network for processors without a GPU.

One Siamese encoder gives features at 1/16, 1/8 and 1/4. At 1/16 every cell is compared with every other (a global match,
gated by its own confidence), and one small recurrent decoder, whose weights all levels share (as in RAPIDFlow), improves
the flow at 1/16, 1/8 and 1/4 from correlations looked up around it (RAFT, Teed and Deng 2020, section 3.2) and goes from
level to level by convex upsampling (section 3.3). It tells, beside the flow, where a pixel has no counterpart.
"""

import torch
import torch.nn.functional as F
from torch import nn

from common.convex import upsample_convex
from common.layers import SLOPE, conv, initialize
from common.lookup import all_pairs, look_up
from common.losses import end_point_error, hidden_loss
from common.matching import choice_loss, choose, global_loss, local_loss, surroundings
from common.schedule import pad_to, resize_flow, shrink
from common.windows import dominant_in_windows, match_in_windows

STRIDES = (16, 8, 4)
"""Pixels to a cell, coarse to fine."""

FACTOR = 4
"""Of the convex upsampling: from a level to the pixels at 1/4, 1/2 or 1/1 of the image."""

REACHES = (1, 2, 4)
"""Factors by which B is coarsened for a lookup: what left the window of the first is still seen in the others."""

LARGEST_STEP = 8.0
"""Cells by which the deviation of the flow from its surroundings, an input of the decoder, is bounded."""


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
    """One image (N, 3, H, W) in -1..1 to unit features and context at 1/16, 1/8, 1/4, and the first hidden state."""

    def __init__(self, w: dict):
        super().__init__()
        w4, w8, w16 = w['quarter'], w['eighth'], w['sixteenth']
        self.stem, self.quarter = conv(3, w['stem'], 7, 4), conv(w['stem'], w4)
        self.eighth = nn.Sequential(conv(w4, w8, 3, 2), conv(w8, w8))
        self.sixteenth = nn.Sequential(conv(w8, w16, 3, 2), Residual(w16), Surround(w16))
        widths = (w16, w8, w4)
        self.features = nn.ModuleList(nn.Conv2d(i, o, 1) for i, o in zip(widths, w['match']))
        self.contexts = nn.ModuleList(conv(i, w['context'], 1) for i in widths)
        self.start = conv(w16, w['hidden'], 1)

    def forward(self, image):
        x4 = self.quarter(self.stem(image))
        x8 = self.eighth(x4)
        x16 = self.sixteenth(x8)
        levels = (x16, x8, x4)
        features = [normalize(f(x).float()) for f, x in zip(self.features, levels)]
        return features, [c(x) for c, x in zip(self.contexts, levels)], self.start(x16)


class Decoder(nn.Module):
    """One step at any level: correlation, context, flow in cells, confidence and hidden state to a better flow."""

    def __init__(self, w: dict, radius: int):
        super().__init__()
        d = 2 * radius + 1
        self.correlation = conv(d * d * len(REACHES), w['correlation'], 1)
        inputs = w['correlation'] + w['context'] + w['hidden'] + 7
        self.mix = conv(inputs, w['mix'])
        self.spread = nn.Sequential(nn.Conv2d(w['mix'], w['spread'], 3, 1, 2, 2), nn.LeakyReLU(SLOPE, inplace=True))
        self.hidden = conv(w['spread'], w['hidden'])
        self.head = nn.Conv2d(w['hidden'], 3, 3, 1, 1)

    def forward(self, correlation, context, flow, match, hidden):
        """(N, 3 * D * D, h, w), (N, K, h, w), (N, 2, h, w), (N, 5, h, w), (N, S, h, w) to the change of flow in cells
        with the logit of being hidden (N, 3, h, w), and the next hidden state.

        `match` is what the global match found: flow in cells, the motion that most of the image shares, and the
        confidence of the match.
        """
        return self.decode(self.gather(self.correlation(correlation * 2), context, flow, match, hidden))

    def gather(self, volume, context, flow, match, hidden):
        """All that a step looks at, (N, correlation + context + hidden + 7, h, w)."""
        around = F.avg_pool2d(flow, 5, 1, 2, count_include_pad=False)
        bound = lambda step: step.clamp(-LARGEST_STEP, LARGEST_STEP) * 0.5
        found, shared, confidence = match.split((2, 2, 1), 1)
        motions = [bound(flow - around), bound(found - flow), confidence]
        return torch.cat([volume, context, *motions, bound(shared - flow), hidden], 1)

    def decode(self, x):
        hidden = self.hidden(self.spread(self.mix(x)))
        return self.head(hidden).float(), hidden


class Judge(nn.Module):
    """How far a candidate for the flow of each cell is to be believed: one network for all candidates."""

    def __init__(self, w: dict):
        super().__init__()
        inputs = w['correlation'] + w['context'] + 5
        self.mix = conv(inputs, w['judge'])
        self.spread = nn.Sequential(nn.Conv2d(w['judge'], w['judge'], 3, 1, 2, 2), nn.LeakyReLU(SLOPE, inplace=True))
        self.score = nn.Conv2d(w['judge'], 1, 3, 1, 1)

    def forward(self, volume, context, flow, confidence, kind):
        """(N, correlation, h, w), (N, context, h, w), (N, 2, h, w) in cells, (N, 1, h, w), (N, 2, h, w) to (N, 1, h, w)."""
        around = F.avg_pool2d(flow, 5, 1, 2, count_include_pad=False)
        bend = (flow - around).clamp(-LARGEST_STEP, LARGEST_STEP) * 0.5
        return self.score(self.spread(self.mix(torch.cat([volume, context, bend, confidence, kind], 1)))).float()


class WhitherFlow(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        w, self.radius = config['widths'], config['radius']
        self.iterations = config['iterations']
        self.encoder, self.decoder = Encoder(w), Decoder(w, self.radius)
        self.judge = Judge(w)
        self.mask = nn.Conv2d(w['hidden'], 9 * FACTOR**2, 1)
        self.strides, self.factor, self.reaches = STRIDES, FACTOR, REACHES
        self.sharpness = nn.Parameter(torch.full((len(STRIDES),), 2.8))
        initialize(self)
        self.decoder.head.weight.data.mul_(0.05)
        self.judge.score.weight.data.mul_(0.1)
        self.mask.weight.data.mul_(0.3)

    def weights(self, hidden):
        """Logits of the convex upsampling, (N, 9 * FACTOR^2, h, w)."""
        return self.mask(hidden).float() * 0.5

    def candidates(self, found, confidence, shared, initial):
        """What a cell may start from, with two marks of its kind: its match, the sure matches around, the motion that most
        of the image shares (a background's, mostly), and `initial` with the motion that most of it shares."""
        kind = lambda *marks: found.new_tensor(marks)[None, :, None, None].expand_as(found)
        listed = [(found, kind(1, 0)), (surroundings(found, confidence), kind(0, 0)), (shared, kind(1, 1))]
        if initial is None:
            return listed
        before = dominant_in_windows(initial, torch.ones_like(confidence))
        return [*listed, (initial, kind(0, 1)), (before, kind(1, 1))]

    def begin(self, a, b, context, found, confidence, shared, initial):
        """The flow to start from (N, 2, h, w), in cells; the candidates (N, K, 2, h, w) and their scores (N, K, h, w)."""
        listed = self.candidates(found, confidence, shared, initial)
        scores = []
        for flow, kind in listed:
            volume = self.decoder.correlation(look_up(a, b, flow, self.radius, REACHES) * 2)
            scores.append(self.judge(volume, context, flow, confidence, kind))
        flows, scores = torch.stack([flow for flow, _ in listed], 1), torch.cat(scores, 1)
        return choose(flows, scores), flows, scores

    def run(self, image_a, image_b, iterations, initial=None, each=None, chosen=None):
        """Flow (N, 2, H, W) in pixels and the logit of being hidden (N, 1, H, W); sides are multiples of 16.

        Fewer numbers of `iterations` than levels leave the finest out.
        `initial` (N, 2, H / 16, W / 16), in cells, is one of the flows to start from. `each(level, logits, centre, flow,
        hidden logit, upsampled, volume)` sees every step, `chosen(flows, scores)` what was to choose from.
        """
        features, contexts, hidden = self.encoder(torch.cat([image_a, image_b]))
        hidden = hidden.chunk(2)[0]
        sharpness = self.sharpness.exp()
        flow = match = None
        for level, stride in enumerate(STRIDES[: len(iterations)]):
            a, b = features[level].chunk(2)
            context = contexts[level].chunk(2)[0]
            volume = all_pairs(a, b) if level == 0 else None
            if level == 0:
                found, confidence = match_in_windows(a.detach(), b.detach(), sharpness[0].detach(), initial)
                shared = dominant_in_windows(found, confidence)
                flow, flows, scores = self.begin(a, b, context, found, confidence, shared, initial)
                match = torch.cat([found, shared, confidence], 1)
                if chosen:
                    chosen(flows, scores)
            else:
                flow = F.avg_pool2d(upsampled[:, :2], 2) / stride
                hidden, match = (F.interpolate(t, scale_factor=2.0, mode='bilinear') for t in (hidden, match))
                match = match * match.new_tensor([2, 2, 2, 2, 1])[:, None, None]
            for step in range(iterations[level]):
                flow = flow.detach()
                correlation = look_up(a, b, flow, self.radius, REACHES)
                change, hidden = self.decoder(correlation, context, flow, match, hidden)
                centre, flow = flow, flow + change[:, :2]
                last = step == iterations[level] - 1
                upsampled = None
                if last:
                    planes = torch.cat([flow * stride, change[:, 2:]], 1)
                    upsampled = upsample_convex(planes, self.weights(hidden), FACTOR)
                if each:
                    near = correlation[:, : (2 * self.radius + 1) ** 2] * sharpness[level]
                    each(level, near, centre, flow, change[:, 2:], upsampled, volume)
        if stride > FACTOR:
            upsampled = F.interpolate(upsampled, scale_factor=stride / FACTOR, mode='bilinear')
        return upsampled[:, :2], upsampled[:, 2:]

    @torch.no_grad()
    def estimate(self, image_a, image_b, scale: float = 1, iterations=None, before=None):
        """Flow (N, 2, H, W) of images (N, 3, H, W) of any size, at 1 / scale of their resolution.

        `before` (N, 2, H, W) is what an earlier pass found, in pixels.
        """
        h, w = image_a.shape[2:]
        a, b = shrink(image_a, scale), shrink(image_b, scale)
        initial = None if before is None else to_cells(resize_flow(before, *a.shape[2:]))
        flow, _ = self.run(pad_to(a, 16), pad_to(b, 16), iterations or self.iterations, initial)
        return resize_flow(flow[..., : a.shape[2], : a.shape[3]], h, w)

    def estimate_passes(self, image_a, image_b, schedule):
        """Flow (N, 2, H, W), each pass starting from the one before: the shrink factors of the passes, coarse to fine.

        A pass before the last leaves out its finest level: its flow, then told at twice the pass's pixels, is still
        finer than the cells of 16 pixels that the next pass starts from.
        """
        flow = None
        for factor in schedule[:-1]:
            flow = self.estimate(image_a, image_b, factor, self.iterations[:-1], flow)
        return self.estimate(image_a, image_b, schedule[-1], before=flow)

    def loss(self, image_a, image_b, truth, occluded, note):
        """Of one batch: end-point error and occlusion at every level, and the cross-entropy of the matching.

        Half of the batches are a later pass, which starts from what the network finds on images half or a quarter as
        large.
        """
        draw = lambda low, high: int(torch.randint(low, high + 1, ()))
        initial = None
        kind = draw(1, 6)
        if kind <= 3:
            initial = to_cells(self.estimate(image_a, image_b, 2 * draw(1, 2), (draw(1, 2), draw(1, 2), 1)))
        if kind == 4 and draw(1, 3) == 3:
            initial = perturb(F.avg_pool2d(truth, 16) / 16)
        iterations = (draw(1, 3), draw(1, 2), 1 + (draw(1, 8) == 8))
        parts = {'epe': 0, 'match': 0, 'hide': 0}
        sharpness = self.sharpness.exp()

        def each(level, logits, centre, flow, hide, upsampled, volume):
            stride = STRIDES[level]
            weight = (0.3, 0.5, 1.0)[level]
            at = truth[..., stride // 2 :: stride, stride // 2 :: stride]
            gone = occluded[..., stride // 2 :: stride, stride // 2 :: stride].float()
            if upsampled is None:
                parts['epe'] += 0.6 * weight * end_point_error(flow * stride, at).mean()
            else:
                factor = stride // FACTOR
                fine, fine_gone = truth, occluded.float()
                if factor > 1:
                    fine, fine_gone = F.avg_pool2d(truth, factor), F.avg_pool2d(fine_gone, factor)
                error = end_point_error(upsampled[:, :2], fine).mean()
                parts['epe'] += weight * error
                parts['hide'] += weight * hidden_loss(upsampled[:, 2:], fine_gone)
                note(f'epe{stride}', error)
            if level == 0 and 'global' not in parts:
                parts['global'] = global_loss(volume * sharpness[0], at / stride, gone)
                note('global', parts['global'])
            part = local_loss(logits, at / stride - centre, gone, self.radius)
            parts['match'] += part / iterations[level]
            note(f'match{stride}', part)

        def chosen(flows, scores):
            parts['choice'] = choice_loss(flows, scores, truth[..., 8::16, 8::16] / 16)
            note('choice', parts['choice'])

        self.run(image_a, image_b, iterations, initial, each, chosen)
        note('hide', parts['hide'])
        return parts['epe'] + parts['match'] * 0.5 + parts['global'] + parts['hide'] + parts['choice']


def to_cells(flow):
    """Pixels (N, 2, H, W), of any size, to cells of 1/16 of the padded size, (N, 2, h, w)."""
    return F.avg_pool2d(pad_to(flow, STRIDES[0]), STRIDES[0]) / STRIDES[0]


def perturb(flow):
    """A flow as a coarser pass or the frame before might have left it: off by up to some cells, smoothly."""
    n, _, h, w = flow.shape
    size = torch.rand(n, 1, 1, 1, device=flow.device) * 1.5
    low = torch.randn(n, 2, max(h // 3, 1), max(w // 3, 1), device=flow.device)
    return flow + size * F.interpolate(low, (h, w), mode='bilinear')


Net = WhitherFlow
