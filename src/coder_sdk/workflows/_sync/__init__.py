# Derived from `src/coder_sdk/workflows/_async/__init__.py`
# by `python -m codegen colours`; edit that file.
"""Workflows, asynchronous."""
