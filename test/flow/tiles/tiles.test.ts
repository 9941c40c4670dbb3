import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../../../fixtures/index.ts';
import { imagePlanesReference, resizePlanes } from '../../../kernels/resample/index.ts';
import type { Image } from '../../../src/core/types.ts';
import { loadFlowModel } from '../../../src/flow/network/engine.ts';
import type { FlowModel } from '../../../src/flow/network/engine.ts';
import { estimateFlow } from '../../../src/flow/estimate/estimate.ts';
import { prepareFrame } from '../../../src/flow/estimate/estimate-frame.ts';
import { flowSequence } from '../../../src/flow/estimate/estimate-sequence.ts';
import { Mosaic } from '../../../src/flow/tiles/mosaic.ts';
import { refineFlow } from '../../../src/flow/estimate/refine.ts';
import { blendTiles } from '../../../src/flow/tiles/tile-blend.ts';
import { betterInTiles, followFlow, trustInside } from '../../../src/flow/tiles/tile-pair.ts';
import { planTiles } from '../../../src/flow/tiles/tile-plan.ts';
import { seeWhole, tileSide } from '../../../src/flow/tiles/tiling.ts';
import { cropFlowData, cropPlanes, reachOf } from '../../../src/flow/field/window.ts';
import { readImage } from '../../../src/io/index.ts';
import type { ModelInput } from '../../../src/runtime/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { distances, flowFrom, imageFrom, testImage } from '../fields.ts';

const INPUT: ModelInput = { layout: 'NCHW', channels: 'RGB', range: [-1, 1], multipleOf: 1, fit: 'pad' };

/** A smooth image without repetition, moved by (u, v). */
function hills(width: number, height: number, u = 0, v = 0): Image {
  return imageFrom(width, height, (x, y) => {
    const [px, py] = [x - u, y - v];
    const a =
      128 + 60 * Math.sin(px * 0.23 + 3 * Math.sin(py * 0.031)) + 50 * Math.cos(py * 0.19 + px * 0.05);
    const b = 128 + 70 * Math.sin((px + py) * 0.17) + 40 * Math.cos((px - 2 * py) * 0.12 + 0.0007 * px * py);
    return [a, b, (a + b) / 2];
  });
}

describe('a plan of tiles', () => {
  const cases: [number, number, number, number][] = [
    [1000, 750, 512, 64],
    [2000, 1500, 1024, 64],
    [1025, 1, 1024, 1],
    [777, 333, 128, 1],
    [640, 200, 128, 64],
    [513, 129, 200, 32],
    [130, 131, 128, 64],
  ];

  it.each(cases)(
    'weighs every pixel of %i x %i with one in all (side %i, multiples of %i)',
    (w, h, side, align) => {
      const plan = planTiles({ width: w, height: h }, side, { align });
      const sums = new Float64Array(w * h);
      for (const window of plan.windows) {
        const { columns, rows } = plan.weights(window);
        for (let y = 0; y < window.height; y++)
          for (let x = 0; x < window.width; x++)
            sums[(window.top + y) * w + window.left + x] += columns[x] * rows[y];
      }
      expect(sums).toBeCloseToArray(new Float64Array(w * h).fill(1), 1e-6);
    },
  );

  it.each(cases)(
    'keeps to the sides and starts asked for: %i x %i, side %i, multiples of %i',
    (w, h, side, align) => {
      for (const { left, top, width, height } of planTiles({ width: w, height: h }, side, { align })
        .windows) {
        expect([left % align, top % align]).toEqual([0, 0]);
        expect(Math.max(width, height)).toBeLessThanOrEqual(Math.max(side, 2 * align));
        expect(left + width).toBeLessThanOrEqual(w);
        expect(top + height).toBeLessThanOrEqual(h);
      }
    },
  );

  it('is one window for what fits into one', () => {
    expect(planTiles({ width: 128, height: 90 }, 128, { align: 64 }).windows).toEqual([
      { left: 0, top: 0, width: 128, height: 90 },
    ]);
  });

  it('has no more windows than it needs, all about as large as each other', () => {
    const { windows } = planTiles({ width: 1000, height: 100 }, 400);
    expect(windows.map(({ left, width }) => [left, width])).toEqual([
      [0, 400],
      [300, 400],
      [600, 400],
    ]);
  });

  it('overlaps no more than asked for', () => {
    const { windows } = planTiles({ width: 1000, height: 100 }, 400, { overlap: 20 });
    expect(windows.map(({ left, width }) => [left, width])).toEqual([
      [0, 347],
      [326, 347],
      [653, 347],
    ]);
  });
});

