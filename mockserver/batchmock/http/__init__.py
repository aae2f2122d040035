"""The emulator over HTTP: routes, headers, error envelopes and the control plane."""
