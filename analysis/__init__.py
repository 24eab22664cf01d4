"""The statistics module: reads a frozen data cut and writes the trial's report.

It stands alone: no Django, no database, no other package of the project. Its only input is a
data cut whose hashes match its manifest, so that every number can be traced to one file.
"""

import os

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""The matrices are tiny: threads would only wait for one another. Read when numpy is loaded."""

for _name in ONE_THREAD:
    os.environ.setdefault(_name, "1")
