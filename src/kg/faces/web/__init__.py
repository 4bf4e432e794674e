"""The read-only HTTP server: SPARQL 1.1 Protocol, saved queries, pages of things.

A request passes through ``middleware`` (access checks, cache, log), ``app`` (routes) and :mod:`kg.service`, to a task of
``tasks`` in a worker process. The server process itself evaluates no query and renders no page.
"""
