"""Questions from outside, answered by confined processes that hold the graph; web and agents stand on it."""
