import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../../../fixtures/index.ts';
import { estimateFlow, loadFlowModel, readFlow, readImage } from '../../../src/index.ts';
import { TOLERANCE } from '../../tolerances.ts';

describe.each([
  ['flownet-s', 'fused'],
  ['flownet-c', 'split'],
  ['flownet-c', 'fused'],
] as const)('%s, %s', (name, graph) => {
  it('gives the flow that PyTorch gives with the same weights and schedule', async () => {
    const imageA = await readImage(FIXTURES.goldenA);
    const imageB = await readImage(FIXTURES.goldenB);
    const golden = await readFlow(`${FIXTURES.golden}/${name}.npy`);
    await using model = await loadFlowModel(name, { graph });
    const { flow } = await estimateFlow(model, imageA, imageB, { refine: false });
    expect(flow.data).toBeCloseToArray(golden.data, TOLERANCE.networkFlow);
  });
});

it('is refined by default where the manifest says so', async () => {
  const imageA = await readImage(FIXTURES.goldenA);
  const imageB = await readImage(FIXTURES.goldenB);
  await using model = await loadFlowModel('flownet-s');
  expect(model.manifest.refine).toBe(true);
  const flowWith = async (refine?: boolean) =>
    (await estimateFlow(model, imageA, imageB, { refine })).flow.data;
  const flow = await flowWith();
  expect(flow).toEqual(await flowWith(true));
  expect(flow).not.toEqual(await flowWith(false));
});