describe('the blend of tiles', () => {
  const size = { width: 300, height: 170 };
  const plan = planTiles(size, 128);
  const truth = flowFrom(300, 170, (x, y) => [Math.sin(x / 9) * 5, x * 0.01 - y * 0.2]);
  const start = flowFrom(300, 170, () => [1, -1]);

  it('gives back a field that every window has a part of', async () => {
    const { flow, occlusion } = await blendTiles(start, plan, async (window) => ({
      data: cropFlowData(truth, window),
    }));
    expect(occlusion).toBeUndefined();
    expect(flow.data).toBeCloseToArray(truth.data, TOLERANCE.interpolation);
  });

  it('leaves to other windows what one is not trusted with', async () => {
    const first = plan.windows[0];
    const { flow: blended } = await blendTiles(start, plan, async (window) => {
      const trust = new Float32Array(window.width * window.height).fill(1);
      if (window !== first) return { data: cropFlowData(truth, window), trust };
      // Wrong, and not trusted, where the second window sees it too.
      for (let i = 0; i < trust.length; i++) trust[i] = i % window.width < plan.windows[1].left + 40 ? 1 : 0;
      const flow = cropFlowData(truth, window);
      for (let i = 0; i < trust.length; i++) if (!trust[i]) flow[i * 2] = 999;
      return { data: flow, trust };
    });
    const { greatest } = distances(blended.data, truth.data);
    expect(greatest).toBeLessThan(TOLERANCE.interpolation);
  });

  it('keeps the start where no window is trusted, and the start itself unchanged', async () => {
    const before = start.data.slice();
    const { flow, occlusion } = await blendTiles(start, plan, async (window) => ({
      data: cropFlowData(truth, window),
      occlusion: new Float32Array(window.width * window.height),
      trust: new Float32Array(window.width * window.height),
    }));
    expect(flow.data).toBeCloseToArray(before, 0);
    expect(occlusion!.data.every((probability) => probability === 1)).toBe(true);
    expect(start.data).toBeCloseToArray(before, 0);
  });
});

describe('a mosaic', () => {
  const size = { width: 300, height: 170 };
  const plan = planTiles(size, 128, { align: 8 });

  it('puts maps together again, each cell from a window that sees beyond it', () => {
    const stride = 8;
    const [columns, rows] = [Math.ceil(size.width / stride), Math.ceil(size.height / stride)];
    const mosaic = new Mosaic(plan, stride);
    for (const window of plan.windows) {
      // One column and one row of cells that are padding.
      const [width, height] = [Math.ceil(window.width / stride) + 1, Math.ceil(window.height / stride) + 1];
      const at = (i: number) => [
        window.left / stride + (i % width),
        window.top / stride + Math.floor(i / width),
      ];
      const own = Float32Array.from({ length: 2 * width * height }, (_, i) => {
        const [x, y] = at(i % (width * height));
        return i < width * height ? x + 100 * y : -y;
      });
      // What is made in the cells along the window's border, inside of the whole, is wrong.
      for (let i = 0; i < width * height; i++) if (window.left > 0 && i % width === 0) own[i] = NaN;
      mosaic.add(window, { map: { channels: 2, width, height, data: own } });
    }
    const { map } = mosaic.maps;
    expect([map.channels, map.width, map.height]).toEqual([2, columns, rows]);
    const wanted = Float32Array.from({ length: 2 * columns * rows }, (_, i) => {
      const [x, y] = [i % columns, Math.floor((i % (columns * rows)) / columns)];
      return i < columns * rows ? x + 100 * y : -y;
    });
    expect(map.data).toEqual(wanted);
  });
});

