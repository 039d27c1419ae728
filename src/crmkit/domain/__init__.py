"""What there is: values, rules and sums. No I/O, no clock, no float money."""
