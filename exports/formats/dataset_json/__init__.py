"""CDISC Dataset-JSON 1.1: one data set a file, its variables described before its rows.

``layout`` writes the standard's own form, for any data set; ``tables`` gives it those of the cut.
"""
