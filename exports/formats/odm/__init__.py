"""CDISC ODM-XML 1.3.2: the trial's forms as metadata, and every table of the cut as clinical data.

``keys`` says under which event, form and group a row stands; ``metadata``, ``admin`` and
``clinical`` write the three parts of the file; ``trail`` reads who entered and changed what.
"""
