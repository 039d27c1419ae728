"""Long runs that try to break a store: killed loads, crowds of writers, shuffled and hostile input.

Each trial is a function of a place (where stores live) and a size (how long to try), and
returns an ``Outcome``: what it did, counted, and what it found wrong. Nothing found is the
promise kept. Trials run in a process of their own (see ``running``), so that they may fork,
kill and limit themselves.
"""
