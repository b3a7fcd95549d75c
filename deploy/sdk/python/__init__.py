"""Stories told with Python libraries; they run in a venv of their own."""
