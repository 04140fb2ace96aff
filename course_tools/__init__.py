"""The tools of those who make and give the course; students receive `course_utils` alone."""
