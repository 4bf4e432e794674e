"""``python -m kg`` is ``kg``."""

from kg.faces.cli import main

main()
