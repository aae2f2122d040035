"""Hypothesis strategies for plans and their parts; public, documented, and made to be composed.

Each draws the boring first, so that what is shown of a failure is boring but for what matters.
"""
