"""The errors of the package; their public home is `coder_sdk`."""
