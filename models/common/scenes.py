"""Pairs of scenes with depth, with exact flow and occlusion, vectorised over a batch on any device.

Textured rectangles (ground, walls, the faces of boxes, billboards cut to shapes, poles, fences) in metres, x right, y
down, z ahead. Every pixel is the nearest rectangle on its ray. The camera drives, turns, pans, shakes or is the second
of a stereo pair, objects may move rigidly; a pixel's point on its rectangle, seen at the time of B, is its flow.
"""

from dataclasses import dataclass, field, replace
from math import pi

import torch
import torch.nn.functional as F

from common.generator import Random, Sample, to_bytes

LEVELS = 6
"""Of the textures' pyramid: 512 pixels and halves down to 16."""

FARTHEST = 400.0
"""Metres to the backdrop."""

NEAREST = 0.05
"""Metres from the camera's centre to what it sees."""

SUBFRAMES = {False: 2, True: 5}
"""Images averaged to one, each moved by a part of a pixel: without and with motion blur."""

LONGEST_BLUR = 3.0
"""Pixels of motion from one of these to the next."""


class Textures:
    """Photos with their halves, each colour packed into one integer: looked up anywhere, at any level."""

    def __init__(self, photos: torch.Tensor, device='cpu'):
        self.count, self.side = len(photos), photos.shape[-1]
        levels, image = [], photos
        for level in range(LEVELS):
            r, g, b = image.to(device).int().unbind(1)
            levels.append((r + (g << 8) + (b << 16)).flatten(1))
            halves = [F.avg_pool2d(part.float(), 2).round().to(torch.uint8) for part in image.split(16)]
            image = torch.cat(halves)
        lengths = [part.shape[1] for part in levels]
        starts = [sum(lengths[:level]) for level in range(LEVELS)]
        self.starts = torch.tensor(starts, device=device)
        self.stride, self.texels = sum(lengths), torch.cat(levels, 1).flatten()

    def color(self, photo, x, y, level):
        """photo (...) and places in pixels of level 0, any of them (mirrored), to (3, ...) in 0..255, bilinear."""
        side = (self.side >> level.clamp(0, LEVELS - 1)).float()
        scale = side / self.side
        mirrored = lambda t: self.side - (torch.remainder(t, 2 * self.side) - self.side).abs()
        bounded = lambda t: torch.minimum((mirrored(t) * scale - 0.5).clamp(min=0), side - 1.001)
        x, y = bounded(x), bounded(y)
        low_x, low_y = x.floor(), y.floor()
        fx, fy = x - low_x, y - low_y
        width = side.long()
        at = photo * self.stride + self.starts[level] + low_y.long() * width + low_x.long()
        channels = lambda t: torch.stack([t & 255, (t >> 8) & 255, t >> 16]).float()
        corner = lambda offset: channels(self.texels.take(at + offset))
        top = torch.lerp(corner(0), corner(1), fx)
        return torch.lerp(top, torch.lerp(corner(width), corner(width + 1), fx), fy)


@dataclass
class Quad:
    """One rectangle of every sample: its middle, unit axes (B, 3) and half lengths (B,), its outline and its motion."""

    middle: torch.Tensor
    along: torch.Tensor
    across: torch.Tensor
    half: tuple[torch.Tensor, torch.Tensor]
    outline: 'Outline | None' = None
    pivot: torch.Tensor | None = None
    turn: torch.Tensor | None = None
    speed: torch.Tensor | None = None
    material: torch.Tensor | None = None


