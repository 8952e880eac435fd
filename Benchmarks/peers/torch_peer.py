#!/usr/bin/env python3
"""The trainer's benchmark in PyTorch: the same model, the same batch, the same rollouts.

Usage: torch_peer.py check FOLDER                                   compares with what `AllotBenchmarks training check` wrote
       torch_peer.py fastest FOLDER THREADS                         the fastest form of attention for training and for sampling
       torch_peer.py measure FOLDER THREADS FORM FORM [compiled]    seconds for one training step and for 64 and 512 rollouts of
                                                                    32 tokens; FORM for training and for sampling

The model is written for speed in eager mode: queries, keys and values are one product, gate and up another, RMSNorm and
attention are PyTorch's own functions, AdamW is the fused one. Forms of attention: `grouped` (enable_gqa), `expanded` (keys and
values repeated for the heads that share them), `products` (matrix products and softmax). The key-value cache is allocated once;
a prompt goes through the model once, and its keys and values are copied to its rollouts. Of each token the log-probability is
recorded; with `statistics` the entropy and the two sums that allot records as well.
Prints: training,torch,FORMULATION,WORK,,THREADS,TOKENS,WALL,PROCESSOR (seconds, medians over steps or calls)
"""

import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

V, D, INNER, LAYERS, HEADS, SHARED_HEADS = 40, 128, 384, 2, 4, 2
WIDTH, EPSILON, BASE, POSITIONS = D // HEADS, 1e-5, 10_000.0, 128
KEYS = SHARED_HEADS * WIDTH
LENGTH, PROMPT, GROUP, LEARNING_RATE, WARM_UP = 32, 8, 8, 1e-3, 3
FORMS = ("grouped", "expanded", "products")


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(D))

    def forward(self, x):
        return F.rms_norm(x, (D,), self.weight, EPSILON)


