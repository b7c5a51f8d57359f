"""Grade a class: untrusted answers in, records and reports out."""
