# Derived from `src/coder_sdk/_io/_async/__init__.py`
# by `python -m codegen colours`; edit that file.
"""I/O written once, in async; the folder `_sync` beside it is derived from this one."""
