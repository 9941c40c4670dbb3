import { describe, expect, test } from 'vitest';
import type { Image, Matrix3 } from '../../src/core/index.ts';
import { multiply3 } from '../../src/core/homography.ts';
import { pixelToRay } from '../../src/stitch/cameras/rotation-cameras.ts';
import { layOut } from '../../src/stitch/canvas/index.ts';
import { cubeFaces, littlePlanet, sphereAreaOf, sphereXmp } from '../../src/stitch/sphere/index.ts';
import { stitch } from '../../src/stitch/stitch.ts';
import type { Transforms } from '../../src/stitch/transforms.ts';
import type { ProjectionName } from '../../src/stitch/types.ts';
import { turn } from './views.ts';

const SIZE = { width: 120, height: 90 };
const FOCAL = 40;
/** Eight views around, and one each straight up and down. */
const TURNS = [...Array.from({ length: 8 }, (_, k) => turn(45 * k + 10)), turn(0, 90), turn(0, -90)];
const MATRICES = TURNS.map((r) => multiply3(r, pixelToRay(FOCAL, SIZE)));

/** A colour for every direction, smooth all around. */
const colourOf = (x: number, y: number, z: number): number[] => {
  const length = Math.hypot(x, y, z);
  return [x, y, z].map((value) => Math.round(128 + (90 * value) / length));
};

function viewOf(m: Matrix3, gain: number): Image {
  const data = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let k = 0; k < SIZE.width * SIZE.height; k++) {
    const [x, y] = [k % SIZE.width, Math.floor(k / SIZE.width)];
    const ray = [0, 3, 6].map((i) => m[i] * x + m[i + 1] * y + m[i + 2]);
    data.set(
      colourOf(ray[0], ray[1], ray[2]).map((value) => value * gain),
      3 * k,
    );
  }
  return { ...SIZE, data };
}

function transformsOf(projection: ProjectionName): Transforms {
  const images = MATRICES.map((homographyToPanorama, i) => ({
    ...{ file: `${i}`, ...SIZE, focal: FOCAL, homographyToPanorama },
  }));
  return { model: 'rotation', projection, upright: true, scale: FOCAL, images };
}

/** Mean difference of two neighbouring columns, the first being that after the last. */
function stepAt({ width, height, data }: Image, x: number): number {
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let c = 0; c < 3; c++)
      sum += Math.abs(data[(y * width + x) * 3 + c] - data[(y * width + ((x + width - 1) % width)) * 3 + c]);
  return sum / (3 * height);
}

/** A sphere of those colours. */
function drawSphere(height: number): Image {
  const width = 2 * height;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [(2 * (x + 0.5) * Math.PI) / width - Math.PI, ((y + 0.5) / height - 0.5) * Math.PI];
      const ray = [Math.sin(u) * Math.cos(v), Math.sin(v), Math.cos(u) * Math.cos(v)] as const;
      data.set(colourOf(...ray), (y * width + x) * 3);
    }
  return { width, height, data };
}

