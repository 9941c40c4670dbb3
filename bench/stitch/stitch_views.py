"""Cuts sets of views with known cameras from photos, for bench/stitch/stitch.ts.

    python bench/stitch/stitch_views.py FOLDER PHOTO...

A photo is taken for the image of a camera of 100 degrees. Turned cameras of 32 degrees see 640 x 480 pixels of it. Each view
has its own gain (20 % up or down), darker corners (by up to 30 %), noise (a deviation of 3) and JPEG quality 92; the order of
the files is shuffled. Seeded: every run cuts the same. FOLDER/PHOTO-LAYOUT/K.jpg are the views.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 480
VIEW, WHOLE = np.deg2rad(32), np.deg2rad(100)
# Yaw and pitch of each view in degrees, and by how much yaw, pitch and roll of each are shaken.
LAYOUTS = {
    'row': ([(yaw, 0) for yaw in (-31, -15.5, 0, 15.5, 31)], (1, 1, 1)),
    'low': ([(yaw, 0) for yaw in (-31.5, -10.5, 10.5, 31.5)], (1, 1, 2)),
    'roll': ([(yaw, 0) for yaw in (-28, -14, 0, 14, 28)], (1, 3, 12)),
    'grid': ([(yaw, pitch) for pitch in (-8.5, 8.5) for yaw in (-18, 0, 18)], (1, 1, 2)),
}


def rotation(yaw, pitch, roll):
    (cy, cp, cr), (sy, sp, sr) = (f(np.deg2rad([yaw, pitch, roll])) for f in (np.cos, np.sin))
    right = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    down = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return right @ down @ about


def intrinsics(focal, width, height):
    return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])


def enlarge(path, focal):
    """The photo, as wide as a camera of this focal length and 100 degrees sees."""
    photo = cv2.imread(str(path))
    width = int(2 * focal * np.tan(WHOLE / 2))
    size = (width, round(photo.shape[0] * width / photo.shape[1]))
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA)


def spoil(view, rng):
    x, y = np.arange(WIDTH) - (WIDTH - 1) / 2, np.arange(HEIGHT) - (HEIGHT - 1) / 2
    square = (x**2 + y[:, None] ** 2) / ((WIDTH / 2) ** 2 + (HEIGHT / 2) ** 2)
    gain = rng.uniform(0.8, 1.2)
    corners = 1 - rng.uniform(0.1, 0.3) * square[..., None]
    noisy = view.astype(float) * gain * corners + rng.normal(0, 3, view.shape)
    return noisy.clip(0, 255).round().astype(np.uint8)


def cut(photo, focal, turned):
    height, width = photo.shape[:2]
    to_photo = intrinsics(1.25 * focal, width, height) @ turned @ np.linalg.inv(intrinsics(focal, WIDTH, HEIGHT))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(photo, to_photo, (WIDTH, HEIGHT), flags=flags)


def write_set(folder, path, layout):
    # The seed depends on names alone, so that a set is the same whatever else is cut.
    scene = f'{path.parent.name}/{path.stem}'
    rng = np.random.default_rng(sum(map(ord, scene + layout)))
    focal = WIDTH / 2 / np.tan(VIEW / 2)
    photo = enlarge(path, 1.25 * focal)
    places, shakes = LAYOUTS[layout]
    angles = [[a + rng.uniform(-s, s) for a, s in zip((*place, 0), shakes)] for place in places]
    out = folder / f'{path.stem.split("_by_")[0]}-{layout}'
    out.mkdir(parents=True, exist_ok=True)
    for k, i in enumerate(rng.permutation(len(angles))):
        view = spoil(cut(photo, focal, rotation(*angles[i])), rng)
        cv2.imwrite(str(out / f'{k}.jpg'), view, [cv2.IMWRITE_JPEG_QUALITY, 92])


for name in sys.argv[2:]:
    for layout in LAYOUTS:
        write_set(Path(sys.argv[1]), Path(name), layout)
