# Hermes. `make` alone lists what can be asked. Needs make, Python 3.11 or newer, and nothing else.

PORT ?= 8000
ARGS ?=
PY := .venv/bin/python
APPS := accounts analysis audit config exports hermes_client monitoring outcomes randomization safety trial
CHROMIUM := $(shell command -v chromium-headless-shell || command -v chromium || \
	command -v chromium-browser || command -v google-chrome)

# Compiled once, not by each of the processes that web, worker, beat and the tests start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv run test check bench codebook backup restore-drill lock

help: ## List what can be asked
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
	while IFS='|' read -r target says; do printf '%-22s %s\n' "$$target" "$$says"; done

venv: ## Make .venv from requirements.lock, again when the lock changed
	@sh deploy/venv.sh

run: venv ## Serve Hermes with the demo trial at http://127.0.0.1:8000/ (PORT=8080 for another port)
	-@$(PY) -m compileall -q -j 0 $(APPS)
	@exec $(PY) -m config.supervisor --port '$(PORT)'

test: venv ## Run every test, the journeys in a real Chromium included (ARGS="tests/trial -x" for some)
	-@$(PY) -m compileall -q -j 0 $(APPS)
ifeq ($(CHROMIUM),)
	@echo '***************************************************************************' >&2
	@echo '*** NO CHROMIUM HERE: the browser journeys are NOT run.                 ***' >&2
	@echo '*** Install it (Debian and Ubuntu: apt-get install chromium) and repeat. ***' >&2
	@echo '***************************************************************************' >&2
	$(PY) -m pytest -n auto --dist loadfile -m 'not journey' $(ARGS)
else
	$(PY) -m pytest -n auto --dist loadfile $(ARGS)
endif

check: venv ## Check style, types, import rules, templates, migrations and generated documents
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(APPS) tests manage.py
	.venv/bin/lint-imports
	find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	$(PY) -W 'ignore:Got an error checking:RuntimeWarning' manage.py makemigrations --check --dry-run
	$(PY) manage.py codebook --check
	$(PY) manage.py traceability --check
	$(PY) -m bandit --quiet --recursive --severity-level medium $(APPS)

bench: venv ## Measure pages, a data cut and the seal on a demo trial of its own (ARGS="--rows 1000000")
	@$(PY) -m config.bench $(ARGS)

codebook: venv ## Write docs/codebook/ and docs/traceability.md anew
	$(PY) manage.py codebook
	$(PY) manage.py traceability

backup: venv ## Back up database and data cuts to var/backups/, with hashes and counts
	@$(PY) -m config.backup

restore-drill: venv ## Prove that the newest backup restores: into a scratch database, counts compared
	@$(PY) -m config.restore_drill $(ARGS)

lock: venv ## Compile requirements.lock from pyproject.toml, hashes included
	$(PY) -m uv pip compile pyproject.toml --quiet --upgrade --extra dev --universal \
		--python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" --output-file requirements.lock
