"""Fitting: the most likely parameters of a model, how sure they are, and what keeps them unsure.

Needs the extra ``models``; the models themselves do not.
"""
