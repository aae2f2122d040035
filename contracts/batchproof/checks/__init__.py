"""What contracts look at: functions from the evidence to a break, or to none."""
