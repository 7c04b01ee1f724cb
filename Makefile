# run    set up, load the sample data into an empty ledger, serve on 127.0.0.1 (PORT=8000)
# setup  the same without serving
# test   every check and every test; REQUIRE=all fails where a suite cannot run
# bundle one archive for a machine without network, into dist/; bundle-test installs it in one
# attack  a throw-away ledger, attacked by our own tests, wapiti and sqlmap (MINUTES=10)
# lock    requirements*.in -> requirements*.txt with the hashes of every package
# faults  every write killed at each step, on both databases (KILLS=n a write)
# load    a Monday morning: MINUTES=10 RECORDINGS=3000; cluster: two nodes, pooler, primary, replica
# s3      the tests of evidence in a bucket
# bench   times of the pages beside a floor (SIZE=city, province, national, decade)
# More: demo-password, fmt, catalogue, corpus (FAZHI_CORPUS=folder), room NAME=meetings

PYTHON ?= python3
PY := .venv/bin/python
DEMO ?= 1

.PHONY: run setup test demo-password fmt catalogue corpus bench faults bundle bundle-test attack lock load cluster s3 room venv venv-dev

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
	@$(PY) -m bench.run && $(PY) -m bench.chart

bundle: venv
	@$(PY) -m tools.bundle

bundle-test: venv-dev
	@DJANGO_SETTINGS_MODULE=config.settings_test BUNDLE=1 $(PY) -m pytest -q -n 0 -s tests/bundle

attack: venv-dev
	@$(PY) -m tools.attack

lock:
	@$(PYTHON) tools/lock.py

faults: venv-dev
	@$(PY) -m tests.faults $(if $(KILLS),--kills $(KILLS))

load: venv
	@cmp -s tests/load/requirements.txt var/load/requirements.txt || { \
		$(PYTHON) -m venv --clear var/load && \
		var/load/bin/pip install --quiet --disable-pip-version-check -r tests/load/requirements.txt && \
		cp tests/load/requirements.txt var/load/; }
	@$(PY) -m tests.load.run

cluster: venv
	@$(PY) -m tests.cluster.run

# In a folder of its own: botocore wants another python-dateutil than requirements.txt pins.
s3: venv-dev
	@cat requirements-s3.txt tests/storage/requirements.txt | cmp -s - var/s3/installed.txt || { \
		rm -rf var/s3 && $(PY) -m pip install --quiet --disable-pip-version-check --no-deps \
		--target var/s3 -r requirements-s3.txt -r tests/storage/requirements.txt && \
		cat requirements-s3.txt tests/storage/requirements.txt > var/s3/installed.txt; }
	@PYTHONPATH=var/s3 DJANGO_SETTINGS_MODULE=config.settings_test \
		$(PY) -m pytest -q -n 0 --nomigrations tests/storage

room:
	@git ls-files | grep -E "(^|/)(test_)?$(NAME)(\.py$$|/)"

# The copy of each list inside .venv says what is installed; pip runs only when they differ.
venv:
	@$(PY) -c "" 2>/dev/null || $(PYTHON) -m venv --clear .venv || \
		{ echo "Python 3.11 with venv is needed: apt-get install python3-venv" >&2; exit 1; }
	@cmp -s requirements.txt .venv/requirements.txt || { echo "安装 requirements.txt ……"; \
		$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt \
		&& cp requirements.txt .venv/requirements.txt; }

venv-dev: venv
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt || { echo "安装 requirements-dev.txt ……"; \
		$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt \
		&& cp requirements-dev.txt .venv/requirements-dev.txt; }
