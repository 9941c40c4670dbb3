import { describe, expect, it } from 'vitest';
import { greyOf, greyReference } from '../../../kernels/grey/index.ts';
import { openWorkspace } from '../../../kernels/wasm/workspace.ts';
import { TOLERANCE } from '../../tolerances.ts';
import '../../matchers.ts';
import { compiled } from '../compiled.ts';

const colours = (count: number): Uint8Array =>
  Uint8Array.from({ length: 3 * count }, (_, i) => (i * 89) & 255);

describe('the grey of colours', () => {
  it('by hand', () => {
    const rgb = Uint8Array.of(0, 0, 0, 255, 255, 255, 100, 0, 0, 0, 100, 0, 0, 0, 100);
    for (const out of [undefined, openWorkspace([5])!.take(5)])
      expect(greyOf(rgb, out)).toBeCloseToArray(Float32Array.of(0, 255, 29.9, 58.7, 11.4), TOLERANCE.blur);
  });

  it.each([1, 7, 1000, 400_003])('agrees with the definition on %i pixels', (count) => {
    const wanted = new Float32Array(count);
    greyReference(colours(count), wanted);
    const out = openWorkspace([count])!.take(count);
    compiled(() => greyOf(colours(count), out));
    expect(out).toBeCloseToArray(wanted, TOLERANCE.blur);
  });

  it('wants three bytes a pixel', () => {
    expect(() => greyOf(colours(3), new Float32Array(2))).toThrow(
      'Expected 6 bytes for 2 pixels but received 9',
    );
  });
});
