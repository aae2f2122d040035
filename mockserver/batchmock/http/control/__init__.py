"""The control plane, ``/_emulator/``: clock, scenario, history, truth and the whole of a workspace."""
