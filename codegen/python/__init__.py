"""API description to Python; the only place that knows Python names and types."""
