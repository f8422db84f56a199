# Written for GNU make 3.81, which macOS still ships. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-stacks test-examples bench bench-peers package lint fmt plan deploy destroy clean

PYTHON := .venv/bin/python
TERRAFORM := $(PYTHON) -m local_aws.terraform
ROOTS := infra $(wildcard examples/*)

help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.complete ## Install the pinned packages into .venv, and Terraform if there is none
	@$(PYTHON) -m local_aws.terraform.installation

run: setup ## Serve infra/ at ws://127.0.0.1:4567/prod; options in ARGS="…"
	@exec $(PYTHON) -m local_aws $(ARGS)

test: setup ## Run the tests, with the coverage that is asked for; or those in ARGS="…" alone
ifeq ($(ARGS),)
	@$(PYTHON) -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	@$(PYTHON) -m scripts.coverage_floors
else
	@$(PYTHON) -m pytest $(ARGS)
endif

test-stacks: setup ## Run the tests that apply a root of their own, and take long for it
	@$(PYTHON) -m pytest --numprocesses 3 --dist loadfile -m stacks

test-examples: setup ## Apply, use and destroy each root of examples/ on a local AWS
	@$(PYTHON) -m pytest --numprocesses 3 -m examples tests/examples

bench: setup ## Measure against boto3 and the targets of docs/performance.md; takes minutes
	@$(PYTHON) -m benchmarks; missed=$$?; $(PYTHON) -m benchmarks.local_aws && exit $$missed

bench-peers: setup ## Measure the local AWS and serverless-offline in turn; needs node and npm
	@$(PYTHON) -m benchmarks.peers

package: setup ## Build dist/lambda.zip; options in ARGS="…"
	@$(PYTHON) scripts/package.py $(ARGS)

lint: setup .tools/checkov/.complete ## Check format, types, Terraform and its security
	@echo '==> ruff' && $(PYTHON) -m ruff check --quiet . && $(PYTHON) -m ruff format --check --quiet .
	@echo '==> mypy' && $(PYTHON) -m mypy
	@echo '==> terraform fmt' && $(TERRAFORM) fmt -check -recursive .
	@echo '==> terraform validate' && $(PYTHON) -m scripts.validate $(ROOTS)
	@echo '==> reference of the modules' && $(PYTHON) -m scripts.module_reference --check
	@echo '==> checkov' && .tools/checkov/bin/checkov --directory infra --framework terraform \
		--compact --quiet --skip-download

fmt: setup ## Bring Python and Terraform files into their format
	@$(PYTHON) -m ruff check --fix --quiet . ; $(PYTHON) -m ruff format --quiet .
	@$(TERRAFORM) fmt -recursive .
	@$(PYTHON) -m scripts.module_reference

plan: setup ## Show what deploy would change in the AWS account of your credentials
	@$(PYTHON) -m scripts.deploy plan

deploy: setup ## Apply infra/ to the AWS account of your credentials; asks first
	@$(PYTHON) -m scripts.deploy deploy

destroy: setup ## Remove from that account what deploy made; asks first
	@$(PYTHON) -m scripts.deploy destroy

clean: ## Remove what these commands made here, but never Terraform's state
	@rm -rf .venv .tools .cache dist htmlcov .coverage .coverage.* \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.complete: requirements-dev.txt scripts/create_environment.sh
	@scripts/create_environment.sh .venv requirements-dev.txt

.tools/checkov/.complete: requirements-checkov.txt scripts/create_environment.sh
	@mkdir -p .tools && scripts/create_environment.sh .tools/checkov requirements-checkov.txt
