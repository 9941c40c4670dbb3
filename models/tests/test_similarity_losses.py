"""Every loss against values worked out by hand; run with `python -m pytest` in models/."""

import math

import pytest
import torch
import torch.nn.functional as F

from common import similarity_losses as losses

T = torch.tensor


def on_circle(*degrees):
    angle = torch.deg2rad(T([float(d) for d in degrees]))
    return torch.stack([angle.cos(), angle.sin()], 1)


def chord(degrees):
    return 2 * math.sin(math.radians(degrees) / 2)


def value(loss):
    return pytest.approx(float(loss), abs=1e-5)


def test_distances_are_those_of_a_three_four_five_triangle_and_differentiable_at_zero():
    a = T([[0.0, 0.0], [3.0, 0.0]], requires_grad=True)
    d = losses.distances(a, T([[0.0, 4.0], [3.0, 0.0]]))
    assert d.detach().numpy() == pytest.approx(T([[4.0, 3.0], [5.0, 0.0]]).numpy(), abs=2e-4)
    d.sum().backward()
    assert torch.isfinite(a.grad).all()


def test_contrastive_pulls_positives_and_pushes_negatives_within_the_margin():
    # 0.5 * (0.6^2 + (1 - 0.4)^2 + 0) / 3
    assert value(losses.contrastive(T([0.6, 0.4, 1.5]), T([1.0, 0.0, 0.0]))) == 0.5 * (0.36 + 0.36) / 3


def test_margin_based_asks_for_either_side_of_the_boundary():
    # positives: 0.2 + 1.1 - 1.2 = 0.1, negatives: 0.2 + 1.2 - 1.3 = 0.1 and 0.2 + 1.2 - 1.5 < 0
    assert value(losses.margin_based(T([1.1, 1.3, 1.5]), T([1.0, 0.0, 0.0]))) == 0.2 / 3


def test_hinge_on_decision_counts_scores_on_the_wrong_side_of_one():
    # 1 - 0.5; 1 + 0.25; 1 - 2 -> 0
    assert value(losses.hinge_on_decision(T([0.5, 0.25, -2.0]), T([1.0, 0.0, 0.0]))) == (0.5 + 1.25) / 3


def test_cross_entropy_of_even_odds_is_the_log_of_two():
    assert value(losses.cross_entropy(T([0.0, 0.0]), T([1, 0]))) == math.log(2)
    assert value(losses.cross_entropy(T([math.log(3)]), T([1]))) == math.log(4 / 3)


def test_distance_based_logistic_is_certain_at_distance_zero():
    assert value(losses.distance_based_logistic(T([0.0]), T([1.0]))) == 0
    # d^2 = m = 1: p = (1 + 1/e) / 2
    p = (1 + math.exp(-1)) / 2
    assert value(losses.distance_based_logistic(T([1.0, 1.0]), T([1.0, 0.0]))) == -(math.log(p) + math.log(1 - p)) / 2


def test_triplet_wants_the_negative_a_margin_farther():
    assert value(losses.triplet(T([0.5, 0.2]), T([0.9, 1.7]))) == (1 + 0.5 - 0.9) / 2


DISTANCES = T([[0.5, 0.2, 0.9, 1.9], [0.3, 0.4, 1.2, 0.8], [1.0, 1.1, 0.6, 1.7], [0.7, 1.4, 0.9, 0.1]])


def test_hard_negatives_are_the_nearest_that_are_no_positives():
    assert losses.hard_negatives(DISTANCES).tolist() == [1, 0, 0, 0]
    same = torch.eye(4, dtype=torch.bool)
    same[0, 1] = same[1, 0] = True
    assert losses.hard_negatives(DISTANCES, same).tolist() == [2, 3, 0, 0]


def test_semi_hard_negatives_are_the_nearest_beyond_the_positive_within_the_margin():
    # row 0: 0.9; row 1: 0.8; row 2: 1.0; row 3: 0.7
    assert losses.semi_hard_negatives(DISTANCES).tolist() == [2, 3, 0, 0]
    # margin 0.05: none in any row but the last fallback, the farthest
    assert losses.semi_hard_negatives(DISTANCES, margin=0.05).tolist() == [3, 2, 3, 1]


def test_random_negatives_are_never_positives_and_reach_all_others():
    torch.manual_seed(0)
    seen = torch.zeros(4, 4, dtype=torch.bool)
    for _ in range(100):
        seen[torch.arange(4), losses.random_negatives(DISTANCES)] = True
    assert (seen == ~torch.eye(4, dtype=torch.bool)).all()


def test_distance_weights_undo_the_density_of_distances_on_the_sphere():
    # n = 4: q(d) = d^2 sqrt(1 - d^2 / 4); allowed: 0.6 and 1.2, not 1.5 (beyond 1.4), not the diagonal
    d = T([[0.1, 0.6, 1.2, 1.5]] * 4)
    q = lambda x: x**2 * math.sqrt(1 - x**2 / 4)
    weights = losses.distance_weights(d, dimensions=4)[0]
    first = (1 / q(0.6)) / (1 / q(0.6) + 1 / q(1.2))
    assert weights.tolist() == pytest.approx([0, first, 1 - first, 0], abs=1e-5)


def test_distance_weights_treat_all_near_distances_as_the_cutoff():
    weights = losses.distance_weights(T([[0.0, 0.2, 0.4], [0.2, 0.0, 0.4], [0.2, 0.4, 0.0]]), dimensions=4)
    assert weights[0].tolist() == pytest.approx([0, 0.5, 0.5])


