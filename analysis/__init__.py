"""The statistics module: reads a frozen data cut and writes the trial's report.

It stands alone: no Django, no database, no other package of the project. Its only input is a
data cut whose hashes match its manifest, so that every number can be traced to one file.
"""
