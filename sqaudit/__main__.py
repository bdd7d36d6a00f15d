"""`python -m sqaudit` is the command `sqaudit`."""

from sqaudit.cli import main

if __name__ == "__main__":
    main()
