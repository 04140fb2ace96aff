"""The instructor's kit: release an assignment, grade a class, give feedback."""
