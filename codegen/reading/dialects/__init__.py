"""How pages were laid out as text: one module for each way of scraping them.

Each module has `recognises(lines)`, which judges the text alone, and `blocks(lines)`.
"""
