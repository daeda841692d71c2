"""Workflows, asynchronous."""
