"""What runs beside students' code, and what they can therefore read and change: no secret."""
