"""Measures the pages against a floor, at two sizes, on both databases: ``make bench``."""
