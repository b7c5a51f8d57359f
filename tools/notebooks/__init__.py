"""Builds lessons and solutions from percent scripts.

Reading order: `source` (parse), `rules` (validate), `notebook` (build),
`execute` (run and clean), `course` (write and compare).
"""
