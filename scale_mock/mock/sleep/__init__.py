"""Sleep that moves a world's clock instead of taking real time, and the time that others see."""
