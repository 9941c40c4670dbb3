"""Losses of similarity learning, each by its formula and source; tests/test_similarity_losses.py works them out by
hand.

Descriptors are rows; d is the Euclidean distance of two, s their cosine or a network's score. A batch of pairs is
(a, b) with a[i] and b[i] of one class; `same` (B, B) marks all entries that are no negatives, the diagonal included,
and defaults to it. Labels are 1 for pairs of one class and 0 for others. All losses are means over the batch.
"""

import torch
import torch.nn.functional as F
from torch import nn


def distances(a, b):
    """(B, C) Euclidean distances, safe to differentiate at 0."""
    squared = a.square().sum(1)[:, None] + b.square().sum(1)[None] - 2 * a @ b.T
    return squared.clamp_min(1e-8).sqrt()


def pair_distances(a, b):
    return (a - b).square().sum(1).clamp_min(1e-8).sqrt()


# Pairs: a distance or a score a pair, and its label.


def contrastive(d, label, margin: float = 1.0):
    """y d^2 + (1 - y) max(0, m - d)^2, halved (Hadsell, Chopra, LeCun 2006, eq. 4)."""
    return 0.5 * (label * d.square() + (1 - label) * (margin - d).clamp_min(0).square()).mean()


def margin_based(d, label, boundary: float = 1.2, margin: float = 0.2):
    """max(0, m + y (d - beta)), y = +-1 (Wu et al. 2017, eq. 5): pairs are to lie on their side of beta, by m."""
    return (margin + (2 * label - 1) * (d - boundary)).clamp_min(0).mean()


def hinge_on_decision(score, label):
    """max(0, 1 - y s), y = +-1, s a network's score of the pair (Zagoruyko and Komodakis 2015, eq. 1)."""
    return (1 - (2 * label - 1) * score).clamp_min(0).mean()


def cross_entropy(score, label):
    """-y log p - (1 - y) log(1 - p), p = 1 / (1 + exp(-s)): the decision as a probability (Han et al. 2015,
    MatchNet).
    """
    return F.binary_cross_entropy_with_logits(score, label.to(score.dtype))


def distance_based_logistic(d, label, margin: float = 1.0):
    """Cross-entropy with p = (1 + exp(-m)) / (1 + exp(d^2 - m)), 1 at d = 0 (Vo and Hays 2016, eq. 3), of squared
    distances.
    """
    log_p = F.softplus(torch.tensor(-margin)) - F.softplus(d.square() - margin)
    log_q = torch.log1p(-log_p.exp().clamp(max=1 - 1e-6))
    return -(label * log_p + (1 - label) * log_q).mean()


# Triplets: which negative, and then one formula.


def triplet(d_positive, d_negative, margin: float = 1.0):
    """max(0, m + d(a, p) - d(a, n)) (Schroff et al. 2015, FaceNet, eq. 2, with d for d^2 as in HardNet)."""
    return (margin + d_positive - d_negative).clamp_min(0).mean()


def masked(d, same):
    """Distances with everything that is no negative put out of reach."""
    same = torch.eye(len(d), dtype=torch.bool) if same is None else same
    return d.masked_fill(same.to(d.device), float('inf'))


def random_negatives(d, same=None):
    """One column a row, at random among the negatives."""
    allowed = torch.isfinite(masked(d, same)).float()
    return torch.multinomial(allowed, 1)[:, 0]


def semi_hard_negatives(d, same=None, margin: float = 1.0):
    """The nearest negative that is farther than the positive, within the margin (FaceNet, section 3.2); else the
    farthest.
    """
    far = masked(d, same)
    positive = d.diagonal()[:, None]
    wanted = far.masked_fill((far <= positive) | (far >= positive + margin), float('inf'))
    fallback = far.masked_fill(torch.isinf(far), -1).argmax(1)
    return torch.where(torch.isfinite(wanted).any(1), wanted.argmin(1), fallback)


def hard_negatives(d, same=None):
    """The nearest negative of each row."""
    return masked(d, same).argmin(1)


