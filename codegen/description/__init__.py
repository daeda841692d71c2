"""Document model to an API description (OpenAPI 3.1, facts only)."""
