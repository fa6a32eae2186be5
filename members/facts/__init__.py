"""What every published fact carries: its source, and dates as precisely as they are known."""
