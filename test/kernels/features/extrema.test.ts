import { describe, expect, it } from 'vitest';
import { blurSeparable } from '../../../kernels/blur/index.ts';
import { findExtrema, findExtremaReference } from '../../../kernels/extrema/index.ts';
import { openWorkspace } from '../../../kernels/wasm/workspace.ts';
import { compiled } from '../compiled.ts';

const pattern = (width: number, height: number): Float32Array =>
  Float32Array.from({ length: width * height }, (_, i) => 128 + 100 * Math.sin(i * 1.7) + ((i * 37) % 23));

function layersOf(width: number, height: number, count: number): Float32Array[] {
  const half = Float32Array.of(0.4, 0.2, 0.1);
  const layers = [pattern(width, height)];
  while (layers.length < count) layers.push(blurSeparable(layers.at(-1)!, width, height, half));
  return layers;
}

/** The same layers in one workspace. */
function gather(layers: readonly Float32Array[]): Float32Array[] {
  const workspace = openWorkspace(layers.map(({ length }) => length))!;
  return layers.map((layer) => {
    const copy = workspace.take(layer.length);
    copy.set(layer);
    return copy;
  });
}

describe('extrema of differences', () => {
  it('are a lone peak and a lone pit', () => {
    const flat = () => new Float32Array(81);
    const layers = [flat(), flat(), flat(), flat()];
    layers[2][3 * 9 + 3] = 9;
    layers[2][5 * 9 + 6] = -9;
    // The same pixels of the differences before and after are of the other sign.
    expect(findExtrema(layers, 9, 9, 1, 1)).toEqual([[3 * 9 + 3, 5 * 9 + 6]]);
    expect(findExtrema(layers, 9, 9, 1, 10)).toEqual([[]]);
    expect(findExtrema(layers, 9, 9, 4, 1)).toEqual([[]]);
  });

  it.each([
    [64, 48, 6],
    [37, 23, 4],
    [11, 90, 6],
    [5, 5, 5],
    [1200, 300, 6],
  ])('agree with the definition on %i x %i pixels and %i layers', (width, height, count) => {
    const layers = layersOf(width, height, count);
    const found = compiled(() => findExtrema(layers, width, height, 2, 0.5));
    expect(found).toEqual(findExtremaReference(layers, width, height, 2, 0.5));
    const gathered = gather(layers);
    expect(compiled(() => findExtrema(gathered, width, height, 2, 0.5))).toEqual(found);
    expect(found.length).toBe(count - 3);
  });

  it('need room for neighbours', () => {
    expect(findExtrema(layersOf(4, 40, 6), 4, 40, 2, 0)).toEqual([[], [], []]);
    expect(() => findExtrema([new Float32Array(9)], 3, 3, 1, 0)).toThrow('Expected four or more layers');
  });
});
