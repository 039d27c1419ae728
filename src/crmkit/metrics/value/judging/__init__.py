"""Which model, and how well it foretells: choosing, holding out, tracking, comparing."""
