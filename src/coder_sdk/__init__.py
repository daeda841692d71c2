"""Typed sync and async client for the Coder API."""
