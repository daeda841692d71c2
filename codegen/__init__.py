"""Code generator of coder-sdk: schema markdown to an API description to Python."""
