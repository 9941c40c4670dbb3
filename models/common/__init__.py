"""What the training of all networks shares: data, losses, schedule, evaluation, export."""
