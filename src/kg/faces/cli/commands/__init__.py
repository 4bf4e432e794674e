"""The commands, a file each; the name of the file is that of the command."""