describe('a pair of windows', () => {
  it('shows the same in both where B is A moved by whole pixels, however far', async () => {
    const value = (x: number, y: number): number => Math.imul(x * 1009 + y, 2654435761) >>> 24;
    const sample = (u: number, v: number): Image =>
      imageFrom(400, 300, (x, y) => [value(x - u, y - v), value(x - u + 1, y - v), 0]);
    const [a, b] = [prepareFrame(sample(0, 0), INPUT), prepareFrame(sample(150, -60), INPUT)];
    const start = flowFrom(400, 300, () => [150, -60]);
    const plan = planTiles(start, 128);
    let inside = 0;
    const { flow } = await betterInTiles(a, b, 1, start, plan, async (pair) => {
      const { left, top, width, height } = pair.window;
      if (left + width + 150 <= 400 && top - 60 >= 0 && left > 0 && top + height < 300) {
        expect(pair.b.data).toEqual(pair.a.data);
        expect(pair.flow.data.every((shift) => shift === 0)).toBe(true);
        inside++;
      }
      return { data: pair.flow.data };
    });
    expect(inside).toBeGreaterThan(0);
    expect(flow.data).toBeCloseToArray(start.data, TOLERANCE.interpolation);
  });

  it('stays within the image, and at its border while the flow leads inwards by little', () => {
    const size = { width: 500, height: 400 };
    const flow = (u: number, v: number): Float32Array => flowFrom(80, 80, () => [u, v]).data;
    const window = (left: number, top: number) => ({ left, top, width: 80, height: 80 });
    expect(followFlow(flow(33, -21), window(100, 200), size)).toEqual(window(133, 179));
    expect(followFlow(flow(9, -900), window(0, 200), size)).toEqual(window(0, 0));
    expect(followFlow(flow(30, 4), window(0, 0), size)).toEqual(window(20, 0));
    expect(followFlow(flow(-30, -9), window(420, 320), size)).toEqual(window(400, 320));
  });

  it('moves windows by whole cells where it is told to', () => {
    const size = { width: 500, height: 400 };
    const flow = (u: number, v: number): Float32Array => flowFrom(80, 80, () => [u, v]).data;
    const window = (left: number, top: number) => ({ left, top, width: 80, height: 80 });
    expect(followFlow(flow(33, -21), window(112, 208), size, 16)).toEqual(window(144, 192));
    expect(followFlow(flow(900, 7), window(112, 208), size, 16)).toEqual(window(416, 208));
  });

  it('trusts flow that stays well inside, and flow out of the image, which no window sees better', () => {
    const size = { width: 500, height: 400 };
    const window = { left: 0, top: 100, width: 80, height: 80 };
    const trust = trustInside(flowFrom(80, 80, () => [-50, 0]).data, window, window, size);
    expect(trust[40 * 80 + 10]).toBe(1);
    expect(trust[0]).toBe(0);
    expect(trust[8 * 80 + 40]).toBe(0.5);
    const right = trustInside(flowFrom(80, 80, () => [50, 0]).data, window, window, size);
    expect(right[40 * 80 + 60]).toBe(0);
  });

  it('reaches as far as the flow leads, within the image', () => {
    const window = { left: 10, top: 20, width: 4, height: 3 };
    const flow = flowFrom(4, 3, (x, y) => [x === 0 ? -2.5 : 1.25, y === 2 ? 500 : 0]).data;
    expect(reachOf(flow, window, { width: 60, height: 40 })).toEqual({
      left: 7,
      top: 20,
      width: 9,
      height: 20,
    });
    const away = flowFrom(4, 3, () => [-900, NaN]).data;
    expect(reachOf(away, window, { width: 60, height: 40 })).toMatchObject({ left: 0, width: 1 });
  });
});

describe('a frame', () => {
  it.each([1, 2, 3])('has windows that are those of its levels (1 / %i)', (factor) => {
    const image = testImage(61, 47);
    const window = { left: 3, top: 5, width: 11, height: 7 };
    const whole = cropPlanes(prepareFrame(image, INPUT).level(factor).planes, window);
    expect(prepareFrame(image, INPUT).crop(factor, window)).toEqual(whole);
  });

  it.each([2, 3])('is shrunk to the same when it is large (1 / %i)', (factor) => {
    const [width, height] = [2401, 1702];
    const large: Image = { width, height, data: new Uint8Array(width * height * 3) };
    for (let i = 0; i < large.data.length; i++) large.data[i] = Math.imul(i, 2654435761) >>> 24;
    const { data } = imagePlanesReference(large, 1, INPUT.range);
    const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
    const wanted = resizePlanes({ channels: 3, width, height, data }, columns, rows);
    const { planes } = prepareFrame(large, INPUT).level(factor);
    expect([planes.width, planes.height]).toEqual([columns, rows]);
    expect(planes.data).toBeCloseToArray(wanted.data, TOLERANCE.interpolation);
  });
});

describe('refineFlow in tiles', () => {
  it('gives the flow that it gives at once, without a seam', async () => {
    const [a, b] = [hills(400, 260), hills(400, 260, 2.5, -1.25)];
    const start = flowFrom(400, 260, () => [2, -1]);
    const whole = await refineFlow(start, a, b, { tile: 0 });
    const tiled = await refineFlow(start, a, b, { tile: 128 });
    const { mean, greatest } = distances(tiled.data, whole.data);
    expect(mean).toBeLessThan(TOLERANCE.tilesMean);
    expect(greatest).toBeLessThan(TOLERANCE.tilesGreatest);
  });

  it('finds what moves further than a tile is wide', async () => {
    const [a, b] = [hills(520, 150), hills(520, 150, 170.5, 0)];
    const truth = flowFrom(520, 150, () => [170.5, 0]);
    const refined = await refineFlow(
      flowFrom(520, 150, () => [170, 0]),
      a,
      b,
      { tile: 128, levels: [1], warps: 4 },
    );
    // Of what stays in the image, save for the surroundings of what leaves it.
    const window = { left: 20, top: 0, width: 300, height: 150 };
    const { mean } = distances(cropFlowData(refined, window), cropFlowData(truth, window));
    expect(mean).toBeLessThan(0.1);
  });
});

