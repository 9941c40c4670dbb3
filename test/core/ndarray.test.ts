import { readFileSync } from 'node:fs';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/core/errors.ts';
import { asNdarray, fromNdarray } from '../../src/core/ndarray.ts';
import { flowFrom, testImage } from '../flow/fields.ts';

describe('asNdarray', () => {
  it('shows rows, columns and components without a copy', () => {
    const flow = flowFrom(4, 3, (x, y) => [x, 10 * y]);
    const view = asNdarray(flow);
    expect(view.shape).toEqual([3, 4, 2]);
    expect([view.get(2, 1, 0), view.get(2, 1, 1)]).toEqual([1, 20]);
    expect(view.data).toBe(flow.data);
    expect(view.dtype).toBe('float32');
  });

  it('takes images, masks, scalar fields and tensors', () => {
    const image = testImage(5, 2);
    expect(asNdarray(image).shape).toEqual([2, 5, 3]);
    expect(asNdarray(image).dtype).toBe('uint8');
    expect(asNdarray({ width: 5, height: 2, data: new Uint8Array(10) }).shape).toEqual([2, 5]);
    expect(asNdarray({ width: 5, height: 2, data: new Float32Array(10) }).shape).toEqual([2, 5]);
    expect(asNdarray({ dims: [1, 2, 3, 4], data: new Float32Array(24) }).shape).toEqual([1, 2, 3, 4]);
  });

  it('refuses what does not fit its own size', () => {
    expect(() => asNdarray({ width: 5, height: 2, data: new Float32Array(9) })).toThrow(ShapeError);
    expect(() => asNdarray({ dims: [2, 2], data: new Float32Array(5) })).toThrow('2 x 2 = 4 values');
    expect(() => asNdarray(null as never)).toThrow('for field but received null');
  });
});

describe('fromNdarray', () => {
  it('undoes asNdarray and shares its memory', () => {
    const flow = flowFrom(4, 3, (x, y) => [x, y]);
    const image = testImage(4, 3);
    expect(fromNdarray(asNdarray(flow), 'flow')).toEqual(flow);
    expect(fromNdarray(asNdarray(flow), 'flow').data.buffer).toBe(flow.data.buffer);
    expect(fromNdarray(asNdarray(image), 'image')).toEqual(image);
  });

  it('reads flipped, transposed, stepped and cut views', () => {
    const flow = flowFrom(4, 3, (x, y) => [x, 10 * y]);
    const view = asNdarray(flow);
    const flipped = fromNdarray(view.step(1, -1), 'flow');
    expect(flipped.data).toEqual(flowFrom(4, 3, (x, y) => [3 - x, 10 * y]).data);
    const turned = fromNdarray(view.transpose(1, 0, 2), 'flow');
    expect(turned).toEqual(flowFrom(3, 4, (x, y) => [y, 10 * x]));
    const every = fromNdarray(view.step(2, 2), 'flow');
    expect(every).toEqual(flowFrom(2, 2, (x, y) => [2 * x, 20 * y]));
    const cut = fromNdarray(view.lo(1, 1).hi(2, 2), 'flow');
    expect(cut).toEqual(flowFrom(2, 2, (x, y) => [x + 1, 10 * (y + 1)]));
    const rows = fromNdarray(view.lo(1).hi(2), 'flow');
    expect(rows).toEqual(flowFrom(4, 2, (x, y) => [x, 10 * (y + 1)]));
  });

  it('reads planar images through their strides', () => {
    const planes = Uint8Array.of(1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24);
    const image = fromNdarray(ndarray(planes, [2, 2, 3], [2, 1, 4]), 'image');
    expect([...image.data]).toEqual([1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24]);
  });

  it('repeats grey, rounds and cuts to the range', () => {
    const image = fromNdarray(ndarray([-5, 0.6, 254.7, 999], [2, 2]), 'image');
    expect([...image.data]).toEqual([0, 0, 0, 1, 1, 1, 255, 255, 255, 255, 255, 255]);
  });

  it('names shapes that are no flow or image', () => {
    expect(() => fromNdarray(ndarray(new Float32Array(12), [2, 2, 3]), 'flow')).toThrow(
      'Expected the shape (height, width, 2) but received (2, 2, 3)',
    );
    expect(() => fromNdarray(ndarray(new Uint8Array(16), [2, 2, 4]), 'image')).toThrow(
      'cut off the alpha channel',
    );
    expect(() => fromNdarray(ndarray(new Uint8Array(16), [2, 2, 2, 2]), 'image')).toThrow(ShapeError);
    expect(() => fromNdarray({} as never, 'image')).toThrow('an ndarray for array');
  });
});

it('brings the types of its views along: without them they would be any type to those who use the package', () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['ndarray', '@types/ndarray']));
});
