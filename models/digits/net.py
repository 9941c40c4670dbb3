"""A small branch of a Siamese network for digits, after LeCun's: 28 x 28 to a point in the plane."""

from torch import nn


class Net(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        w = config['widths']
        self.layers = nn.Sequential(
            nn.Conv2d(1, w[0], 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(w[0], w[1], 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * w[1], w[2]),
            nn.ReLU(),
            nn.Linear(w[2], config['length']),
        )

    def forward(self, patches):
        """White digits on black, (N, 1, 28, 28) in 0..1, to (N, 2)."""
        return self.layers(patches)
