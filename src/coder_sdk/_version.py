"""The version of the package; nothing else reads or writes it."""

__version__ = "0.1.0"
