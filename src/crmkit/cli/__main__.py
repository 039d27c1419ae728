"""``python -m crmkit.cli`` runs the command line."""

from crmkit.cli import main

main()
