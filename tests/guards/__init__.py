"""Guards over the whole tree: each is a function from a tree to what is wrong in it.

tests/test_architecture.py runs them on the project; the tests beside them prove that each bites.
"""
