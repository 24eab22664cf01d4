"""Argon2 at its lowest cost: the same format as in production, without the wait."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """For the people of the tests only: their passwords are in the tests."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
