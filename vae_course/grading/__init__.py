"""Run learners' notebooks and tell what became of each exercise."""
