"""From figures to pages: the state of a base as a value, as plain data, in a terminal."""
