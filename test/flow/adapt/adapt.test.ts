import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeImage } from '../../../src/flow/adapt/index.ts';
import { estimateFlow } from '../../../src/flow/estimate/index.ts';
import { loadFlowModel } from '../../../src/flow/network/index.ts';
import type { FlowField, Image } from '../../../src/index.ts';
import { writeModel } from './own-network.ts';

const [RED, BLUE] = [0, 2];

/** Values that tell every pixel and channel from the others. */
function pattern(width: number, height: number, seed: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = (i * 7 + seed * 31 + Math.floor(i / 5)) % 256;
  return { width, height, data };
}

/** What the echo of a model says: u is a plane of A and v one of B, mirrored. */
async function echo(network: string, input: object, output: object, a: Image, b: Image): Promise<FlowField> {
  const folder = writeModel(network, input, output);
  await using model = await loadFlowModel(folder, { threads: 1 });
  const { flow } = await estimateFlow(model, a, b, { refine: false }).finally(() =>
    rmSync(dirname(folder), { recursive: true }),
  );
  return flow;
}

/** The plane of one channel, mirrored on both axes, each value changed. */
const mirrored = ({ data }: Image, channel: number, change = (value: number): number => value): number[] =>
  Array.from({ length: data.length / 3 }, (_, i) => change(data[data.length - 3 * (i + 1) + channel]));

const plane = (flow: FlowField, channel: number): number[] =>
  Array.from({ length: flow.data.length / 2 }, (_, i) => flow.data[2 * i + channel]);

