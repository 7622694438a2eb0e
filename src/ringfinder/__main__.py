"""`python -m ringfinder` runs the command line."""

from ringfinder.cli.app import main

if __name__ == "__main__":
    main()