def distance_weights(d, same=None, dimensions: int = 128, cutoff: float = 0.5, loss_reach: float = 1.4):
    """Chances of the negatives, 1 / q(d), q(d) = d^(n-2) (1 - d^2 / 4)^((n-3)/2) the density of distances on the
    sphere.

    Distances below `cutoff` count as it, those above `loss_reach` are left out (Wu et al. 2017, section 4.1).
    """
    near = d.detach().clamp(cutoff, 2 - 1e-3)
    log_q = (dimensions - 2) * near.log() + (dimensions - 3) / 2 * torch.log1p(-near.square() / 4)
    allowed = torch.isfinite(masked(d, same)) & (d < loss_reach)
    # A row without any is left to chance among all its negatives.
    allowed = torch.where(allowed.any(1, keepdim=True), allowed, torch.isfinite(masked(d, same)))
    return torch.softmax((-log_q).masked_fill(~allowed, float('-inf')), 1)


def distance_weighted_negatives(d, same=None, **options):
    return torch.multinomial(distance_weights(d, same, **options), 1)[:, 0]


def triplet_with(mine, a, b, same=None, margin: float = 1.0):
    """Triplet loss with the negatives that `mine(distances, same)` chooses in b for every a."""
    d = distances(a, b)
    return triplet(d.diagonal(), d.gather(1, mine(d, same)[:, None])[:, 0], margin)


def hardest_in_batch(a, b, same=None, margin: float = 1.0):
    """max(0, m + d(a_i, b_i) - min(nearest negative b_j of a_i, nearest negative a_j of b_i)) (Mishchuk 2017,
    HardNet, eq. 1).
    """
    d = distances(a, b)
    far = masked(d, same)
    return triplet(d.diagonal(), torch.minimum(far.amin(1), far.amin(0)), margin)


def hardest_of_four(a, b, same=None, margin: float = 1.0):
    """As `hardest_in_batch`, with negatives a_j of a_i and b_j of b_i too, and the hinge squared (Tian 2019, SOSNet,
    eq. 2).
    """
    d = distances(a, b)
    fars = [masked(x, same) for x in (d, distances(a, a), distances(b, b))]
    nearest = torch.stack([fars[0].amin(1), fars[0].amin(0), fars[1].amin(1), fars[2].amin(1)]).amin(0)
    return (margin + d.diagonal() - nearest).clamp_min(0).square().mean()


def hierarchical_triplet(a, b, same, ancestor, beta: float = 0.1):
    """Triplets with the margin of a class tree: max(0, d_p^2 - d_n^2 + m_z) (Ge et al. 2018, eq. 5 and 6).

    m_z = beta + d_H(y_a, y_n) - s_y: `ancestor` (B, B) is d_H, the threshold of the merge of the classes of i and j
    in the tree, and its diagonal s_y, the mean squared distance within the class. All negatives of the batch that
    violate count.
    """
    d = distances(a, b).square()
    violations = (d.diagonal()[:, None] - d + beta + ancestor - ancestor.diagonal()[:, None]).clamp_min(0)
    violations = violations.masked_fill(same, 0)
    return violations.sum() / (violations > 0).sum().clamp_min(1)


def class_tree(centres, within, levels: int = 8):
    """d_H for `hierarchical_triplet`: the level (of `levels` from the mean of `within` to 4) at which two classes
    merge.

    centres (C, D) of unit length, within (C,) the mean squared distance in each class. Classes nearer than the
    threshold of a level are one node there; merging is by the largest gap along the best path, that is by single
    linkage.
    """
    d = distances(centres, centres).square()
    # Minimax paths by relaxation: the height of the merge in a single-linkage tree.
    for k in range(len(d)):
        d = torch.minimum(d, torch.maximum(d[:, k : k + 1], d[k : k + 1]))
    low = within.mean()
    steps = low + (4 - low) * torch.arange(levels + 1) / levels
    tree = steps[torch.searchsorted(steps, d.contiguous()).clamp(max=levels)]
    return tree.fill_diagonal_(0) + torch.diag(within)


# Proxies: learned representatives of classes.