function expectClose(received: readonly number[], wanted: readonly number[], tolerance = 1e-4): void {
  expect(received).toHaveLength(wanted.length);
  const worst = Math.max(...received.map((value, i) => Math.abs(value - wanted[i])));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

const [A, B] = [pattern(20, 16, 1), pattern(20, 16, 2)];

describe('a network in one graph gets', () => {
  it('values from black to white, in planes of red, green and blue', async () => {
    const flow = await echo('echo', { range: [0, 1] }, { name: 'flow' }, A, B);
    expectClose(
      plane(flow, 0),
      mirrored(A, RED, (value) => value / 255),
    );
    expectClose(
      plane(flow, 1),
      mirrored(B, BLUE, (value) => value / 255),
    );
  });

  it('blue first where it wants it', async () => {
    const flow = await echo('echo', { channels: 'BGR' }, {}, A, B);
    expectClose(plane(flow, 0), mirrored(A, BLUE));
    expectClose(plane(flow, 1), mirrored(B, RED));
  });

  it('values less a mean, divided by a standard deviation, of the channels in its own order', async () => {
    const input = { channels: 'BGR', range: [0, 1], mean: [0.5, 0.4, 0.3], std: [0.1, 0.2, 0.25] };
    const flow = await echo('echo', input, {}, A, B);
    expectClose(
      plane(flow, 0),
      mirrored(A, BLUE, (value) => (value / 255 - 0.5) / 0.1),
    );
    expectClose(
      plane(flow, 1),
      mirrored(B, RED, (value) => (value / 255 - 0.3) / 0.25),
    );
  });

  it('both images in one input of six channels, or of two frames', async () => {
    const names = ['pair'];
    for (const [network, stack] of [
      ['echo-stacked', 'channels'],
      ['echo-frames', 'frames'],
    ]) {
      const flow = await echo(network, { names, stack }, {}, A, B);
      expectClose(plane(flow, 0), mirrored(A, RED));
      expectClose(plane(flow, 1), mirrored(B, BLUE));
    }
  });

  it('half-precision floats where it declares them, and gives them', async () => {
    const flow = await echo('echo-half', { range: [0, 1] }, {}, A, B);
    expectClose(
      plane(flow, 0),
      mirrored(A, RED, (value) => value / 255),
      3e-4,
    );
  });
});

describe('what it gives is read', () => {
  it('by the channels of u and v, times a scale', async () => {
    const flow = await echo('echo', {}, { channels: [1, 0], scale: -2 }, A, B);
    expectClose(
      plane(flow, 0),
      mirrored(B, BLUE, (value) => -2 * value),
    );
    expectClose(
      plane(flow, 1),
      mirrored(A, RED, (value) => -2 * value),
    );
  });

  it('and refused where it has another size than its stride says', async () => {
    await expect(echo('echo', {}, { stride: 2 }, A, B)).rejects.toThrow(
      "Expected 2 x 8 x 10 values of the graph's output flow but received 1 x 2 x 16 x 20",
    );
  });
});

describe('an image that is no multiple of what it takes', () => {
  const [a, b] = [pattern(6, 4, 1), pattern(6, 4, 2)];
  const red = (x: number, y: number): number => a.data[3 * (y * 6 + x) + RED];
  /** What a mirrored image of 8 x 8 shows in the part where the frame lies, of which the first column is left out or not. */
  const shown = (flow: FlowField): number[][] =>
    Array.from({ length: 4 }, (_, y) => plane(flow, 0).slice(y * 6, y * 6 + 6));
  const value = (x: number, y: number, outside?: number): number => {
    const [nearX, nearY] = [Math.min(Math.max(x, 0), 5), Math.min(Math.max(y, 0), 3)];
    return outside !== undefined && (nearX !== x || nearY !== y) ? outside : red(nearX, nearY);
  };

  it.each([
    ['at the end, by its edge', { fit: 'pad' }, 0, 0, undefined],
    ['at the end, by zeros', { fit: 'pad', padding: 'zero' }, 0, 0, 0],
    ['on all sides, by its edge', { fit: 'centre', padding: 'replicate' }, 1, 2, undefined],
    ['on all sides, by zeros', { fit: 'centre', padding: 'zero' }, 1, 2, 0],
  ])('is padded %s', async (_, input, left, top, outside) => {
    const flow = await echo('echo', { multipleOf: 8, ...input }, {}, a, b);
    const wanted = Array.from({ length: 4 }, (_, y) =>
      Array.from({ length: 6 }, (_, x) => value(7 - (x + left) - left, 7 - (y + top) - top, outside)),
    );
    shown(flow).forEach((row, y) => expectClose(row, wanted[y]));
  });

  it('is padded up to the smallest size', async () => {
    const flow = await echo('echo', { smallest: 8, padding: 'zero' }, {}, a, b);
    expect(plane(flow, 0)[0]).toBe(0);
    expect(flow).toMatchObject({ width: 6, height: 4 });
  });

  it('is stretched where that is what it wants, and its flow is measured in pixels of the image', async () => {
    const [grey, white] = [100, 200].map((level) => ({ ...a, data: a.data.map(() => level) }));
    const flow = await echo('echo', { multipleOf: 8, fit: 'resize' }, {}, grey, white);
    expectClose(plane(flow, 0), Array<number>(24).fill((100 * 6) / 8), 1e-3);
    expectClose(plane(flow, 1), Array<number>(24).fill((200 * 4) / 8), 1e-3);
  });
});

describe('a network of one size', () => {
  const input = { size: { width: 32, height: 24 } };

  it('takes larger images shrunk, and its flow is measured in pixels of the image', async () => {
    const [a, b] = [pattern(64, 36, 1), pattern(64, 36, 2)].map((image) => ({
      ...image,
      data: image.data.map(() => 50),
    }));
    const flow = await echo('echo-fixed', { ...input, fit: 'centre' }, {}, a, b);
    expect(flow).toMatchObject({ width: 64, height: 36 });
    expectClose(plane(flow, 0), Array<number>(64 * 36).fill(100), 1e-3);
  });

  it('takes smaller ones as they are', async () => {
    const flow = await echo('echo-fixed', { ...input, padding: 'zero' }, {}, A, B);
    expect(plane(flow, 0)[0]).toBe(0);
    expect(flow).toMatchObject({ width: 20, height: 16 });
  });
});

describe('where an image lies', () => {
  it('is the largest place of its shape', () => {
    const rules = { multipleOf: 1, size: { width: 100, height: 50 }, fit: 'centre' } as const;
    expect(placeImage({ width: 300, height: 300 }, rules)).toMatchObject({
      ...{ left: 25, top: 0, width: 50, height: 50 },
      full: { width: 100, height: 50 },
    });
    expect(placeImage({ width: 1, height: 9000 }, rules)).toMatchObject({ width: 1, height: 50 });
  });
});
