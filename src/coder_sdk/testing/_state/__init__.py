"""What a fake deployment remembers: one noun a module."""
