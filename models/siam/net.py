"""siam of Zagoruyko and Komodakis 2015, by its configuration."""

from common.pair_networks import Net

__all__ = ['Net']
