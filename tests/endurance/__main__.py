"""The long runs, by one command: ``python tests/endurance``; ``--help`` says more."""

from trials.running import main

if __name__ == "__main__":
    main()