class ProxyNca(nn.Module):
    """-log( exp(-d(x, p_y)^2) / sum over other classes z of exp(-d(x, p_z)^2) ), x and p of unit length (Movshovitz-
    Attias 2017, eq. 6).
    """

    def __init__(self, classes: int, dimensions: int):
        super().__init__()
        self.proxies = nn.Parameter(F.normalize(torch.randn(classes, dimensions), dim=1))

    def forward(self, x, label):
        d = distances(F.normalize(x, dim=1), F.normalize(self.proxies, dim=1)).square()
        own = F.one_hot(label, len(self.proxies)).bool()
        return (d[own] + torch.logsumexp((-d).masked_fill(own, float('-inf')), 1)).mean()


class SoftTriple(nn.Module):
    """Softmax over classes of several centres each (Qian et al. 2019, eq. 3, 7 and 9).

    S_c = sum_k softmax_k(x . w_ck / gamma) x . w_ck; -log exp(scale (S_y - margin)) / (that + sum over others of
    exp(scale S_c)); plus tau times the mean over classes of sum over pairs of its centres of sqrt(2 - 2 w . w') / (K
    (K - 1)), which merges them.
    """

    def __init__(self, classes: int, dimensions: int, centres: int = 2, scale=20.0, gamma=0.1, margin=0.01, tau=0.2):
        super().__init__()
        self.centres = nn.Parameter(F.normalize(torch.randn(classes, centres, dimensions), dim=2))
        self.scale, self.gamma, self.margin, self.tau = scale, gamma, margin, tau

    def forward(self, x, label):
        w = F.normalize(self.centres, dim=2)
        s = torch.einsum('nd,ckd->nck', F.normalize(x, dim=1), w)
        s = (torch.softmax(s / self.gamma, 2) * s).sum(2)
        logits = self.scale * (s - self.margin * F.one_hot(label, len(w)))
        return F.cross_entropy(logits, label) + self.tau * self.spread(w)

    def spread(self, w):
        count = w.shape[1]
        if count == 1:
            return w.new_zeros(())
        upper = torch.triu(torch.ones(count, count, dtype=torch.bool), 1)
        between = (2 - 2 * w @ w.transpose(1, 2))[:, upper]
        return between.clamp_min(1e-8).sqrt().sum(1).mean() / (count * (count - 1))


def group_loss(x, logits, label, anchors, iterations: int = 3):
    """Cross-entropy after replicator dynamics over the batch (Elezi et al. 2020, eq. 2 to 6).

    W is the correlation of the descriptors, negatives set to 0, the diagonal left out; X the softmax of the
    classifier's `logits`, one-hot for `anchors` (bool, N); `iterations` times X = X * (W X), rows rescaled to sum to
    1.
    """
    centred = F.normalize(x - x.mean(1, keepdim=True), dim=1)
    similarity = (centred @ centred.T).clamp_min(0)
    similarity = similarity - torch.diag(similarity.diagonal())
    chance = torch.softmax(logits, 1)
    chance = torch.where(anchors[:, None], F.one_hot(label, logits.shape[1]).to(chance.dtype), chance)
    for _ in range(iterations):
        chance = chance * (similarity @ chance)
        chance = chance / chance.sum(1, keepdim=True).clamp_min(1e-12)
    return F.nll_loss(chance.clamp_min(1e-12).log(), label)


def second_order_similarity(a, b, neighbours: int = 8, same=None):
    """mean_i sqrt( sum over j of (d(a_i, a_j) - d(b_i, b_j))^2 ) over the nearest neighbours j of i in a or in b
    (Tian 2019, SOSNet, eq. 4).
    """
    first, second = distances(a, a), distances(b, b)
    near = torch.zeros_like(first, dtype=torch.bool)
    for d in (first, second):
        far = masked(d.detach(), same)
        near.scatter_(1, far.topk(min(neighbours, len(d) - 1), 1, largest=False).indices, True)
    near &= torch.isfinite(masked(first.detach(), same))
    return ((first - second).square() * near).sum(1).clamp_min(1e-8).sqrt().mean()
