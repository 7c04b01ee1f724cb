"""Imports every module of this package, so that Django finds it."""
