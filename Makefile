# One line each; what they do is in ops/.
PYTHON ?= python3
.PHONY: run test coverage lint types bench new-network
run:   ; @exec $(PYTHON) -m ops.bootstrap
test:  ; @exec $(PYTHON) -m ops.test
coverage: ; @exec $(PYTHON) -m ops.test coverage
lint:  ; @exec $(PYTHON) -m ops.test lint
types: ; @exec $(PYTHON) -m ops.test types
bench: ; @exec $(PYTHON) -m ops.bench
new-network: ; @exec $(PYTHON) -m ops.new_network $(NAME)
