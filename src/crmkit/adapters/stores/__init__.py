"""Where interactions are kept: ``memory`` is the reference, ``sqlite`` the embedded default."""
