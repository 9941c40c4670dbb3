import { setFlagsFromString } from 'node:v8';
import { expect, it } from 'vitest';
import { correlate, correlateAllPairs } from '../../../kernels/correlation/index.ts';
import { correlateReference } from '../../../kernels/correlation/reference.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { randomFeatures } from '../feature-maps.ts';

// Node 20 has the fused multiply-add of relaxed SIMD behind a flag; newer ones have it anyway. In a file of its
// own, for the flag is the process's.
setFlagsFromString('--experimental-wasm-relaxed-simd');

it('gives the same with multiply and add fused into one instruction', async () => {
  const [a, b] = [randomFeatures(37, 9, 22, 1), randomFeatures(37, 9, 22, 2)];
  const spec = { channels: 37, height: 9, width: 22, radius: 3, step: 2, scale: 'mean' } as const;
  const wanted = correlateReference(spec, a, b);
  const { data } = await correlate(a, b, { radius: 3, step: 2, backend: 'simd' });
  expect(data).toBeCloseToArray(wanted.data, TOLERANCE.correlation);
  const pairs = await correlateAllPairs(a, b, 'mean', { backend: 'simd' });
  const wantedPairs = await correlateAllPairs(a, b, 'mean', { backend: 'reference' });
  expect(pairs.data).toBeCloseToArray(wantedPairs.data, TOLERANCE.correlation);
});
