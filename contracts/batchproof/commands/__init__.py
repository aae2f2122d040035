"""The commands of the contract suite, a module each."""
