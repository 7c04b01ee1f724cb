# run    set up, load the sample data into an empty ledger, serve on 127.0.0.1 (PORT=8000)
# setup  the same without serving
# test   every check and every test; REQUIRE=all fails where a suite cannot run
# More: demo-password, fmt, catalogue, corpus (FAZHI_CORPUS=folder), bench, room NAME=meetings

PYTHON ?= python3
PY := .venv/bin/python
DEMO ?= 1

.PHONY: run setup test demo-password fmt catalogue corpus bench room venv venv-dev

run: venv
	@DEMO=$(DEMO) exec $(PY) tools/serve.py

setup: venv
	@DEMO=$(DEMO) $(PY) tools/serve.py --prepare

demo-password: venv
	@DEMO=$(DEMO) $(PY) manage.py demo_password

test: venv-dev
	@$(PY) tools/check.py

fmt: venv-dev
	@$(PY) -m ruff check --fix-only --quiet . ; $(PY) -m ruff format .

catalogue: venv-dev
	@$(PY) tools/catalogue.py

corpus: venv
	@$(PY) -m tools.corpus

bench: venv
	@$(PY) -m bench.run

room:
	@git ls-files | grep -E "(^|/)(test_)?$(NAME)(\.py$$|/)"

# The copy of each list inside .venv says what is installed; pip runs only when they differ.
venv:
	@$(PY) -c "" 2>/dev/null || $(PYTHON) -m venv --clear .venv || \
		{ echo "Python 3.11 with venv is needed: apt-get install python3-venv" >&2; exit 1; }
	@cmp -s requirements.txt .venv/requirements.txt || { echo "安装 requirements.txt ……"; \
		$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt \
		&& cp requirements.txt .venv/requirements.txt; }

venv-dev: venv
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt || { echo "安装 requirements-dev.txt ……"; \
		$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt \
		&& cp requirements-dev.txt .venv/requirements-dev.txt; }
