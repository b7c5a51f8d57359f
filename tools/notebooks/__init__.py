"""Builds lessons and solutions from percent scripts.

Reading order: `source` (parse), `cell_rules` and `rules` (validate),
`notebook` (build), `execute` (run), `figure_texts`, `compare`,
`course` (put together).
"""