def rotate(x, cosines, sines):
    first, second = x[..., : WIDTH // 2], x[..., WIDTH // 2 :]
    return torch.cat((first * cosines - second * sines, second * cosines + first * sines), -1)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_norm, self.inner_norm = Norm(), Norm()
        self.query_key_value = nn.Linear(D, D + 2 * KEYS, bias=False)
        self.attention_output = nn.Linear(D, D, bias=False)
        self.gate_up = nn.Linear(D, 2 * INNER, bias=False)
        self.down = nn.Linear(INNER, D, bias=False)

    def projected(self, x, cosines, sines):
        rows, length, _ = x.shape
        q, k, v = self.query_key_value(self.input_norm(x)).split([D, KEYS, KEYS], -1)
        q = rotate(q.view(rows, length, HEADS, WIDTH).transpose(1, 2), cosines, sines)
        k = rotate(k.view(rows, length, SHARED_HEADS, WIDTH).transpose(1, 2), cosines, sines)
        return q, k, v.view(rows, length, SHARED_HEADS, WIDTH).transpose(1, 2)

    def finished(self, x, attended):
        rows, length, _ = x.shape
        x = x + self.attention_output(attended.transpose(1, 2).reshape(rows, length, D))
        gate, up = self.gate_up(self.inner_norm(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


def attend(form, q, k, v, mask=None, causal=False):
    """Attention of q [rows, heads, new, width] with k and v [rows, shared heads, length, width]."""
    if form == "grouped":
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, enable_gqa=True)
    share = HEADS // SHARED_HEADS
    if form == "expanded":
        k, v = (x.repeat_interleave(share, dim=1) for x in (k, v))
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
    rows, _, new, _ = q.shape
    # The heads that share keys are more queries of the same keys.
    q = q.reshape(rows, SHARED_HEADS, share * new, WIDTH)
    scores = (q @ k.transpose(-1, -2)) * WIDTH**-0.5
    if causal:
        mask = torch.ones(new, new, dtype=torch.bool).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask.expand(new, -1).repeat(share, 1), -torch.inf)
    return (torch.softmax(scores, -1) @ v).reshape(rows, HEADS, new, WIDTH)


class Model(nn.Module):
    def __init__(self, form):
        super().__init__()
        self.form = form
        self.embedding = nn.Embedding(V, D)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm()
        angles = torch.arange(POSITIONS, dtype=torch.float64)[:, None] * BASE ** (
            -2 * torch.arange(WIDTH // 2, dtype=torch.float64) / WIDTH
        )
        self.register_buffer("cosines", angles.cos().float())
        self.register_buffer("sines", angles.sin().float())

    def logits(self, x):
        return F.linear(self.norm(x), self.embedding.weight)

    def forward(self, tokens):
        x = self.embedding(tokens)
        cosines, sines = self.cosines[: tokens.shape[1]], self.sines[: tokens.shape[1]]
        for layer in self.layers:
            x = layer.finished(x, attend(self.form, *layer.projected(x, cosines, sines), causal=True))
        return self.logits(x)

    def fill(self, prompts, caches):
        """Runs the prompts, writes their keys and values to all their rollouts, returns the last logits of each rollout."""
        x = self.embedding(prompts)
        length = prompts.shape[1]
        for layer, (keys, values) in zip(self.layers, caches):
            q, k, v = layer.projected(x, self.cosines[:length], self.sines[:length])
            share = keys.shape[0] // prompts.shape[0]
            keys[:, :, :length] = k.repeat_interleave(share, dim=0)
            values[:, :, :length] = v.repeat_interleave(share, dim=0)
            x = layer.finished(x, attend(self.form, q, k, v, causal=True))
        return self.logits(x[:, -1:]).squeeze(1).repeat_interleave(share, dim=0)

    def decode(self, tokens, position, caches):
        """One more token of each rollout, at a position that is the same for all."""
        x = self.embedding(tokens)[:, None]
        cosines, sines = self.cosines[position : position + 1], self.sines[position : position + 1]
        for layer, (keys, values) in zip(self.layers, caches):
            q, k, v = layer.projected(x, cosines, sines)
            keys[:, :, position : position + 1] = k
            values[:, :, position : position + 1] = v
            attended = attend(self.form, q, keys[:, :, : position + 1], values[:, :, : position + 1])
            x = layer.finished(x, attended)
        return self.logits(x).squeeze(1)

    def decode_masked(self, tokens, position, caches):
        """The same with the position as a tensor and shapes that never change, as the compiler likes it."""
        x = self.embedding(tokens)[:, None]
        cosines, sines = self.cosines.index_select(0, position), self.sines.index_select(0, position)
        mask = (torch.arange(caches[0][0].shape[2]) <= position)[None]
        for layer, (keys, values) in zip(self.layers, caches):
            q, k, v = layer.projected(x, cosines, sines)
            keys.index_copy_(2, position, k)
            values.index_copy_(2, position, v)
            x = layer.finished(x, attend(self.form, q, keys, values, mask=mask))
        return self.logits(x).squeeze(1)


# In the order of the file of weights: where each lies in the model, and the rows it takes of a stacked matrix.
def places(model):
    yield model.embedding.weight, slice(None)
    for layer in model.layers:
        yield layer.input_norm.weight, slice(None)
        yield layer.query_key_value.weight, slice(0, D)
        yield layer.query_key_value.weight, slice(D, D + KEYS)
        yield layer.query_key_value.weight, slice(D + KEYS, D + 2 * KEYS)
        yield layer.attention_output.weight, slice(None)
        yield layer.inner_norm.weight, slice(None)
        yield layer.gate_up.weight, slice(0, INNER)
        yield layer.gate_up.weight, slice(INNER, 2 * INNER)
        yield layer.down.weight, slice(None)
    yield model.norm.weight, slice(None)


def load(folder, name, kind):
    return torch.from_numpy(np.fromfile(folder / name, dtype=kind))


def load_model(folder, form):
    model = Model(form)
    numbers, start = load(folder, "parameters.f32", "<f4"), 0
    with torch.no_grad():
        for tensor, rows in places(model):
            part = tensor[rows]
            part.copy_(numbers[start : start + part.numel()].view_as(part))
            start += part.numel()
    assert start == len(numbers), f"the model has {start} weights, the file {len(numbers)}"
    return model


class Stepper:
    def __init__(self, folder, form, compiled=False):
        self.model = load_model(folder, form)
        self.tokens = load(folder, "tokens.i32", "<i4").long().view(-1, LENGTH)
        self.actions = load(folder, "actions.i32", "<i4").long()
        self.forward = torch.compile(self.loss) if compiled else self.loss
        self.parameters = list(self.model.parameters())
        self.optimiser = torch.optim.AdamW(self.parameters, lr=LEARNING_RATE, weight_decay=0.0, fused=True)

    def loss(self):
        return F.cross_entropy(self.model(self.tokens).view(-1, V), self.actions)

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.forward()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        return loss, norm


class Sampler:
    def __init__(self, folder, form, count, compiled=False, statistics=False):
        self.model = load_model(folder, form)
        self.count, self.statistics = count, statistics
        prompts = count // GROUP
        self.prompts = load(folder, "actions.i32", "<i4").long()[: prompts * PROMPT].view(prompts, PROMPT)
        # The last token is drawn, not fed.
        shape = (count, SHARED_HEADS, PROMPT + LENGTH - 1, WIDTH)
        self.caches = [(torch.zeros(shape), torch.zeros(shape)) for _ in range(LAYERS)]
        self.compiled = torch.compile(self.next_token, dynamic=False) if compiled else None

    def draw(self, logits):
        log_probabilities = torch.log_softmax(logits, -1)
        probabilities = log_probabilities.exp()
        tokens = torch.multinomial(probabilities, 1)
        record = [log_probabilities.gather(1, tokens).squeeze(1)]
        if self.statistics:
            squares = probabilities * probabilities
            record += [
                -(probabilities * log_probabilities).sum(-1),
                squares.sum(-1),
                (squares * log_probabilities).sum(-1),
            ]
        return tokens.squeeze(1), record

    def next_token(self, tokens, position):
        return self.draw(self.model.decode_masked(tokens, position, self.caches))

    @torch.inference_mode()
    def sample(self):
        tokens, records = [], []

        def keep(drawn):
            tokens.append(drawn[0])
            records.append(drawn[1])

        keep(self.draw(self.model.fill(self.prompts, self.caches)))
        for position in range(PROMPT, PROMPT + LENGTH - 1):
            if self.compiled:
                keep(self.compiled(tokens[-1], torch.tensor([position])))
            else:
                keep(self.draw(self.model.decode(tokens[-1], position, self.caches)))
        return torch.stack(tokens, 1), [torch.stack(kind, 1) for kind in zip(*records)]


def timed(work, count):
    for _ in range(WARM_UP):
        work()
    wall, processor = [], []
    for _ in range(count):
        start, processor_start = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - processor_start)
    return float(np.median(wall)), float(np.median(processor)), min(processor)


def check(folder):
    """Fails unless loss, gradient, training and sampling agree with what allot computed from the same weights."""
    loss, norm, after = map(float, (folder / "numbers.txt").read_text().split())
    gradient = load(folder, "gradient.f32", "<f4")
    faults = []

    def compare(what, difference, limit):
        print(f"  {what}: {difference:.2g}, allowed {limit:.2g}", file=sys.stderr)
        if not difference <= limit:
            faults.append(what)

    for form in FORMS:
        stepper = Stepper(folder, form)
        own = stepper.loss()
        own.backward()
        compare(f"{form}: difference of the loss {own.item():.6f}", abs(own.item() - loss), 1e-4)
        flat = torch.cat([tensor.grad[rows].reshape(-1) for tensor, rows in places(stepper.model)])
        compare(f"{form}: largest difference of the gradient, of its norm", (flat - gradient).abs().max().item() / norm, 1e-4)
        compare(f"{form}: relative difference of the norm", abs(flat.norm().item() / norm - 1), 1e-4)
        for _ in range(3):
            stepper.step()
        compare(f"{form}: difference of the loss after 3 steps", abs(stepper.loss().item() - after), 1e-4)

    prompts = load(folder, "prompts.i32", "<i4").long().view(-1, PROMPT)
    responses = load(folder, "responses.i32", "<i4").long().view(-1, LENGTH)
    given = load(folder, "log-probabilities.f32", "<f4").view(-1, LENGTH)
    entropies = load(folder, "entropies.f32", "<f4").view(-1, LENGTH)
    for form in FORMS:
        for masked in (False, True):
            sampler = Sampler(folder, form, len(responses))
            assert torch.equal(sampler.prompts, prompts), "the prompts differ"
            with torch.inference_mode():
                logits = [sampler.model.fill(prompts, sampler.caches)]
                for place in range(LENGTH - 1):
                    position = PROMPT + place
                    decode = sampler.model.decode_masked if masked else sampler.model.decode
                    where = torch.tensor([position]) if masked else position
                    logits.append(decode(responses[:, place], where, sampler.caches))
                all_log = torch.log_softmax(torch.stack(logits, 1), -1)
            own = all_log.gather(2, responses[:, :, None]).squeeze(2)
            name = f"{form}{', masked' if masked else ''}: largest difference of "
            compare(name + "a log-probability of allot's rollouts", (own - given).abs().max().item(), 1e-4)
            compare(name + "an entropy", (-(all_log.exp() * all_log).sum(-1) - entropies).abs().max().item(), 1e-4)
    if faults:
        sys.exit("torch_peer.py: not the same model: " + "; ".join(faults))


def main():
    mode, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if mode == "check":
        return check(folder)
    threads = int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if mode == "fastest":
        # By the smallest processor time on one thread, the median wall time on several.
        # Prints the two forms and the two times in milliseconds.
        best = []
        milliseconds = []
        for make, count in ((lambda form: Stepper(folder, form).step, 10), (lambda form: Sampler(folder, form, 64).sample, 4)):
            times = {form: timed(make(form), count)[2 if threads == 1 else 0] for form in FORMS}
            best.append(min(times, key=times.get))
            milliseconds.append(f"{1e3 * min(times.values()):.2f}")
            print(f"{threads} threads: " + ", ".join(f"{form} {1e3 * t:.1f} ms" for form, t in times.items()), file=sys.stderr)
        print(*best, *milliseconds)
        return
    step_form, sample_form, compiled = sys.argv[4], sys.argv[5], "compiled" in sys.argv[6:]

    def report(kind, what, tokens, work, count):
        wall, processor, _ = timed(work, count)
        print(f"training,torch,{kind},{what},,{threads},{tokens},{wall:.6g},{processor:.6g}", flush=True)

    kind = "compiled" if compiled else "eager"
    report(f"{kind}; {step_form}", "step", 64 * LENGTH, Stepper(folder, step_form, compiled).step, 20)
    for rollouts, count in ((64, 10), (512, 3)):
        for statistics in (False,) if compiled else (False, True):
            work = Sampler(folder, sample_form, rollouts, compiled, statistics).sample
            name = f"{kind}{' with all statistics' if statistics else ''}; {sample_form}"
            report(name, f"sample-{rollouts}", rollouts * LENGTH, work, count)


main()