class Outline:
    """What of a rectangle is there: `inside(x, y)` for places in -1..1 of its halves."""

    def __init__(self, rnd: Random, kind: str):
        self.inside = getattr(self, kind)
        self.lobes = rnd.normal(4) * torch.tensor([0.22, 0.15, 0.1, 0.07], device=rnd.device)
        self.phases = rnd.uniform(0, 2 * pi, 4)
        self.hole = rnd.uniform(0.3, 0.6)
        self.sides = [rnd.uniform(0.45, 1.0) for _ in range(5)]
        self.turns = [2 * pi * i / 5 + rnd.uniform(-0.5, 0.5) for i in range(5)]
        self.counts = rnd.log_uniform(2, 12), rnd.log_uniform(1, 8)
        self.share = rnd.uniform(0.06, 0.35), rnd.uniform(0.06, 0.35)
        self.waves = rnd.normal(4, 2) * 5
        self.cover = rnd.uniform(-0.3, 0.8)

    def blob(self, x, y):
        angle = torch.atan2(y, x)
        edge = 1
        for n in range(4):
            edge = edge + cell(self.lobes[:, n]) * torch.cos((n + 2) * angle + cell(self.phases[:, n]))
        return 0.75 * edge > torch.sqrt(x * x + y * y)

    def polygon(self, x, y):
        inside = True
        for side, turn in zip(self.sides, self.turns):
            inside = (cell(torch.cos(turn)) * x + cell(torch.sin(turn)) * y < cell(side)) & inside
        return inside

    def ring(self, x, y):
        return self.blob(x, y) & (x * x + y * y > cell(self.hole) ** 2)

    def fence(self, x, y):
        """Bars upright, and rails across."""
        bar = torch.remainder(x * cell(self.counts[0]), 1) < cell(self.share[0])
        return bar | (torch.remainder(y * cell(self.counts[1]), 1) < cell(self.share[1]) * 0.6)

    def lattice(self, x, y):
        wave = 0
        for j in range(4):
            wave = wave + torch.sin(
                cell(self.waves[:, j, 0]) * x + cell(self.waves[:, j, 1]) * y + cell(self.phases[:, j])
            )
        return self.blob(x, y) & (wave + cell(self.cover) > 0)


def cell(v: torch.Tensor) -> torch.Tensor:
    return v[:, None, None]


@dataclass
class Scene:
    """All rectangles of a batch, stacked (B, Q, ...), and how camera and rectangles move from time 0 to 1."""

    focal: torch.Tensor
    middle: torch.Tensor
    axes: torch.Tensor
    half: torch.Tensor
    outlines: list
    pivot: torch.Tensor
    turn: torch.Tensor
    speed: torch.Tensor
    material: dict = field(default_factory=dict)
    camera_turn: torch.Tensor | None = None
    camera_speed: torch.Tensor | None = None

    def placed(self, time: torch.Tensor) -> torch.Tensor:
        """Axes and middle of each rectangle in the camera's coordinates at times (B,): (B, Q, 3, 3), in columns."""
        t = time[:, None, None]
        of_body = rotation(self.turn * t)
        middle = (of_body @ (self.middle - self.pivot)[..., None])[..., 0] + self.pivot + self.speed * t
        back = rotation(-self.camera_turn * time[:, None])[:, None]
        middle = back @ (middle - self.camera_speed[:, None] * t)[..., None]
        return torch.cat([back @ of_body @ self.axes, middle], -1)

    def scaled(self, factor: torch.Tensor) -> 'Scene':
        """With all motion times a factor (B,)."""
        f = factor[:, None]
        return replace(
            self,
            turn=self.turn * f[..., None],
            speed=self.speed * f[..., None],
            camera_turn=self.camera_turn * f,
            camera_speed=self.camera_speed * f,
        )


def rotation(turn: torch.Tensor) -> torch.Tensor:
    """Rotation vectors (..., 3) to matrices (..., 3, 3), by Rodrigues' formula."""
    angle = turn.square().sum(-1, keepdim=True).sqrt()[..., None]
    x, y, z = turn.unbind(-1)
    o = torch.zeros_like(x)
    k = torch.stack([o, -z, y, z, o, -x, -y, x, o], -1).unflatten(-1, (3, 3))
    small = angle < 1e-4
    safe = torch.where(small, torch.ones_like(angle), angle)
    first = torch.where(small, torch.ones_like(angle), torch.sin(safe) / safe)
    second = torch.where(small, torch.full_like(angle, 0.5), (1 - torch.cos(safe)) / safe**2)
    return torch.eye(3, device=turn.device) + first * k + second * (k @ k)


