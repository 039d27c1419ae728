"""Lifetime value from rates alone, without a log: multiples, retention, Markov chains."""