const pixel = ({ width, data }: Image, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('a whole sphere', () => {
  test('is twice as wide as high, all of it covered, in the colours of its directions', async () => {
    const { panoramas } = await stitch(
      MATRICES.map((m) => viewOf(m, 1)),
      {
        transforms: transformsOf('equirectangular'),
        exposure: 'none',
        blend: 'none',
        background: 'transparent',
      },
    );
    const { image, covered, report } = panoramas[0];
    expect(image!.width).toBe(2 * image!.height);
    expect(covered!.data).not.toContain(0);
    const truth = drawSphere(image!.height);
    const worst = image!.data.reduce((most, value, i) => Math.max(most, Math.abs(value - truth.data[i])), 0);
    expect(worst).toBeLessThanOrEqual(3);
    expect(report.sphere).toEqual({
      projection: 'equirectangular',
      ...{ width: image!.width, height: image!.height, fullWidth: image!.width, fullHeight: image!.height },
      ...{ left: 0, top: 0 },
    });
  });

  test.each(['equirectangular', 'spherical', 'cylindrical'] as const)(
    'has no seam where its edges meet: %s',
    async (projection) => {
      // The last views and the first meet behind, and differ in brightness.
      const views = MATRICES.map((m, i) => viewOf(m, i === 3 || i === 4 ? 0.8 + 0.05 * i : 1));
      const { panoramas } = await stitch(views, { transforms: transformsOf(projection), exposure: 'none' });
      const { image } = panoramas[0];
      const inner = Array.from({ length: image!.width - 1 }, (_, x) => stepAt(image!, x + 1));
      expect(stepAt(image!, 0)).toBeLessThan(1.2 * Math.max(...inner));
      expect(stepAt(image!, 0)).toBeLessThan(3);
    },
  );

  test('keeps its edges together where block gains differ', async () => {
    const views = MATRICES.map((m, i) => viewOf(m, 0.8 + 0.02 * i));
    const { panoramas } = await stitch(views, { transforms: transformsOf('equirectangular') });
    expect(stepAt(panoramas[0].image!, 0)).toBeLessThan(2);
  });
});

describe('what is made from a sphere', () => {
  const sphere = drawSphere(240);

  test('are six faces of a cube, each looking its way, that meet at their edges', () => {
    const faces = Object.fromEntries(
      [...cubeFaces(sphere, { size: 61 })].map(({ face, image }) => [face, image]),
    );
    const middles = { front: [0, 0, 1], right: [1, 0, 0], back: [0, 0, -1], left: [-1, 0, 0] };
    for (const [face, [x, y, z]] of Object.entries({ ...middles, up: [0, -1, 0], down: [0, 1, 0] }))
      pixel(faces[face], 30, 30).forEach((value, c) =>
        expect(Math.abs(value - colourOf(x, y, z)[c])).toBeLessThanOrEqual(2),
      );
    const edges = [
      [pixel(faces.front, 60, 20), pixel(faces.right, 0, 20)],
      [pixel(faces.right, 60, 20), pixel(faces.back, 0, 20)],
      [pixel(faces.up, 20, 60), pixel(faces.front, 20, 0)],
      [pixel(faces.down, 20, 0), pixel(faces.front, 20, 60)],
    ];
    for (const [a, b] of edges)
      a.forEach((value, c) => expect(Math.abs(value - b[c])).toBeLessThanOrEqual(5));
  });

  test('is a little planet: the ground in its middle, the front at the top, half way to the edge', () => {
    const planet = littlePlanet(sphere, { size: 101 });
    const places = [
      [50, 50, colourOf(0, 1, 0)],
      [50, 25, colourOf(0, 0, 1)],
      [75, 50, colourOf(1, 0, 0)],
      [50, 75, colourOf(0, 0, -1)],
    ] as const;
    for (const [x, y, colour] of places)
      pixel(planet, x, y).forEach((value, c) => expect(Math.abs(value - colour[c])).toBeLessThanOrEqual(4));
  });

  test('needs all of it', () => {
    expect(() => littlePlanet({ width: 4, height: 4, data: new Uint8Array(48) })).toThrow(
      /twice as wide as high, but received 4 x 4/,
    );
  });
});

describe('the part of a sphere that a panorama shows', () => {
  const areaOf = (projection: ProjectionName, upright = true) =>
    sphereAreaOf(layOut(projection, MATRICES.slice(0, 2), [SIZE, SIZE], 100, upright));

  test('is told of spheres and cylinders, the horizon where it lies', () => {
    const sphere = areaOf('spherical')!;
    expect([sphere.fullWidth, sphere.fullHeight]).toEqual([628, 314]);
    // Both look to the right, from 10 degrees on.
    expect(sphere.left + sphere.width / 2).toBeCloseTo(314 + (32.5 / 360) * 628, -0.5);
    expect(sphere.top + sphere.height / 2).toBeCloseTo(157, -0.5);
    const cylinder = areaOf('cylindrical')!;
    expect([cylinder.projection, cylinder.fullHeight]).toEqual(['cylindrical', cylinder.height]);
    expect(cylinder.top).toBeCloseTo(-cylinder.height / 2, -0.5);
  });

  test('is not told of other projections, and of those that go up', () => {
    expect([areaOf('plane'), areaOf('stereographic'), areaOf('spherical', false)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('is written for viewers, who are to look around from 100 degrees on', () => {
    const area = areaOf('spherical')!;
    const xmp = sphereXmp(area);
    expect(xmp).toContain(`GPano:CroppedAreaLeftPixels="${area.left}"`);
    expect(xmp).toContain('GPano:UsePanoramaViewer="True"');
    expect(sphereXmp({ ...area, width: 100 })).toContain('GPano:UsePanoramaViewer="False"');
  });
});