@dataclass
class View:
    """Per pixel (B, h, w): the number of the nearest rectangle, the place on it in metres, and 1 / depth."""

    index: torch.Tensor
    u: torch.Tensor
    v: torch.Tensor
    near: torch.Tensor


def rays(focal, height, width, step=1, shift=(0.0, 0.0)):
    """Slopes x (B, 1, w) and y (B, h, 1) of the rays through every `step`th pixel, the axis through the middle."""
    dev = focal.device
    x = torch.arange(0, width, step, device=dev) + shift[0] - (width - 1) / 2
    y = torch.arange(0, height, step, device=dev) + shift[1] - (height - 1) / 2
    return x[None, None, :] / cell(focal), y[None, :, None] / cell(focal)


def extent(placed, half, focal, height, width, step):
    """Rows and columns, of every `step`th pixel, that a rectangle may cover in some sample; None where it covers none."""
    signs = placed.new_tensor([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    corners = placed[..., 2][:, None] + torch.einsum('bij,bkj->bki', placed[..., :2], signs * half[:, None])
    if (corners[..., 2] < NEAREST).any():
        return slice(0, None), slice(0, None)
    at = corners[..., :2] / corners[..., 2:] * focal[:, None, None]
    low, high = at.amin((0, 1)).tolist(), at.amax((0, 1)).tolist()
    bounds = []
    for axis, length in ((1, height), (0, width)):
        start = max(int((low[axis] + (length - 1) / 2) // step) - 1, 0)
        end = min(int((high[axis] + (length - 1) / 2) // step) + 3, -(-length // step))
        bounds.append(slice(start, max(end, start)))
    return tuple(bounds)


def cast(scene: Scene, time: torch.Tensor, height: int, width: int, step=1, shift=(0.0, 0.0)) -> View:
    """What each ray meets first at a time (B,)."""
    placed = scene.placed(time)
    solved = torch.linalg.inv(placed.double()).float()
    x, y = rays(scene.focal, height, width, step, shift)
    zero = torch.zeros(len(time), y.shape[1], x.shape[2], device=time.device)
    view = View(zero.long(), zero.clone(), zero.clone(), zero)
    for q, outline in enumerate(scene.outlines):
        rows, columns = extent(placed[:, q], scene.half[:, q], scene.focal, height, width, step)
        part_x, part_y = x[:, :, columns], y[:, rows]
        if part_x.numel() == 0 or part_y.numel() == 0:
            continue
        line = lambda r: (
            cell(solved[:, q, r, 0]) * part_x + (cell(solved[:, q, r, 1]) * part_y + cell(solved[:, q, r, 2]))
        )
        near = line(2)
        at = (slice(None), rows, columns)
        front = (near > view.near[at]) & (near < 1 / NEAREST)
        depth = 1 / near
        u, v = line(0) * depth, line(1) * depth
        a, b = cell(scene.half[:, q, 0]), cell(scene.half[:, q, 1])
        front &= (u.abs() < a) & (v.abs() < b)
        if outline is not None:
            front &= outline.inside(u / a.clamp(min=1e-6), v / b.clamp(min=1e-6))
        for target, value in ((view.near, near), (view.u, u), (view.v, v)):
            target[at] = torch.where(front, value, target[at])
        view.index[at].masked_fill_(front, q)
    return view


def of_pixels(table: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """A number of each rectangle (B, Q), for each pixel (B, h, w)."""
    return table.gather(1, index.flatten(1)).view_as(index)


def find_flow(scene: Scene, view: View, time: torch.Tensor, height: int, width: int, step=1):
    """Where the points of a view at time 0 are seen at a time: flow (B, 2, h, w) in pixels, depth (B, h, w)."""
    placed = scene.placed(time)
    point = []
    for axis in range(3):
        along, across, middle = (of_pixels(placed[:, :, axis, k], view.index) for k in range(3))
        point.append(middle + view.u * along + view.v * across)
    x, y = rays(scene.focal, height, width, step)
    depth = point[2].clamp(min=NEAREST)
    flow = torch.stack([point[0] / depth - x, point[1] / depth - y], 1) * scene.focal[:, None, None, None]
    return flow, point[2]


def find_occluded(flow, depth, other: View, view: View):
    """Where a pixel leaves the frame or something nearer lies over its place in B (B, 1, h, w)."""
    n, height, width = view.index.shape
    x = torch.arange(width, device=flow.device) + flow[:, 0]
    y = torch.arange(height, device=flow.device)[:, None] + flow[:, 1]
    px, py = x.round().clamp(-9, width + 9).long(), y.round().clamp(-9, height + 9).long()
    outside = (px < 0) | (py < 0) | (px >= width) | (py >= height) | (depth < NEAREST)
    place = (py.clamp(0, height - 1) * width + px.clamp(0, width - 1)).flatten(1)
    front, near = (t.flatten(1).gather(1, place).view_as(view.index) for t in (other.index, other.near))
    covered = (front != view.index) & (near * depth.clamp(min=NEAREST) > 1.01)
    return (outside | covered)[:, None]


def paint(scene: Scene, view: View, textures: Textures, sharper: float):
    """The colours of a view, (B, 3, h, w) in 0..255; `sharper` moves the choice of the textures' level."""
    get = lambda name: of_pixels(scene.material[name], view.index)
    density, depth = get('density'), 1 / view.near.clamp(min=1 / (2 * FARTHEST))
    # Seen at a slant a pixel covers more of a surface along it than across: between the two.
    footprint = density * depth / cell(scene.focal) / get('facing').clamp(min=0.05).sqrt()
    level = (torch.log2(footprint.clamp(min=1e-3)) + sharper).round().clamp(0, LEVELS - 1).long()
    x, y, period = view.u * density, view.v * density, get('period')
    repeats = period > 0
    x, y = (torch.where(repeats, torch.remainder(t, period.clamp(min=1)), t) for t in (x, y))
    color = textures.color(get('photo').long(), x + get('offset_x'), y + get('offset_y'), level)
    contrast = get('contrast')
    color = torch.stack([get(f'paint{c}') + (color[c] - 128) * contrast for c in range(3)], 1)
    brick = get('brick')
    row = torch.div(view.v, brick.clamp(min=1e-3), rounding_mode='floor')
    shifted = view.u / brick.clamp(min=1e-3) * get('aspect') + row * get('stagger')
    joint = (torch.remainder(shifted, 1) < 0.1) | (torch.remainder(view.v / brick.clamp(min=1e-3), 1) < 0.12)
    joint &= (brick > 0) & (brick * density > 4 * footprint)
    color = torch.where(joint[:, None], get('joint')[:, None], color) * get('shade')[:, None]
    fog = 1 - torch.exp(-depth * cell(scene.material['fog']))
    return torch.lerp(color, scene.material['haze'][:, :, None, None], fog[:, None]).clamp(0, 255)


def unit(v):
    return v / v.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-6)


def vector(x, y, z):
    return torch.stack([x, y, z], -1)


class Builder:
    """Draws the rectangles of a batch of scenes."""

    def __init__(self, rnd: Random, height: int, width: int):
        self.rnd, self.height, self.width = rnd, height, width
        self.focal = rnd.uniform(0.7, 1.3) * width
        self.eye = rnd.log_uniform(0.8, 3)
        self.floating = rnd.chance(0.3)
        self.one = torch.ones_like(self.focal)
        self.zero = torch.zeros_like(self.focal)
        self.quads: list[Quad] = []

    def axes(self, yaw, pitch, roll):
        """A thing's right, down and depth axes, (B, 3) each."""
        o = self.zero
        turned = rotation(vector(o, yaw, o)) @ rotation(vector(pitch, o, o)) @ rotation(vector(o, o, roll))
        return turned.unbind(-1)

    def add(self, middle, along, across, a, b, outline=None, **body):
        self.quads.append(Quad(middle, along, across, (a, b), outline, **body))

    def stage(self):
        """Backdrop, ground, walls to both sides, a ceiling and a wall at the end, some of them there."""
        rnd, one, o = self.rnd, self.one, self.zero
        x, y, z = (vector(*(one if k == axis else o for k in range(3))) for axis in range(3))
        self.add(z * FARTHEST, x, y, one * 9 * FARTHEST, one * 9 * FARTHEST)
        there = lambda p: torch.where(rnd.chance(p) & ~self.floating, 1.0, 0.0)
        slope = rotation(vector(rnd.normal() * 0.03, o, rnd.normal() * 0.03))
        tilt = lambda v: (slope @ v[..., None])[..., 0]
        self.add(y * self.eye[:, None], tilt(x), tilt(z), 300 * one * there(0.92), 300 * one)
        far, high = rnd.log_uniform(8, 60), rnd.log_uniform(2, 12)
        for side in (-1, 1):
            wall = vector(side * rnd.log_uniform(1.5, 12), self.eye - high, far)
            turned = rotation(vector(o, rnd.normal() * 0.1, o)) @ z[..., None]
            self.add(wall, turned[..., 0], y, far * 1.5 * there(0.45), high)
        self.add(vector(o, -rnd.log_uniform(0.6, 4), o), x, z, 60 * one * there(0.2), far)
        self.add(vector(o, self.eye - high, far), x, y, 80 * one * there(0.4), high)

    def place(self, reach):
        """A middle somewhere in sight, its depth, and half height where it stands on the ground."""
        rnd = self.rnd
        z = torch.where(rnd.chance(0.5), rnd.log_uniform(2.5, 40), rnd.uniform(3, 14))
        x = rnd.uniform(-0.6, 0.6) * self.width / self.focal * z
        y = rnd.uniform(-0.6, 0.6) * self.height / self.focal * z
        standing = rnd.chance(0.75) & ~self.floating
        return vector(x, torch.where(standing, self.eye - reach, y), z), standing

    def body(self, pivot):
        """The own motion of a thing: of some none, of most that stand without turning over."""
        rnd = self.rnd
        moves = torch.where(rnd.chance(0.45), 1.0, 0.0)[:, None]
        way = rnd.normal(3) * torch.tensor([1, 0.4, 1], device=rnd.device)
        speed = way * pivot[:, 2:] * rnd.log_uniform(0.02, 0.35)[:, None]
        turn = rnd.normal(3) * rnd.log_uniform(0.02, 0.4)[:, None] * torch.tensor([0.3, 1, 0.5], device=rnd.device)
        return {'pivot': pivot, 'turn': turn * moves, 'speed': speed * moves}

    def box(self):
        rnd = self.rnd
        size = [rnd.log_uniform(0.25, 2.5) for _ in range(3)]
        middle, standing = self.place(size[1])
        loose = torch.where(standing, 0.0, 1.0)
        axes = self.axes(rnd.uniform(-pi, pi), rnd.normal() * loose, rnd.normal() * loose)
        body = self.body(middle)
        for depth, (a, b) in ((2, (0, 1)), (0, (2, 1)), (1, (0, 2))):
            for side in (-1, 1):
                face = middle + axes[depth] * (side * size[depth])[:, None]
                self.add(face, axes[a], axes[b], size[a], size[b], **body)

    def billboard(self, kind):
        rnd = self.rnd
        a = rnd.log_uniform(0.25, 3)
        b = a * rnd.log_uniform(0.5, 1.6)
        middle, standing = self.place(b * 0.8)
        loose = torch.where(standing, 0.1, 0.6)
        right, down, _ = self.axes(rnd.normal() * 0.5, rnd.normal() * loose, rnd.normal() * loose)
        self.add(middle, right, down, a, b, None if kind == 'full' else Outline(rnd, kind), **self.body(middle))

    def pole(self):
        rnd = self.rnd
        length, thick = rnd.log_uniform(0.5, 4), rnd.log_uniform(0.008, 0.1)
        middle, standing = self.place(length)
        right, down, _ = self.axes(self.zero, self.zero, rnd.normal() * torch.where(standing, 0.05, 1.0))
        self.add(middle, right, down, thick, length, **self.body(middle))

    def camera(self):
        """Rotation vector and way of the camera, (B, 3) each: one of its manners, to be scaled."""
        rnd, o = self.rnd, self.zero
        manner = rnd.uniform(0, 1)
        small = rnd.normal(3)
        kinds = [
            (0.36, small * 0.006, vector(rnd.normal() * 0.12, rnd.normal() * 0.04, self.one)),
            (0.48, vector(o, rnd.normal() * 0.08, o) + small * 0.004, vector(o, o, self.one)),
            (0.60, small * 0.01, vector(self.one, rnd.normal() * 0.15, rnd.normal() * 0.4)),
            (0.72, vector(rnd.normal() * 0.02, rnd.normal() * 0.08, rnd.normal() * 0.02), vector(o, o, o)),
            (0.84, small * 0.05, rnd.normal(3) * 0.3),
            (1.01, small * 0, vector(self.one, o, o)),
        ]
        turn, speed = kinds[-1][1:]
        for upper, a, b in reversed(kinds[:-1]):
            here = (manner < upper)[:, None]
            turn, speed = torch.where(here, a, turn), torch.where(here, b, speed)
        sign = torch.where(rnd.chance(0.7), 1.0, -1.0)[:, None]
        stereo = manner >= kinds[-2][0]
        return turn * sign, speed * sign, stereo

    def finish(self) -> Scene:
        turn, speed, stereo = self.camera()
        # The motion of things is told beside a camera that moves by about a metre.
        moves = torch.where(stereo, 0.0, 1.0)[:, None]
        stack = lambda name: torch.stack(
            [torch.zeros_like(q.middle) if getattr(q, name) is None else getattr(q, name) for q in self.quads], 1
        )
        half = torch.stack([torch.stack(q.half, -1) for q in self.quads], 1)
        axes = torch.stack([torch.stack([q.along, q.across], -1) for q in self.quads], 1)
        return Scene(
            self.focal,
            stack('middle'),
            axes,
            half,
            [q.outline for q in self.quads],
            stack('pivot'),
            stack('turn') * moves[..., None],
            stack('speed') * moves[..., None],
            camera_turn=turn,
            camera_speed=speed,
        )


def materials(rnd: Random, scene: Scene, textures: Textures) -> dict:
    """What the rectangles look like: numbers (B, Q) each, and of the air."""
    q = len(scene.outlines)
    first = scene.placed(torch.zeros_like(scene.focal))
    depth = first[..., 2, 2].clamp(2, FARTHEST)
    # The ground and the walls are seen from near to far: sharp where most of the image sees them.
    depth[:, 1:6] = rnd.log_uniform(2.5, 12, 5)
    normal = torch.linalg.cross(first[..., 0], first[..., 1])
    facing = (unit(normal) * unit(first[..., 2])).sum(-1).abs()
    facing[:, 1:6] = 0.35
    faded = rnd.chance(0.2, q)
    faded[:, :6] &= rnd.chance(0.4, 6)
    brightness = 255 * rnd.uniform(0, 1, q) ** 1.4
    tone = lambda: torch.where(faded, (brightness * rnd.uniform(0.75, 1.25, q)).clamp(0, 255), 128.0)
    bricks = rnd.chance(0.15, q)
    size = torch.minimum(rnd.log_uniform(0.04, 0.4, q) * depth / 4, scene.half.amin(-1) * 0.6)
    found = {
        'photo': torch.randint(textures.count, (rnd.batch, q), generator=rnd.generator, device=rnd.device).float(),
        'density': cell(scene.focal)[..., 0] / depth * rnd.log_uniform(0.45, 1.2, q),
        'facing': facing,
        'offset_x': rnd.uniform(0, 512, q),
        'offset_y': rnd.uniform(0, 512, q),
        'period': torch.where(rnd.chance(0.1, q), rnd.log_uniform(16, 120, q), 0.0),
        'contrast': torch.where(faded, rnd.log_uniform(0.05, 0.6, q), 1.0),
        'brick': torch.where(bricks, size, 0.0),
        'aspect': rnd.log_uniform(0.3, 1.5, q),
        'stagger': torch.where(rnd.chance(0.5, q), 0.5, 0.0),
        'joint': rnd.uniform(20, 235, q),
        'shade': rnd.uniform(0.55, 1.15, q),
        'fog': torch.where(rnd.chance(0.25), rnd.log_uniform(0.003, 0.08), 0.0),
        'haze': (rnd.uniform(90, 240)[:, None] * rnd.uniform(0.9, 1.1, 3)).clamp(0, 255),
    }
    return found | {f'paint{c}': tone() for c in range(3)}


OUTLINES = ('full', 'blob', 'blob', 'polygon', 'polygon', 'ring', 'fence', 'lattice')


def build(rnd: Random, textures: Textures, height: int, width: int) -> Scene:
    """A batch of scenes with the motion of their kind, not yet of the wanted length."""
    builder = Builder(rnd, height, width)
    builder.stage()
    for _ in range(rnd.choose((1, 2, 3, 5))):
        builder.box()
    for _ in range(rnd.choose((3, 4, 6, 8))):
        builder.billboard(rnd.choose(OUTLINES))
    for _ in range(rnd.choose((0, 1, 3))):
        builder.pole()
    scene = builder.finish()
    scene.material = materials(rnd, scene, textures)
    return scene


def paced(scene: Scene, wanted: torch.Tensor, height: int, width: int) -> Scene:
    """The scene with its motion scaled so that one pixel in ten moves by more than `wanted` (B,) pixels."""
    start, end = torch.zeros_like(wanted), torch.ones_like(wanted)
    step = max(min(height, width) // 28, 1)
    view = cast(scene, start, height, width, step)
    for _ in range(3):
        flow, depth = find_flow(scene, view, end, height, width, step)
        length = torch.where(depth > NEAREST, flow.square().sum(1).sqrt(), 4.0 * width).flatten(1)
        now = length.kthvalue(int(length.shape[1] * 0.9), 1).values
        scene = scene.scaled((wanted / now.clamp(min=1e-3)).clamp(0.02, 50))
    return scene


@torch.no_grad()
def generate_scenes(textures: Textures, batch: int, height: int, width: int, seed: int, device='cpu', largest=100.0):
    """A batch of pairs, as `generate` makes of layers. The same seed gives the same batch.

    Of a scene, one pixel in ten moves by more than a length between 0.5 and `largest` pixels, half of them evenly drawn,
    the others evenly in its logarithm; 2 % are static or nearly. Where the flow is longer than the image is wide it
    is cut to that, and such pixels count as occluded.
    """
    rnd = Random(batch, seed, device)
    scene = build(rnd, textures, height, width)
    wanted = torch.where(rnd.chance(0.5), rnd.log_uniform(0.5, largest), rnd.uniform(0.5, largest))
    scene = paced(scene, wanted, height, width)
    scene = scene.scaled(torch.where(rnd.chance(0.02), rnd.choose((0.0, 0.02)), 1.0))
    blurred = rnd.choose((False, False, True))
    count = SUBFRAMES[blurred]
    shutter = torch.minimum(rnd.uniform(0, 0.7), LONGEST_BLUR * (count - 1) / wanted.clamp(min=1)) * blurred
    start, end = torch.zeros_like(wanted), torch.ones_like(wanted)
    view, other = (cast(scene, time, height, width) for time in (start, end))
    flow, depth = find_flow(scene, view, end, height, width)
    occluded = find_occluded(flow, depth, other, view)
    images = [expose(scene, textures, time, shutter, count, height, width) for time in (start, end)]
    length = flow.square().sum(1, keepdim=True).sqrt()
    longest = float(width)
    occluded |= length > longest
    flow = flow * (longest / length.clamp(min=longest))
    return Sample(*(to_bytes(image) for image in images), flow, occluded)


def expose(scene, textures, time, shutter, count, height, width):
    """An image as its shutter, open for a share of the time from A to B, sees it: the mean of sub-frames."""
    total = 0
    for k in range(count):
        place = (k + 0.5) / count - 0.5
        # Low-discrepancy places within the pixel.
        shift = (place * 0.8, ((k * 0.618034 + 0.25) % 1 - 0.5) * 0.8)
        view = cast(scene, time + shutter * place, height, width, 1, shift)
        total = total + paint(scene, view, textures, place * 0.8)
    return total / count
