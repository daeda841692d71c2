"""Markdown dialects to a document model; knows nothing of HTTP or Python."""
