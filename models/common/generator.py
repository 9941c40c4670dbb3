"""Generated pairs of images with exact flow and occlusion, vectorised over a batch on any device.

The idea is that of FlyingChairs (Dosovitskiy 2015, section 4): a photo as background, objects over it, everything
moves. Objects are cut from photos by analytic shapes (blobs, polygons, bars a few pixels thin, rings, lattices), and
each layer moves by a perspective map after a smooth non-rigid field. Shapes and motions are functions that can be
evaluated anywhere, so both frames are rendered by looking up, never by splatting, and the flow is exact.

Frame A is the canonical frame of every layer: the point x of A lies at T(x) in B, T(x) = H(x + d(x)).
"""

from dataclasses import dataclass
from math import pi

import torch
import torch.nn.functional as F

SHAPES = ('blob', 'blob', 'polygon', 'polygon', 'bar', 'bar', 'ring', 'lattice')


@dataclass
class Sample:
    """A batch: images uint8 (B, 3, H, W), flow float32 (B, 2, H, W) in pixels, occluded bool (B, 1, H, W)."""

    image_a: torch.Tensor
    image_b: torch.Tensor
    flow: torch.Tensor
    occluded: torch.Tensor


class Random:
    """Uniform, normal and log-uniform draws of shape (batch, ...) on one device, from one seed."""

    def __init__(self, batch: int, seed: int, device: torch.device | str):
        self.batch, self.device = batch, device
        self.generator = torch.Generator(device=device).manual_seed(seed)

    def uniform(self, low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand(self.batch, *shape, device=self.device, generator=self.generator)

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(self.batch, *shape, device=self.device, generator=self.generator)

    def log_uniform(self, low: float, high: float, *shape: int) -> torch.Tensor:
        return torch.exp(self.uniform(torch.tensor(low).log().item(), torch.tensor(high).log().item(), *shape))

    def chance(self, p: float, *shape: int) -> torch.Tensor:
        return self.uniform(0, 1, *shape) < p

    def integer(self, high: int) -> torch.Tensor:
        return torch.randint(high, (self.batch,), device=self.device, generator=self.generator)

    def choose(self, options):
        return options[int(torch.randint(len(options), (1,), generator=self.generator, device=self.device))]


def column(v: torch.Tensor) -> torch.Tensor:
    """(B,) as (B, 1, 1), to meet pixels."""
    return v[:, None, None]


def matrix(rows) -> torch.Tensor:
    """(B, 3, 3) from nine (B,) tensors."""
    return torch.stack([torch.stack(r, -1) for r in rows], -2)


@dataclass
class Motion:
    """T(x) = H(x + d(x)), d a sum of plane waves: amplitude (B, J, 2), frequency (B, J, 2), phase (B, J, 2)."""

    homography: torch.Tensor
    inverse: torch.Tensor
    amplitude: torch.Tensor
    frequency: torch.Tensor
    phase: torch.Tensor
    bends: bool

    def field(self, x, y):
        dx, dy = 0, 0
        for j in range(self.amplitude.shape[1]):
            f = self.frequency[:, j]
            angle = column(f[:, 0]) * x + column(f[:, 1]) * y
            dx = dx + column(self.amplitude[:, j, 0]) * torch.sin(angle + column(self.phase[:, j, 0]))
            dy = dy + column(self.amplitude[:, j, 1]) * torch.sin(angle + column(self.phase[:, j, 1]))
        return dx, dy

    def forward(self, x, y):
        if self.bends:
            dx, dy = self.field(x, y)
            x, y = x + dx, y + dy
        return project(self.homography, x, y)

    def backward(self, x, y):
        """The inverse, by fixed-point iteration: d is a contraction (its slope stays below 0.3)."""
        zx, zy = project(self.inverse, x, y)
        if not self.bends:
            return zx, zy
        x, y = zx, zy
        for _ in range(5):
            dx, dy = self.field(x, y)
            x, y = zx - dx, zy - dy
        return x, y


def project(h, x, y):
    w = column(h[:, 2, 0]) * x + column(h[:, 2, 1]) * y + column(h[:, 2, 2])
    w = w.clamp_min(0.2)
    return (
        (column(h[:, 0, 0]) * x + column(h[:, 0, 1]) * y + column(h[:, 0, 2])) / w,
        (column(h[:, 1, 0]) * x + column(h[:, 1, 1]) * y + column(h[:, 1, 2])) / w,
    )


def make_motion(rnd: Random, centre_x, centre_y, shift_x, shift_y, strength, size: float, bends: bool) -> Motion:
    """A motion about a centre: shift in pixels, and rotation, zoom, shear, perspective growing with `strength` (px)."""
    one, zero = torch.ones_like(shift_x), torch.zeros_like(shift_x)
    rate = (strength / size).clamp(max=0.25)
    angle, zoom = rnd.normal() * rate * 0.6, torch.exp(rnd.normal() * rate * 0.5)
    shear = rnd.normal() * rate * 0.3
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    warp = matrix(
        [
            [cos, shear - sin, zero],
            [sin, cos, zero],
            [rnd.normal() * rate / size * 0.15, rnd.normal() * rate / size * 0.15, one],
        ]
    )
    to_origin = matrix([[one, zero, -centre_x], [zero, one, -centre_y], [zero, zero, one]])
    back = matrix([[one, zero, centre_x + shift_x], [zero, one, centre_y + shift_y], [zero, zero, one]])
    homography = back @ warp @ to_origin
    waves = 3
    length = rnd.uniform(0.3, 1.2, waves) * size
    direction = rnd.uniform(0, 2 * pi, waves)
    frequency = torch.stack([torch.cos(direction), torch.sin(direction)], -1) * (2 * pi / length)[..., None]
    # A slope of amplitude * 2 pi / length below 0.1 a wave keeps the sum of three invertible.
    reach = torch.minimum(0.25 * strength[:, None], 0.1 * length / (2 * pi))
    amplitude = rnd.uniform(-1, 1, waves, 2) * reach[..., None]
    return Motion(
        homography, torch.linalg.inv(homography), amplitude, frequency, rnd.uniform(0, 2 * pi, waves, 2), bends
    )


class Shape:
    """A random outline: `alpha(x, y)` in 0..1 with a soft edge one pixel wide."""

    def __init__(self, rnd: Random, kind: str, size: float, height: int, width: int):
        self.kind = kind
        thin = kind == 'bar'
        self.x, self.y = rnd.uniform(0, width), rnd.uniform(0, height)
        self.radius = rnd.log_uniform(0.15, 0.6) * size if thin else rnd.log_uniform(0.06, 0.33) * size
        angle = rnd.uniform(0, 2 * pi)
        self.cos, self.sin = torch.cos(angle), torch.sin(angle)
        self.stretch = rnd.log_uniform(0.6, 1.6)
        self.lobes = rnd.normal(4) * torch.tensor([0.22, 0.15, 0.1, 0.07], device=rnd.device)
        self.phases = rnd.uniform(0, 2 * pi, 4)
        self.sides = [rnd.uniform(0.45, 1.0) for _ in range(5)]
        self.turns = [2 * pi * i / 5 + rnd.uniform(-0.5, 0.5) for i in range(5)]
        self.thickness = rnd.log_uniform(1.0, 9.0)
        self.curve = rnd.normal() * 0.3
        self.hole = rnd.uniform(0.3, 0.8)
        self.waves = rnd.normal(4, 2) * 5
        self.cover = rnd.uniform(-0.8, 0.5)

    def alpha(self, x, y):
        x, y = x - column(self.x), y - column(self.y)
        r = column(self.radius)
        qx = (column(self.cos) * x + column(self.sin) * y) / r
        qy = (column(self.cos) * y - column(self.sin) * x) / r
        distance = getattr(self, self.kind)(qx, qy) * r
        return (distance + 0.5).clamp(0, 1)

    def blob(self, x, y):
        y = y * column(self.stretch)
        angle = torch.atan2(y, x)
        edge = 1
        for n in range(4):
            edge = edge + column(self.lobes[:, n]) * torch.cos((n + 2) * angle + column(self.phases[:, n]))
        return edge - torch.sqrt(x * x + y * y)

    def polygon(self, x, y):
        inside = None
        for side, turn in zip(self.sides, self.turns):
            d = column(side) - column(torch.cos(turn)) * x - column(torch.sin(turn)) * y
            inside = d if inside is None else torch.minimum(inside, d)
        return inside

    def bar(self, x, y):
        half = column(self.thickness / self.radius)
        return torch.minimum(half - (y - column(self.curve) * x * x).abs(), 1 - x.abs())

    def ring(self, x, y):
        return torch.minimum(self.blob(x, y), torch.sqrt(x * x + y * y) - column(self.hole))

    def lattice(self, x, y):
        wave = 0
        for j in range(4):
            wave = wave + torch.sin(
                column(self.waves[:, j, 0]) * x + column(self.waves[:, j, 1]) * y + column(self.phases[:, j])
            )
        return torch.minimum(self.blob(x, y), (wave + column(self.cover)) * 0.15)


class Texture:
    """A random window into a random photo: `color(x, y)` gives (B, 3, H, W) in 0..255.

    Some are faded towards one colour, dark more often than bright: painted wood, cloth and metal show little of a
    pattern, and their motion has to be told from their outline.
    """

    def __init__(self, rnd: Random, photos: torch.Tensor, size: float, plain: float):
        faded = rnd.chance(plain)
        self.contrast = torch.where(faded, rnd.log_uniform(0.03, 0.6), 1.0)[:, None, None, None]
        brightness = 255 * rnd.uniform(0, 1) ** 1.7
        self.paint = (brightness[:, None] * rnd.uniform(0.7, 1.3, 3)).clamp(0, 255)[..., None, None]
        tile = photos.shape[-1]
        self.photos = photos[rnd.integer(len(photos)).to(photos.device)].to(rnd.device, torch.float32)
        zoom = rnd.log_uniform(0.5, 1.15) * 2 / tile
        angle = rnd.uniform(-0.4, 0.4)
        flip = torch.where(rnd.chance(0.5), 1.0, -1.0)
        self.a, self.b = torch.cos(angle) * zoom * flip, torch.sin(angle) * zoom
        self.x, self.y = rnd.uniform(-0.9, 0.9), rnd.uniform(-0.9, 0.9)
        self.half = size / 2

    def color(self, x, y):
        x, y = x - self.half, y - self.half
        u = column(self.a) * x - column(self.b) * y + column(self.x)
        v = column(self.b) * x + column(self.a) * y + column(self.y)
        photo = F.grid_sample(self.photos, torch.stack([u, v], -1), padding_mode='reflection', align_corners=False)
        mean = photo.mean((2, 3), keepdim=True)
        return torch.where(self.contrast < 1, self.paint + (photo - mean) * self.contrast, photo).clamp(0, 255)


@dataclass
class Layer:
    shape: Shape | None
    texture: Texture
    motion: Motion
    present: torch.Tensor

    def alpha(self, x, y):
        return torch.ones_like(x) if self.shape is None else self.shape.alpha(x, y) * column(self.present)


def make_layers(
    rnd: Random, photos: torch.Tensor, height: int, width: int, largest: float, calm: float, furniture: float
) -> list[Layer]:
    """A background and 3 to 11 objects or parts of objects, back to front."""
    size = float(min(height, width))
    small = rnd.chance(0.2)
    # Half of the lively scenes are spread evenly up to the largest motion: on a log scale it would be rare.
    lively = torch.where(rnd.chance(0.5), rnd.log_uniform(3, largest), rnd.uniform(3, largest))
    strength = torch.where(small, rnd.log_uniform(0.2, 3), lively)
    ground_share = torch.where(rnd.chance(calm), 0.03, 1.0)
    camera_x, camera_y = rnd.normal() * strength * 0.8 * ground_share, rnd.normal() * strength * 0.6 * ground_share
    middle_x, middle_y = torch.full_like(strength, width / 2), torch.full_like(strength, height / 2)
    ground = make_motion(rnd, middle_x, middle_y, camera_x, camera_y, strength * ground_share, size, bends=True)
    layers = [Layer(None, Texture(rnd, photos, size, 0.05), ground, torch.ones_like(strength))]
    parallax = rnd.chance(0.35)
    for _ in range(int(3 + torch.randint(9, (1,), generator=rnd.generator, device=rnd.device))):
        shape = Shape(rnd, rnd.choose(SHAPES), size, height, width)
        before = layers[-1]
        if before.shape is not None and rnd.choose((True, True, False, False, False)):
            # A part of the object before it, as a leg is of a table: near it, of one motion and often of one material.
            shape.x = before.shape.x + rnd.normal() * before.shape.radius * 0.7
            shape.y = before.shape.y + rnd.normal() * before.shape.radius * 0.7
            texture = before.texture if rnd.choose((True, False)) else Texture(rnd, photos, size, 0.4)
            layers.append(Layer(shape, texture, before.motion, before.present))
            continue
        parts = [(shape, None)]
        if furniture and rnd.chance(furniture)[0]:
            parts = make_furniture(rnd, photos, size, height, width)
            shape = parts[-1][0]
        nearer = rnd.uniform(1, 2.5)
        # Most lively objects have a pace of their own, whatever the camera does.
        pace = torch.where(rnd.chance(0.7) & ~small, rnd.uniform(2, 1.2 * largest), strength)
        own_x = torch.where(parallax, camera_x * (nearer - 1), rnd.normal() * pace)
        own_y = torch.where(parallax, camera_y * (nearer - 1), rnd.normal() * pace * 0.8)
        moves = torch.where(rnd.chance(0.85), 1.0, 0.0)
        own = make_motion(
            rnd, shape.x, shape.y, own_x * moves, own_y * moves, pace * moves, size, bends=bool(rnd.choose((0, 1)))
        )
        # An object rides on the ground's motion and adds its own.
        own.homography = ground.homography @ own.homography
        own.inverse = torch.linalg.inv(own.homography)
        present = rnd.chance(0.85).float()
        for part, texture in parts:
            layers.append(Layer(part, texture or Texture(rnd, photos, size, 0.4), own, present))
    return layers


def make_furniture(
    rnd: Random, photos: torch.Tensor, size: float, height: int, width: int
) -> list[tuple[Shape, Texture]]:
    """Four thin legs, a seat and a back, of one or two materials, often plain: the outline tells how they move."""
    x, y = rnd.uniform(-0.05, 1.05) * width, rnd.uniform(-0.1, 1.1) * height
    reach, lean, thickness = rnd.log_uniform(0.08, 0.4) * size, rnd.normal() * 0.25, rnd.log_uniform(1.0, 7.0)
    wood, cloth = Texture(rnd, photos, size, 0.7), Texture(rnd, photos, size, 0.5)
    parts = []

    def add(kind, dx, dy, radius, angle, texture):
        shape = Shape(rnd, kind, size, height, width)
        shape.x = x + reach * (torch.cos(lean) * dx - torch.sin(lean) * dy)
        shape.y = y + reach * (torch.sin(lean) * dx + torch.cos(lean) * dy)
        shape.radius, shape.thickness, shape.curve = reach * radius, thickness, rnd.normal() * 0.05
        shape.cos, shape.sin = torch.cos(lean + angle), torch.sin(lean + angle)
        parts.append((shape, texture))

    depth = rnd.uniform(-0.5, 0.5)
    for side in (-1, 1):
        for far in (0, 1):
            add('bar', 0.6 * side + depth * far, 0.7 - 0.3 * far, 0.55, pi / 2 + rnd.normal() * 0.1, wood)
    back = rnd.choose(('polygon', 'polygon', 'blob', 'lattice', 'ring'))
    add(back, 0.5 * depth + rnd.uniform(-0.6, 0.6), -0.75, 0.7, rnd.normal() * 0.4, cloth)
    add('polygon', 0.5 * depth, rnd.uniform(-0.1, 0.2), 0.75, rnd.normal() * 0.4, wood if rnd.choose((0, 1)) else cloth)
    return parts


def pixel_grid(batch: int, height: int, width: int, device):
    y, x = torch.meshgrid(
        torch.arange(height, device=device, dtype=torch.float32),
        torch.arange(width, device=device, dtype=torch.float32),
        indexing='ij',
    )
    return x.expand(batch, -1, -1), y.expand(batch, -1, -1)


def over(image, index, layer: Layer, k: int, x, y):
    """Paints a layer on an image at the layer's own coordinates x, y; keeps which layer is in front."""
    alpha = layer.alpha(x, y)
    image = torch.lerp(image, layer.texture.color(x, y), alpha[:, None])
    return image, torch.where(alpha > 0.5, k, index), alpha


@torch.no_grad()
def generate(
    photos: torch.Tensor,
    batch: int,
    height: int,
    width: int,
    seed: int,
    device='cpu',
    largest=28.0,
    calm=0.15,
    furniture=0.0,
) -> Sample:
    """A batch of pairs from photos, uint8 (N, 3, tile, tile). The same seed gives the same batch.

    `largest` is the greatest typical motion of a scene, in pixels: the scale of its shifts, which are normal draws;
    `calm` is the share of scenes whose background hardly moves, `furniture` that of objects with legs, a seat and a back.
    """
    rnd = Random(batch, seed, device)
    layers = make_layers(rnd, photos, height, width, largest, calm, furniture)
    x, y = pixel_grid(batch, height, width, device)
    index_a = index_b = torch.zeros(batch, height, width, dtype=torch.long, device=device)
    image_a = image_b = torch.zeros(batch, 3, height, width, device=device)
    to_x, to_y = x, y
    for k, layer in enumerate(layers):
        image_a, index_a, alpha = over(image_a, index_a, layer, k, x, y)
        tx, ty = layer.motion.forward(x, y)
        to_x, to_y = torch.where(alpha > 0.5, tx, to_x), torch.where(alpha > 0.5, ty, to_y)
        image_b, index_b, _ = over(image_b, index_b, layer, k, *layer.motion.backward(x, y))
    flow = torch.stack([to_x - x, to_y - y], 1)
    return Sample(to_bytes(image_a), to_bytes(image_b), flow, hidden(index_a, index_b, to_x, to_y)[:, None])


def to_bytes(image):
    return image.round().clamp(0, 255).to(torch.uint8)


def hidden(index_a, index_b, to_x, to_y):
    """Where a pixel of A leaves the frame or another layer lies over its place in B."""
    batch, height, width = index_a.shape
    px, py = to_x.round().long(), to_y.round().long()
    outside = (px < 0) | (py < 0) | (px >= width) | (py >= height)
    place = (py.clamp(0, height - 1) * width + px.clamp(0, width - 1)).view(batch, -1)
    front = index_b.view(batch, -1).gather(1, place).view_as(index_a)
    return outside | (front != index_a)
