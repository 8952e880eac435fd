#!/usr/bin/env python3
"""Reference losses and logit gradients of every method, by PyTorch's automatic differentiation in double precision.

Written from the formulas of the methods' papers and released code, not from the Swift sources. Run it in this folder
to write objectives.json anew; the tests read that file and need neither Python nor PyTorch.
"""

import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)

VOCABULARY = 5
MAXIMUM_LENGTH = 6
LENGTHS = [3, 2, 4, 2, 1, 3, 2, 4, 3]
GROUPS = [0, 0, 0, 0, 1, 1, 2, 2, 2]
REWARDS = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0]
# log ρ of the tokens, off-policy: inside the range, between 1.2 and 1.28, above, below, and beyond c = 10.
LOG_RATIOS = [0.05, 0.22, 0.4, 2.4, -0.35, 0.1, -0.08, 0.3, -0.5, 0.6, 0.23, 0.02]

TOKENS = sum(LENGTHS)
ROLLOUT = torch.tensor([i for i, n in enumerate(LENGTHS) for _ in range(n)])
POSITION = [t for n in LENGTHS for t in range(n)]
GROUP = torch.tensor([GROUPS[i] for i in ROLLOUT])


def make_batch(seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 1.5 * torch.randn(TOKENS, VOCABULARY, generator=generator)
    reference = logits + 0.4 * torch.randn(TOKENS, VOCABULARY, generator=generator)
    actions = torch.multinomial(logits.softmax(-1), 1, generator=generator).squeeze(1)
    chosen = logits.log_softmax(-1).gather(1, actions[:, None]).squeeze(1)
    shift = torch.tensor([LOG_RATIOS[t % len(LOG_RATIOS)] for t in range(TOKENS)])
    # π_old may not exceed 1: where it would, the ratio is turned round.
    shift = torch.where(chosen - shift > -1e-3, shift.abs(), shift)
    reference_chosen = reference.log_softmax(-1).gather(1, actions[:, None]).squeeze(1)
    return {
        "logits": logits, "actions": actions, "old": chosen - shift, "reference": reference_chosen,
    }


# Advantages, one for each rollout.


def by_group(function):
    rewards = torch.tensor(REWARDS)
    lengths = torch.tensor(LENGTHS, dtype=torch.float64)
    result = torch.zeros_like(rewards)
    for g in sorted(set(GROUPS)):
        rows = torch.tensor([i for i, own in enumerate(GROUPS) if own == g])
        result[rows] = function(rewards[rows], lengths[rows])
    return result


def whiten(values):
    return (values - values.mean()) / (values.std(correction=1) + 1e-8)


ADVANTAGES = {
    "reinforce": lambda: torch.tensor(REWARDS),
    "rloo": lambda: by_group(lambda r, l: (r - r.mean()) * len(r) / (len(r) - 1)),
    "grpo": lambda: by_group(lambda r, l: (r - r.mean()) / (r.std(correction=1) + 1e-6)),
    "grpo-population": lambda: by_group(
        lambda r, l: torch.zeros_like(r) if r.std(correction=0) == 0 else (r - r.mean()) / r.std(correction=0)),
    "dr-grpo": lambda: by_group(lambda r, l: r - r.mean()),
    "opo": lambda: by_group(lambda r, l: r - (l * r).sum() / l.sum()),
    "reinforce++": lambda: whiten(torch.tensor(REWARDS)),
    "reinforce++-baseline": lambda: whiten(by_group(lambda r, l: r - r.mean())),
    "w-reinforce": lambda: torch.tensor([0.1 if r == 1 else -1.0 for r in REWARDS]),
    "psr": lambda: torch.tensor([1.0 if r == 1 else 0.0 for r in REWARDS]),
    "nsr": lambda: torch.tensor([0.0 if r == 1 else -1.0 for r in REWARDS]),
}


# Token rules. Everything they read is detached.


def prefix_states(actions):
    labels, result, start = {}, [], 0
    for i, n in enumerate(LENGTHS):
        for t in range(n):
            key = (GROUPS[i],) + tuple(actions[start:start + t].tolist())
            result.append(labels.setdefault(key, len(labels)))
        start += n
    return result


def covariance(a, logp):
    return (a - a.mean()) * (logp - logp.mean())


def sigmoid_decay(x, floor, steepness, centre):
    return floor + (1 - floor) / (1 + torch.exp(steepness * (x - centre)))


def indicator(a, ratio, low, high):
    return ((a > 0) & (ratio <= 1 + high)) | ((a < 0) & (ratio >= 1 - low))


def published(a, ratio, p, logp, h, low=0.2, high=0.2, alpha=0.2):
    """1 + α (H_max − H)/(H_max − H_min) over the prompt, times f(|ΔH| / max over the position), ΔH exact."""
    lam = p.log() + h[:, None]
    xi = indicator(a, ratio, low, high) * ratio * a
    pa, la = logp.exp(), logp + h
    change = -xi * (pa * la - (p * p * lam).sum(-1))
    boost, ratio_to_largest = torch.ones_like(a), torch.zeros_like(a)
    for t in range(TOKENS):
        mates = GROUP == GROUP[t]
        lowest, highest = h[mates].min(), h[mates].max()
        if a[t] > 0:
            boost[t] = 1 + alpha * (highest - h[t]) / (highest - lowest)
        place = [u for u in range(TOKENS) if GROUP[u] == GROUP[t] and POSITION[u] == POSITION[t]]
        largest = change[place].abs().max()
        ratio_to_largest[t] = change[t].abs() / largest if largest > 0 else 0
    return a * boost * sigmoid_decay(ratio_to_largest, 0.6, 50, 0.9)


def released(a, ratio, logp, h, largest_boost, centre, low=0.2, high=0.28):
    """The released code's factors: all extremes over the micro-batch, ΔH against the response's own mean."""
    value = logp.exp() * (logp + h)
    mean = torch.stack([value[ROLLOUT == i].mean() for i in range(len(LENGTHS))])[ROLLOUT]
    change = (indicator(a, ratio, low, high) * ratio * a * (value - mean)).abs()
    boost = 1 + (largest_boost - 1) * (h.max() - h) / (h.max() - h.min() + 1e-8)
    boost = torch.where(a > 0, boost, torch.ones_like(a))
    return a * boost * sigmoid_decay(change / (change.max() + 1e-8), 0.6, 50, centre)


def state_baseline(actions, logp, p, kappa=1.0):
    """R_i less the mean of the other responses' rewards, weighted by ‖e_a − π‖² in the same state, shrunk by κ."""
    states = prefix_states(actions)
    onehot = torch.nn.functional.one_hot(actions, VOCABULARY)
    weight = ((onehot - p) ** 2).sum(-1)
    result = torch.zeros(TOKENS)
    for t in range(TOKENS):
        i = int(ROLLOUT[t])
        others = [r for j, r in enumerate(REWARDS) if GROUPS[j] == GROUPS[i] and j != i]
        top, bottom = kappa * sum(others) / len(others), kappa
        for u in range(TOKENS):
            if states[u] == states[t] and int(ROLLOUT[u]) != i:
                top, bottom = top + weight[u] * REWARDS[int(ROLLOUT[u])], bottom + weight[u]
        result[t] = REWARDS[i] - top / bottom
    return result


# Aggregations: token losses, and which rollouts are in the batch.


def token_sums(loss, rows):
    return torch.stack([loss[ROLLOUT == i].sum() for i in rows])


def aggregate(loss, rule, rows):
    lengths = torch.tensor([LENGTHS[i] for i in rows], dtype=torch.float64)
    sums = token_sums(loss, rows)
    if rule == "prompt-equal":
        prompts = sorted({GROUPS[i] for i in rows})
        return torch.stack(
            [torch.stack([s for s, i in zip(sums, rows) if GROUPS[i] == g]).mean() for g in prompts]).mean()
    if rule == "rollout-mean":
        return sums.mean()
    if rule == "token-mean":
        return sums.sum() / lengths.sum()
    if rule == "sequence-mean-token-mean":
        return (sums / lengths).mean()
    if rule == "sequence-mean-token-sum-norm":
        return (sums / MAXIMUM_LENGTH).mean()
    raise ValueError(rule)


def case(advantage="rloo", rule=None, clip=(0.2, 0.2, None), aggregation="prompt-equal", entropy=0.0, kl=None,
         drops=False):
    return dict(advantage=advantage, rule=rule, clip=clip, aggregation=aggregation, entropy=entropy, kl=kl,
                drops=drops)


VERL = dict(advantage="grpo", clip=(0.2, 0.2, 10), aggregation="token-mean")
CASES = {
    "rloo": case(),
    "reinforce": case("reinforce", clip=None),
    "grpo": case(**VERL),
    "dr-grpo": case("dr-grpo", aggregation="sequence-mean-token-sum-norm"),
    "opo": case("opo", clip=None, aggregation="rollout-mean"),
    "reinforce++": case(**{**VERL, "advantage": "reinforce++"}),
    "reinforce++-baseline": case(**{**VERL, "advantage": "reinforce++-baseline"}),
    "clip-higher": case(**{**VERL, "clip": (0.2, 0.28, 10)}),
    "entropy-loss": case(**VERL, entropy=0.001),
    "fork-tokens": case(**VERL, rule="fork-tokens"),
    "entropy-advantages": case(**VERL, rule="entropy-advantages"),
    "clip-cov": case(**{**VERL, "clip": (1, 1, None)}, rule="clip-cov"),
    "kl-cov": case(**{**VERL, "clip": None}, rule="kl-cov"),
    "w-reinforce": case(**{**VERL, "advantage": "w-reinforce"}),
    "psr": case(**{**VERL, "advantage": "psr"}, drops=True),
    "nsr": case(**{**VERL, "advantage": "nsr"}, drops=True),
    "dapo": case(**{**VERL, "clip": (0.2, 0.28, 10)}),
    "dynamo": case("grpo", rule="published", clip=(0.2, 0.2, 10)),
    "dynamo-allocation-only": case("grpo", clip=(0.2, 0.2, 10)),
    "dynamo-modulation-only": case("grpo", rule="published", clip=(0.2, 0.2, 10)),
    "dynamo-as-released": case(**{**VERL, "clip": (0.2, 0.28, 10)}, rule="released-6"),
    "dynamo-as-released-allocation-only": case(**{**VERL, "clip": (0.2, 0.28, 10)}),
    "dynamo-as-released-modulation-only": case(**{**VERL, "clip": (0.2, 0.28, 10)}, rule="released-6"),
    "allot": case(),
    "allot-score-aware": case(),
    # Choices that no named method makes.
    "with k1": case(kl=("k1", 0.1)),
    "with k2": case(kl=("k2", 0.1)),
    "with k3": case(kl=("k3", 0.1)),
    "with rollout-mean": case(aggregation="rollout-mean"),
    "with sequence-mean-token-mean": case(aggregation="sequence-mean-token-mean"),
    "with grpo-population": case("grpo-population"),
    "with score-weighted-state-baseline": case(rule="state-baseline"),
    "with modulation-released-5": case(**VERL, rule="released-5"),
    "with entropy": case(entropy=0.05),
    "with dropped rollouts": case("psr", drops=True),
}


def evaluate(batch, choice, on_policy):
    logits = batch["logits"].clone().requires_grad_(True)
    actions = batch["actions"]
    logp_all = logits.log_softmax(-1)
    p = logp_all.exp()
    logp = logp_all.gather(1, actions[:, None]).squeeze(1)
    h = -(p * logp_all).sum(-1)
    old = logp.detach() if on_policy else batch["old"]
    log_ratio = (logp - old).clamp(-20, 20)
    ratio = log_ratio.exp()

    per_rollout = ADVANTAGES[choice["advantage"]]()
    rows = [i for i in range(len(LENGTHS)) if not choice["drops"] or per_rollout[i] != 0]
    a = per_rollout[ROLLOUT]
    keep = torch.ones(TOKENS)
    price = torch.zeros(TOKENS)
    with torch.no_grad():
        rule = choice["rule"]
        if rule == "fork-tokens":
            keep = (h >= torch.quantile(h, 0.8)).double()
        elif rule == "entropy-advantages":
            a = a + torch.minimum(0.4 * h, a.abs() / 2)
        elif rule == "clip-cov":
            cov = covariance(a, logp)
            clipped = (a > 0) & (ratio > 2)
            candidates = [t for t in range(TOKENS) if 1 < cov[t] < 5 and not clipped[t]]
            # One is drawn, so that one candidate leaves nothing to chance.
            assert len(candidates) == 1 and max(int(0.0002 * TOKENS), 1) == 1, candidates
            keep[candidates] = 0
        elif rule == "kl-cov":
            price[covariance(a, logp).argmax()] = 1.0
        elif rule == "published":
            a = published(a, ratio, p, logp, h)
        elif rule == "released-6":
            a = released(a, ratio, logp, h, 1.2, 0.99)
        elif rule == "released-5":
            a = released(a, ratio, logp, h, 1.4, 0.9)
        elif rule == "state-baseline":
            a = state_baseline(actions, logp, p)
        else:
            assert rule is None, rule

    if choice["clip"] is None:
        loss = -a * ratio
    else:
        low, high, dual = choice["clip"]
        loss = torch.maximum(-a * ratio, -a * ratio.clamp(1 - low, 1 + high))
        if dual is not None:
            loss = torch.where(a < 0, torch.minimum(loss, -dual * a), loss)
    token_loss = keep * loss + price * log_ratio.abs()
    if choice["kl"] is not None:
        kind, coefficient = choice["kl"]
        d = logp - batch["reference"]
        token_loss = token_loss + coefficient * {"k1": d, "k2": d * d / 2, "k3": (-d).exp() + d - 1}[kind]
    token_loss = token_loss - choice["entropy"] * h
    total = aggregate(token_loss, choice["aggregation"], rows)
    total.backward()
    return total.item(), logits.grad.tolist()


def is_rich(batch):
    """Whether GRPO's surrogate meets every side of its range, and the covariance rule has one candidate."""
    logp = batch["logits"].log_softmax(-1).gather(1, batch["actions"][:, None]).squeeze(1)
    ratio = (logp - batch["old"]).exp()
    a = ADVANTAGES["grpo"]()[ROLLOUT]
    sides = [(a > 0) & (ratio > 1.2) & (ratio < 1.28), (a > 0) & (ratio > 1.28), (a < 0) & (ratio < 0.8),
             (a < 0) & (ratio > 10), (a < 0) & (ratio > 1.28) & (ratio < 10)]
    if not all(bool(side.any()) for side in sides):
        return False
    cov = covariance(a, logp)
    inside = [t for t in range(TOKENS) if 1 < cov[t] < 5]
    states = prefix_states(batch["actions"])
    shared = len(set(states)) < TOKENS - len(LENGTHS) + len(set(GROUPS))
    return len(inside) == 1 and not (a[inside[0]] > 0 and ratio[inside[0]] > 2) and shared


def main():
    seed = next(seed for seed in range(10_000) if is_rich(make_batch(seed)))
    batch = make_batch(seed)
    starts = [0]
    for n in LENGTHS:
        starts.append(starts[-1] + n)
    cases = []
    for name, choice in CASES.items():
        for policy in ["on", "off"]:
            loss, gradient = evaluate(batch, choice, policy == "on")
            cases.append({"name": name, "policy": policy, "loss": loss, "gradient": gradient})
    document = {
        "generator": f"objectives.py with PyTorch {torch.__version__}, seed {seed}",
        "vocabulary": VOCABULARY, "maximumLength": MAXIMUM_LENGTH, "groups": GROUPS, "starts": starts,
        "rewards": REWARDS, "actions": batch["actions"].tolist(), "logits": batch["logits"].tolist(),
        "sampledLogProbabilities": batch["old"].tolist(),
        "referenceLogProbabilities": batch["reference"].tolist(), "cases": cases,
    }
    text = json.dumps(document, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"')
    Path(__file__).with_name("objectives.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
