"""I/O written once, in async; the folder `_sync` beside it is derived from this one."""
