"""A class whose every verdict is known, to grade and to time.

Reading order: `known` (an answer and whether it is right), `exercises`,
`mutants`, `tables` and `hostile` (where they come from), `pool` (all of one
exercise), `learners` (who hands in what), `ours` and `rivals` (who grade
it), `memory`, `report`; and `by_nbval`, which times another way.
"""
