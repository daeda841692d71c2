"""What the package promises: its public names as they are and as the last release had them."""
