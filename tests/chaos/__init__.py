"""What must hold under fire, on real processes: `make chaos`. Each harness prints seed and counts and has a control."""
