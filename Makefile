# The two commands of the README are `make verify` and `make test`; both install what is missing first.
.PHONY: verify test lint bench comparison arena arena-sensitivity rivals reference setup build clean

export ALLOT_COMMIT := $(shell git rev-parse HEAD 2>/dev/null)
ALLOT = .build/release/allot
PRESET ?= standard
SHARED ?= ../shared/data/smollm2-arithmetic
COMPARISON ?= out-comparison
ARENA ?= out-arena
RIVALS ?= out-rivals
RULES = dynamo-rule,dynamo-as-released-rule,root-jeffreys,score-aware,knapsack,hora,coba-rl,gvm,vip,vip-features,duet,duet-abort,reinforce-ada-balanced,reinforce-ada-positive,ar3po,ar3po-reuse-gradient,speed-rl,dapo-rule,dapo-single,greso,pcl,pcl-memory,lilo,difficulty-band,prefix-sampling,prefix-controller,prerl,prerl-nsr,dsrl,allot-two-stage,allot-two-stage-tokens,allot-steered,allot-steered-tokens

verify: build
	$(ALLOT) verify --preset $(PRESET) --rollouts Samples/smollm2-arithmetic/rollouts.jsonl \
	  --vocabulary 49152 --output out
	$(ALLOT) audit Samples/smollm2-arithmetic/rollouts.jsonl Samples/smollm2-arithmetic/gram.jsonl \
	  Samples/smollm2-arithmetic/prompts.csv --output out-audit
	@echo "Open out/report.html and out-audit/report.html"

test: setup
	swift build --build-tests
	swift test --skip-build

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks

bench: build
	Benchmarks/run

# The experiment behind dynamo-trains-better: every method of the table with ten seeds; about half an hour on two idle cores. Goes on where it was interrupted.
comparison: build
	$(ALLOT) compare --config runs/reference.yaml --seeds 10 --output "$(COMPARISON)"

# Every rollout rule on every simulated world and on the real rollouts, at equal rollouts and at equal tokens; about a quarter of an hour on two idle cores.
arena: build
	$(ALLOT) arena --world all --from "$(SHARED)/rollouts.jsonl" --from "$(SHARED)/gram.jsonl" --equal-tokens --output "$(ARENA)"

# What the arena's order survives: bolder and more timid steps, no score norms, more prompts; some six minutes.
SENSITIVITY = $(ALLOT) arena --world even,hard,coupled --seeds 3 --replicates 0
arena-sensitivity: build
	@mkdir -p "$(ARENA)-sensitivity"
	$(SENSITIVITY) --stiffness 0.1 --output "$(ARENA)-sensitivity/bold"
	$(SENSITIVITY) --stiffness 1 --output "$(ARENA)-sensitivity/timid"
	$(SENSITIVITY) --without-scores --output "$(ARENA)-sensitivity/without-scores"
	$(SENSITIVITY) --prompts 8192 --budget 1600000 --output "$(ARENA)-sensitivity/large"

# Every rollout rule in the trainer, five seeds; about a quarter of an hour on two idle cores.
rivals: build
	$(ALLOT) compare --config runs/rivals.yaml --methods grpo,rloo,$(RULES) --crossed grpo --seeds 5 --output "$(RIVALS)"

# The frozen run under notebooks-export/: every claim at the standard preset, and the audit of the full set of real rollouts.
reference: build
	Scripts/reference "$(SHARED)" "$(wildcard $(COMPARISON))" "$(wildcard $(ARENA))" "$(wildcard $(RIVALS))"

setup:
	@Scripts/setup

build: setup
	swift build -c release --product allot

clean:
	rm -rf .build out
