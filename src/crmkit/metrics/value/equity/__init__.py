"""What customers are worth together: those of today, those who may be won, and the change."""
