"""What it means: pure functions from values and summaries to Estimates."""
