"""Hidden inputs for each exercise, and what to think of what comes out."""
