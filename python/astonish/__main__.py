"""``python -m astonish`` is the command ``astonish``."""

from astonish.cli import main

if __name__ == "__main__":
    main()
