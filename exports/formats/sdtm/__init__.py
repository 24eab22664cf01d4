"""SDTM (implementation guide 3.4) from the frozen tables of a cut.

Each domain is a declaration and a pure function from one participant to the rows about them; the
trial's own design comes from the protocol's declaration. ``writing`` puts them into files.
"""
