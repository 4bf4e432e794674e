"""Citations: what is cited (:mod:`cited`), the works it is in (:mod:`works`), and the reference styles (:mod:`styles`)."""
