"""Parse → call → print: the shell, drawings and exports; nothing is computed here."""
