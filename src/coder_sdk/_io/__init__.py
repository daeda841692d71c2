"""Everything that performs I/O, in two colours."""
