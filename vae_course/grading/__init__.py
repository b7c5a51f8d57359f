"""Run learners' notebooks and tell what became of each exercise."""

# The name under which a test carries an exercise's result.
RESULT = "vae_course_result"
