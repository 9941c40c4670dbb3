import { ModelError } from '../core/index.ts';
import type { FlowField, Size } from '../core/index.ts';
import { estimateFlow } from '../flow/estimate/index.ts';
import { cropFlow, flowStatistics, scoreFlow } from '../flow/field/index.ts';
import { createSingleModel } from '../flow/network/index.ts';
import type { FlowManifest, Session } from '../runtime/index.ts';
import { shiftScene, zoomScene } from './probe-scenes.ts';
import type { ProbeScene } from './probe-scenes.ts';
import { describeProof } from './tell-flow.ts';
import type { Notes, Proof } from './types.ts';

/** Rows and columns less than what the network takes, so that padding is part of the proof. */
const LESS = [9, 13] as const;
/** A greater share of the motion than this is no flow. */
const WRONG = 0.5;
/** A mean error above this is told, in pixels. */
const POOR = 1;

/** The mean end-point error on each scene, as `scores` of a model.json have it. */
export type ProbeScores = Record<string, { readonly epe: number }>;

/**
 * Estimates the flow of scenes that are known, the way that everybody will.
 *
 * @throws ModelError where what comes out has nothing to do with the motion
 */
export async function proveFlow(
  session: Session,
  manifest: FlowManifest,
  { width, height }: Size,
  notes: Notes,
): Promise<ProbeScores> {
  const model = createSingleModel(manifest, session);
  const size = { width: Math.max(width - LESS[1], 1), height: Math.max(height - LESS[0], 1) };
  const scores: ProbeScores = {};
  for (const scene of [shiftScene(size), zoomScene(size)]) {
    const { flow } = await estimateFlow(model, scene.imageA, scene.imageB, { refine: false });
    const proof = scoreMiddle(flow, scene);
    if (!(proof.error <= WRONG * proof.motion)) throw refusal(scene, proof);
    notes.found.push(describeProof(scene.name, proof));
    if (proof.error > POOR)
      notes.warnings.push(`It is ${proof.error.toFixed(1)} px off on the ${scene.name}: check its options`);
    scores[`probe ${scene.name}`] = { epe: Math.round(proof.error * 1000) / 1000 };
  }
  return scores;
}

/** Of the pixels whose counterparts no border is near to. */
function scoreMiddle(flow: FlowField, { truth }: ProbeScene): Proof {
  const [x, y] = [truth.width, truth.height].map((side) => Math.min(12, Math.floor((side - 1) / 2)));
  const box = { x, y, width: truth.width - 2 * x, height: truth.height - 2 * y };
  const [found, wanted] = [cropFlow(flow, box), cropFlow(truth, box)];
  const { meanU, meanV } = meanOf(found);
  return {
    mean: [meanU, meanV],
    error: scoreFlow(found, wanted).epe!,
    motion: flowStatistics(wanted).meanMagnitude!,
  };
}

function meanOf({ data }: FlowField): { meanU: number; meanV: number } {
  let [u, v] = [0, 0];
  for (let i = 0; i < data.length; i += 2) {
    u += data[i];
    v += data[i + 1];
  }
  return { meanU: (2 * u) / data.length, meanV: (2 * v) / data.length };
}

const refusal = ({ name }: ProbeScene, { error, motion }: Proof): ModelError =>
  new ModelError(
    `Expected a flow that follows a known ${name} but it is ${error.toFixed(2)} px off where the motion is ` +
      `${motion.toFixed(2)} px: give the range, the channels, the scale and the output of the network, or leave out the probe`,
  );