describe('estimateFlow in tiles', () => {
  let model: FlowModel;
  let [imageA, imageB]: Image[] = [];
  beforeAll(async () => {
    model = await loadFlowModel('flownet-s');
    [imageA, imageB] = [await readImage(FIXTURES.goldenA), await readImage(FIXTURES.goldenB)];
  });
  afterAll(() => model.dispose());

  it('gives a flow like that of the whole', async () => {
    const [a, b] = [hills(640, 384), hills(640, 384, 6, 3)];
    const whole = await estimateFlow(model, a, b, { tile: false });
    const parts: [number, number][] = [];
    const tiled = await estimateFlow(model, a, b, { tile: 192, onTile: (...part) => parts.push(part) });
    expect(whole.tile).toBeUndefined();
    expect(tiled.tile).toBe(192);
    expect(distances(tiled.flow.data, whole.flow.data).mean).toBeLessThan(TOLERANCE.tiledEstimate);
    const total = parts[0][1];
    expect(total).toBeGreaterThan(8);
    expect(parts).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]));
  });

  it('gives the same bytes as untiled where one tile holds all', async () => {
    const whole = await estimateFlow(model, imageA, imageB, { tile: 0 });
    const tiled = await estimateFlow(model, imageA, imageB, { tile: 4096 });
    expect(tiled.flow.data).toBeCloseToArray(whole.flow.data, 0);
  });

  it.each([
    [1, 1],
    [5, 7],
    [300, 3],
    [129, 129],
  ])('takes images of %i x %i, forwards and backwards', async (width, height) => {
    const image = testImage(width, height);
    const estimate = await estimateFlow(model, image, image, { tile: 128, both: true });
    expect(estimate.flow.data).toHaveLength(width * height * 2);
    for (const { data } of [estimate.flow, estimate.backward!])
      expect(data.every(Number.isFinite)).toBe(true);
  });

  it('counts every part of both directions', async () => {
    const image = testImage(300, 200);
    const parts: [number, number][] = [];
    await estimateFlow(model, image, image, { tile: 128, both: true, onTile: (...part) => parts.push(part) });
    expect(parts.length).toBe(parts[0][1]);
    expect(parts[parts.length - 1]).toEqual([parts.length, parts.length]);
  });

  it('goes for sequences as for pairs', async () => {
    const frames = [hills(200, 150), hills(200, 150, 2, 1)];
    const alone = await estimateFlow(model, frames[0], frames[1], { tile: 128 });
    for await (const { flow, tile } of flowSequence(model, frames, { tile: 128 })) {
      expect(tile).toBe(128);
      expect(flow.data).toBeCloseToArray(alone.flow.data, 0);
    }
  });

  it('sees the whole image first, by coarser passes where the schedule has none', () => {
    const size = { width: 4000, height: 3000 };
    expect(seeWhole([4, 2], size, { side: 1024 }, 64)).toEqual([4, 2]);
    expect(seeWhole([2, 1], size, { side: 512 }, 64)).toEqual([8, 4, 2, 1]);
    expect(seeWhole([1], { width: 10, height: 10 }, { side: 128 }, 64)).toEqual([1]);
  });

  it('depends on the size by default', () => {
    expect(tileSide('auto', { width: 1920, height: 1080 })).toBe(0);
    expect(tileSide('auto', { width: 4000, height: 3000 })).toBe(1024);
    expect(tileSide(false, { width: 4000, height: 3000 })).toBe(0);
  });

  it.each([
    [64, 'Expected an integer of at least 128 for tile but received 64'],
    [-1, 'Expected an integer of at least 128 for tile but received -1'],
    [200.5, 'Expected an integer for tile but received 200.5 (number)'],
    [NaN, 'Expected an integer for tile but received NaN (number)'],
    ['large', `Expected a number of pixels, 'auto' or false for tile but received "large" (string)`],
    [true, `Expected a number of pixels, 'auto' or false for tile but received true (boolean)`],
  ])('refuses %s for a tile', async (tile, message) => {
    const image = testImage(8, 8);
    await expect(estimateFlow(model, image, image, { tile: tile as never })).rejects.toThrow(message);
    const flow = flowFrom(8, 8, () => [0, 0]);
    await expect(refineFlow(flow, image, image, { tile: tile as never })).rejects.toThrow(message);
  });
});
