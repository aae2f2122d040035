"""The facts of docs/fidelity.md, each shown over a real socket."""
