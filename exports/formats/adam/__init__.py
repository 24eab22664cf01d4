"""ADaM (implementation guide 1.3) from the frozen tables of a cut: pure builders and their files.

ADSL, ADAE, ADTTE and one set a scale. Their values are those of the SDTM domains of the same cut:
a parameter has the code that its test has there.
"""
