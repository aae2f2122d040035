"""The mutants, a module a family; they know the base client by its labels and its text alone."""
