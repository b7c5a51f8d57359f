"""The parts of `tools/bench_training.py`."""
