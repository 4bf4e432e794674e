"""Asserted quads → checked, closed, audited, written: the only room that makes a store."""
