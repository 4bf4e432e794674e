"""A site: every page of the server as a file, with relative links, for any static host and for ``file://``.

``making`` asks workers for one page after the other; ``tasks`` is what a worker does: it asks the routes of
:mod:`kg.faces.web` for the page in both languages; ``links`` makes its links relative; ``sitemap`` says which file a page is;
``own`` has the pages that only a site has; ``folder`` replaces an older site at once. Nothing of a site asks a server: search
and SPARQL run in the reader's browser, and the answers of saved queries are made beforehand.
"""
