import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { fromHalf, toHalf } from '../../src/runtime/float16.ts';
import { parseManifest } from '../../src/runtime/index.ts';

type Json = Record<string, unknown>;

const standIn = JSON.parse(readFileSync(new URL('stand-in/model.json', import.meta.url), 'utf8')) as Json;

/** The stand-in as a network in one graph, with other fields of its input and output. */
function single(input: object, output: object = {}): Json {
  const manifest: Json = { ...standIn, input: { ...(standIn.input as Json), ...input } };
  delete manifest.correlation;
  return { ...manifest, output: { ...(standIn.output as Json), ...output } };
}

describe('the input and output of a network in one graph', () => {
  const input = {
    ...{ channels: 'BGR', range: [0, 1], mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2], fit: 'centre' },
    ...{ smallest: 128, size: { height: 96, width: 128 }, padding: 'zero', names: ['pair'], stack: 'frames' },
  };
  const output = { name: 'flows', channels: [1, 0], scale: -20, layout: 'NHWC' };

  it('come back with their fields', () => {
    expect(parseManifest(single(input, output), 'model.json')).toMatchObject({ input, output });
  });

  it.each([
    [{ channels: 'RBG' }, {}, 'Expected "RGB" or "BGR" for input.channels'],
    [{ mean: [0.5] }, {}, 'Expected three numbers, one for each channel for input.mean'],
    [{ std: [1, 0, 1] }, {}, 'Expected a number above 0 for input.std[1]'],
    [{ fit: 'crop' }, {}, 'Expected "pad" or "centre" or "resize" for input.fit'],
    [{ size: { height: 96 } }, {}, 'Expected an integer of at least 1 for input.size.width'],
    [{ padding: 'mirror' }, {}, 'Expected "replicate" or "zero" for input.padding'],
    [{ names: ['a', 'b', 'c'] }, {}, 'Expected one or two names for input.names'],
    [{ stack: 'rows' }, {}, 'Expected "channels" or "frames" for input.stack'],
    [{}, { channels: [1, 1] }, 'Expected two channels, of u and of v for output.channels'],
    [{}, { scale: 0 }, 'Expected a number other than 0 for output.scale'],
    [{}, { layout: 'CHW' }, 'Expected "NCHW" or "NHWC" for output.layout'],
  ])('are refused by name: %j %j', (given, gives, message) => {
    expect(() => parseManifest(single(given, gives), 'model.json')).toThrow(message);
  });

  it('are none of a network in several graphs', () => {
    const cut = (fields: object): Json => ({ ...standIn, input: { ...(standIn.input as Json), ...fields } });
    expect(() => parseManifest(cut({ size: { height: 8, width: 8 } }), 'model.json')).toThrow(
      'Expected none of a network in several graphs for input.size',
    );
    expect(() => parseManifest(cut({ fit: 'centre' }), 'model.json')).toThrow('Expected "pad" for input.fit');
  });
});

test('half-precision floats are rounded to the nearest, ties to even, and come back', () => {
  const values = [
    0,
    -0,
    1,
    -2,
    65504,
    65519,
    65520,
    1e9,
    -Infinity,
    2 ** -24,
    2 ** -25,
    6e-5,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    0.1,
  ];
  const back = fromHalf(toHalf(Float32Array.from(values)));
  expect([...back]).toEqual([
    ...[
      0,
      -0,
      1,
      -2,
      65504,
      65504,
      Infinity,
      Infinity,
      -Infinity,
      2 ** -24,
      0,
      1007 * 2 ** -24,
      1,
      1 + 2 ** -9,
    ],
    1638 * 2 ** -14,
  ]);
  expect(fromHalf(toHalf(Float32Array.of(NaN)))[0]).toBeNaN();
  const all = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
  expect(toHalf(fromHalf(all))).toEqual(all);
});
