"""Charts of figures as SVG of our own: ``bars`` draws the figures of one group, ``marks`` the parts of a bar and the legend.

A chart needs no script, and its widths are shares of the place that it gets, so that one chart fits a telephone and a desk.
Colours are attributes that the style sheet of the pages replaces (``static/style.css``, section *charts of figures*), since
the pages' policy allows no styles inside the image; in a file of its own the attributes hold.
"""