def test_triplet_with_a_miner_gathers_the_distances_of_its_choice():
    a, b = on_circle(0, 90), on_circle(10, 60)
    # hard negatives: 60 degrees from 0; 80 from 90
    wanted = (1 + chord(10) - chord(60) + 1 + chord(30) - chord(80)) / 2
    assert value(losses.triplet_with(losses.hard_negatives, a, b)) == wanted


def test_hardest_in_batch_looks_along_rows_and_columns():
    a, b = on_circle(0, 90), on_circle(10, 60)
    # negatives of pair 0: 60 (its row), 80 (its column); of pair 1: 80 (row), 60 (column)
    assert value(losses.hardest_in_batch(a, b)) == (2 + chord(10) + chord(30) - 2 * chord(60)) / 2


def test_hardest_of_four_looks_within_each_side_too():
    a, b = on_circle(0, 90), on_circle(10, 60)
    # now b to b, 50 degrees, is the nearest for both
    terms = [(1 + chord(p) - chord(50)) ** 2 for p in (10, 30)]
    assert value(losses.hardest_of_four(a, b)) == sum(terms) / 2


def test_hierarchical_triplet_widens_the_margin_by_the_height_of_the_merge():
    a, b = on_circle(0, 90), on_circle(0, 90)
    ancestor = T([[0.3, 1.95], [1.95, 0.3]])
    # 0 - 2 + 0.1 + 1.95 - 0.3 < 0: nothing to ask
    assert value(losses.hierarchical_triplet(a, b, torch.eye(2).bool(), ancestor)) == 0
    ancestor = T([[0.3, 2.6], [2.6, 0.3]])
    assert value(losses.hierarchical_triplet(a, b, torch.eye(2).bool(), ancestor)) == pytest.approx(0.4)


def test_class_tree_merges_along_the_best_path():
    # 0 and 40 degrees are joined by 20, 180 is far; squared chords: 20 deg 0.1206, 140 deg 3.532
    tree = losses.class_tree(on_circle(0, 20, 40, 180), T([0.0, 0.0, 0.0, 0.0]), levels=8)
    assert tree[0].tolist() == pytest.approx([0, 0.5, 0.5, 4.0])
    assert tree[3].tolist() == pytest.approx([4.0, 4.0, 4.0, 0])


def test_proxy_nca_leaves_the_own_proxy_out_of_the_denominator():
    loss = losses.ProxyNca(3, 2)
    loss.proxies.data = on_circle(0, 90, 180)
    # d^2 to the own proxy 0; to the others 2 and 4: -log(1 / (e^-2 + e^-4))
    assert value(loss(on_circle(0), T([0]))) == pytest.approx(math.log(math.exp(-2) + math.exp(-4)), abs=1e-4)


def test_soft_triple_with_one_centre_is_a_softmax_with_a_margin():
    loss = losses.SoftTriple(2, 2, centres=1, scale=2.0, margin=0.5)
    loss.centres.data = on_circle(0, 90)[:, None]
    # own: 2 (1 - 0.5) = 1; other: 0
    assert value(loss(on_circle(0), T([0]))) == math.log(1 + math.exp(-1))


def test_soft_triple_weighs_centres_by_their_likeness_and_draws_them_together():
    loss = losses.SoftTriple(2, 2, centres=2, scale=1.0, gamma=1.0, margin=0.0, tau=1.0)
    loss.centres.data = torch.stack([on_circle(0, 90), on_circle(180, 180)])
    # class 0: e^1 / (e^1 + e^0) * 1 + ... * 0; class 1: -1; spread: sqrt(2) / 2 and 0, mean over 2 classes
    own = math.e / (math.e + 1)
    wanted = math.log(1 + math.exp(-1 - own)) + math.sqrt(2) / 2 / 2
    assert value(loss(on_circle(0), T([0]))) == pytest.approx(wanted, abs=1e-4)


def test_group_loss_lets_anchors_vote_by_likeness():
    # two of three are alike and correlated (+1), the third is opposite (-1 -> 0)
    x = T([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    logits = T([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    anchors = T([True, False, False])
    # after one round: row 0: [1, 0] * X_1 = [1, 0] * [.5, .5] -> [1, 0]; row 1: [.5, .5] * [1, 0] -> [1, 0]; row 2: no votes
    loss = losses.group_loss(x, logits, T([0, 0, 1]), anchors, iterations=1)
    assert value(loss) == pytest.approx(-math.log(1e-12) / 3, rel=1e-4)
    two = losses.group_loss(x[:2], logits[:2], T([0, 0]), anchors[:2], iterations=1)
    assert value(two) == 0


def test_second_order_similarity_compares_distances_among_neighbours():
    a, b = on_circle(0, 60), on_circle(0, 90)
    assert value(losses.second_order_similarity(a, b)) == pytest.approx(chord(90) - chord(60), abs=1e-4)
    assert value(losses.second_order_similarity(a, a)) == pytest.approx(0, abs=2e-4)


@pytest.mark.parametrize(
    'mine',
    [losses.hard_negatives, losses.semi_hard_negatives, losses.random_negatives, losses.distance_weighted_negatives],
)
def test_no_gradient_is_undefined_even_for_equal_descriptors(mine):
    a = F.normalize(torch.ones(4, 128), dim=1).requires_grad_()
    losses.triplet_with(mine, a, a.detach().clone()).backward()
    assert torch.isfinite(a.grad).all()
