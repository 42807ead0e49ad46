"""What a failing test is told: findings, reports, reasons, and what helps."""
