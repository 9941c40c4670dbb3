import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FIXTURES } from '../../../fixtures/index.ts';
import { readImage } from '../../../src/io/index.ts';
import { imagePlanes } from '../../../kernels/resample/index.ts';
import { findModel, loadGraph } from '../../../src/runtime/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { decodeNpyValues } from '../patches/npy.ts';

const golden = (name: string): string => join(FIXTURES.golden, name);

/** Every tenth channel of a map, as `models/semantic/golden.py` keeps them. */
const everyTenth = ({ dims, data }: { dims: readonly number[]; data: Float32Array }): number[] => {
  const area = dims[2] * dims[3];
  return Array.from(data).filter((_, k) => Math.floor(k / area) % 10 === 0);
};

it('the trunk gives the features that TFLite gives with the detector it was cut from', async () => {
  const installed = await findModel('semantic');
  const outputs = ['stride16a', 'stride16b', 'stride32'];
  const trunk = await loadGraph(installed, 'trunk', { inputs: ['image'], outputs });
  const image = await readImage(golden('semantic.png'));
  const { width, height } = image;
  const { data } = imagePlanes(image, 1, [-1, 1]);
  const found = await trunk.run({ image: { dims: [1, 3, height, width], data } });
  await trunk.dispose();
  const expected = decodeNpyValues(await readFile(golden('semantic-trunk.npy')));
  expect(outputs.flatMap((name) => everyTenth(found[name]))).toBeCloseToArray(
    expected,
    TOLERANCE.trunkFeature,
  );
});

/** The volume of `made_volume` in `models/semantic/golden.py`. */
function madeVolume(cells: number): Float32Array {
  const [channels, area] = [cells ** 2, cells ** 2];
  const values = Array.from({ length: channels * area }, (_, k) => Math.abs(Math.sin(k)));
  const kept = values.map((value) => (value > 0.9 ? value : 0));
  const squares = new Float64Array(area);
  kept.forEach((value, k) => (squares[k % area] += value * value));
  return Float32Array.from(kept, (value, k) => value / Math.sqrt(squares[k % area] + 1e-6));
}

it.each(['affine', 'homography', 'tps'])(
  'the %s regressor gives the numbers that PyTorch gives before its weights were halved',
  async (kind) => {
    const thetas = JSON.parse(await readFile(golden('semantic-theta.json'), 'utf8')) as Record<
      string,
      number[]
    >;
    const installed = await findModel('semantic');
    const session = await loadGraph(installed, kind, { inputs: ['correlation'], outputs: ['theta'] });
    const { theta } = await session.run({ correlation: { dims: [1, 225, 15, 15], data: madeVolume(15) } });
    await session.dispose();
    expect(theta.data).toBeCloseToArray(thetas[kind], TOLERANCE.halvedWeights);
  },
);
