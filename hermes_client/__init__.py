"""A small client of the Hermes REST API: data cuts, their datasets and their codebook.

Standard library only: copy the folder, or put it on the path, and ::

    from hermes_client import Client

    hermes = Client("https://trial.example.org", token)
    cut = hermes.newest(blinded=True)
    scores = list(hermes.rows(cut, "nihss", visit=["V0", "M6"]))
"""

from hermes_client.client import Client
from hermes_client.errors import (
    Altered,
    CutNotMade,
    HermesError,
    Problem,
    Unreachable,
    Unreadable,
)
from hermes_client.models import Changes, Code, Cut, CutFile, Dataset, Variable

__all__ = [
    "Altered",
    "Changes",
    "Client",
    "Code",
    "Cut",
    "CutFile",
    "CutNotMade",
    "Dataset",
    "HermesError",
    "Problem",
    "Unreachable",
    "Unreadable",
    "Variable",
]
