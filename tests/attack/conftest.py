"""The world of these attacks is that of the matrix: what is added there is attacked by itself."""

from tests.views.test_matrix import world

__all__ = ["world"]
