"""The one error of the statistics module."""


class CutRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A cut, a server answer or an output folder this module will not work with.

    The message is one sentence for the statistician: what is wrong and where. The command line
    prints it and ends with exit code 2.
    """
