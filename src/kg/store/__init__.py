"""The embedded and the remote store, query results and their formats, and the checks and limits of user queries."""
