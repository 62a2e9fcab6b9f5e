# One line each; what they do is in ops/.
PYTHON ?= python3
.PHONY: run test lint types bench
run:   ; @exec $(PYTHON) -m ops.bootstrap
test:  ; @exec $(PYTHON) -m ops.test
lint:  ; @exec $(PYTHON) -m ops.test lint
types: ; @exec $(PYTHON) -m ops.test types
bench: ; @exec $(PYTHON) -m ops.bench
