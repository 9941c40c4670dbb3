import { prepareRefinement } from '../../kernels/refine/index.ts';
import type { PreparedRefinement, RefineParameters } from '../../kernels/refine/index.ts';
import { resizePlanes } from '../../kernels/resample/index.ts';
import { checkInteger, expected } from '../core/errors.ts';
import type { FlowField, Image, ScalarField } from '../core/types.ts';
import type { ModelInput } from '../runtime/index.ts';
import { checkFlow, checkGrid, checkSameSize } from './check.ts';
import { addEnlarged } from './estimate-enlarge.ts';
import { prepareFrame } from './estimate-frame.ts';
import type { PreparedFrame } from './estimate-frame.ts';
import { knownPixels } from './known.ts';
import { resizeFlow } from './resize.ts';

/** How flow is refined; the weights and iterations hold for each of the levels. */
export interface RefineOptions extends Omit<RefineParameters, 'span'> {
  /**
   * The factors that images and flow are shrunk by, one refinement after the other, `[4, 2, 1]` unless told.
   * Coarse levels mend errors of several pixels; `[1]` alone mends those of about one.
   */
  readonly levels?: readonly number[];
}

export interface RefineFlowOptions extends RefineOptions {
  /** How much the images are trusted at each pixel of A, 0 to 1; 0 where B does not show it. All 1 if absent. */
  readonly confidence?: ScalarField;
}

const LEVELS = [4, 2, 1];

/**
 * Refines flow by lowering the energy of Brox et al. 2004: constant brightness and gradients along the flow,
 * smoothness of the flow, both robust (the whole definition: `refineReference` in `whither/kernels`). From coarse
 * to fine, each level adds what it has found to the flow that it was given.
 *
 * Unknown flow stays unknown; meanwhile it counts as the mean of the known, without trust in the images there.
 *
 * @returns a new flow field
 * @throws ShapeError where sizes differ
 * @throws BackendError where the JavaScript engine has no WebAssembly SIMD
 */
export async function refineFlow(
  flow: FlowField,
  imageA: Image,
  imageB: Image,
  options: RefineFlowOptions = {},
): Promise<FlowField> {
  checkFlow(flow, 'flow');
  checkGrid(imageA, 3, 'imageA');
  checkGrid(imageB, 3, 'imageB');
  checkSameSize(flow, 'flow', imageA, 'imageA');
  checkSameSize(flow, 'flow', imageB, 'imageB');
  const { confidence, ...rest } = options;
  if (confidence) {
    checkGrid(confidence, 1, 'confidence');
    checkSameSize(flow, 'flow', confidence, 'confidence');
  }
  const frame = (image: Image) => prepareFrame(image, EIGHT_BITS);
  const known = knownPixels(flow);
  const complete = !known.includes(0);
  const start = complete ? flow : fillUnknown(flow, known);
  const trust = complete ? confidence?.data : trustKnown(known, confidence?.data);
  const refined = await createRefiner().refine(start, frame(imageA), frame(imageB), 255, rest, trust);
  return complete ? refined : { ...refined, valid: known };
}

const EIGHT_BITS: ModelInput = {
  layout: 'NCHW',
  channels: 'RGB',
  range: [0, 255],
  multipleOf: 1,
  fit: 'pad',
};

function fillUnknown({ width, height, data }: FlowField, known: Uint8Array): FlowField {
  let [count, sumU, sumV] = [0, 0, 0];
  for (let i = 0; i < known.length; i++)
    if (known[i]) {
      count++;
      sumU += data[i * 2];
      sumV += data[i * 2 + 1];
    }
  const filled = data.slice();
  for (let i = 0; i < known.length; i++)
    if (!known[i]) {
      filled[i * 2] = count ? sumU / count : 0;
      filled[i * 2 + 1] = count ? sumV / count : 0;
    }
  return { width, height, data: filled };
}

const trustKnown = (known: Uint8Array, confidence: Float32Array | undefined): Float32Array =>
  Float32Array.from(known, (is, i) => (is ? (confidence?.[i] ?? 1) : 0));

/** Refines pair after pair; it keeps the memory that the work needs for the sizes seen last. */
export interface Refiner {
  /**
   * @param flow all of it known
   * @param span white less black in the planes of the frames
   * @param trust one value a pixel, 0 to 1
   */
  refine(
    flow: FlowField,
    frameA: PreparedFrame,
    frameB: PreparedFrame,
    span: number,
    options?: RefineOptions,
    trust?: Float32Array,
  ): Promise<FlowField>;
}

/** Enough for the levels of one size of images. */
const MOST_PREPARED = 6;

export function createRefiner(): Refiner {
  const prepared = new Map<string, Promise<PreparedRefinement>>();
  const prepare = (width: number, height: number): Promise<PreparedRefinement> => {
    const key = `${width} x ${height}`;
    const kept = prepared.get(key);
    if (kept) return kept;
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    const made = prepareRefinement({ channels: 3, width, height });
    prepared.set(key, made);
    // A failure is told to who waits for it, and not kept.
    made.catch(() => prepared.delete(key));
    return made;
  };
  return {
    async refine(flow, frameA, frameB, span, options = {}, trust) {
      const { levels = LEVELS, ...parameters } = options;
      let refined = flow;
      for (const factor of checkLevels(levels)) {
        const [a, b] = [frameA.level(factor).planes, frameB.level(factor).planes];
        const start = resizeFlow(refined, a.width, a.height);
        const kernel = await prepare(a.width, a.height);
        const confidence = trust && shrinkTrust(trust, flow, a);
        const data = kernel.run({ a, b, flow: start.data, confidence }, { ...parameters, span });
        refined = addChange(refined, start, data);
      }
      return refined === flow ? { ...flow, data: flow.data.slice() } : refined;
    },
  };
}

function checkLevels(levels: readonly number[]): readonly number[] {
  if (!Array.isArray(levels)) throw expected('a list of shrink factors such as [4, 2, 1]', 'levels', levels);
  levels.forEach((factor, i) => checkInteger(factor, `levels[${i}]`, 1, 64));
  return levels;
}

function shrinkTrust(
  data: Float32Array,
  { width, height }: FlowField,
  to: { readonly width: number; readonly height: number },
): Float32Array {
  return resizePlanes({ channels: 1, width, height, data }, to.width, to.height).data;
}

/** The flow and, on top, what its refinement on a coarser grid has changed. */
function addChange(flow: FlowField, start: FlowField, refined: Float32Array): FlowField {
  const { width, height } = flow;
  if (start.width === width && start.height === height) return { width, height, data: refined };
  const change = refined.map((value, i) => value - start.data[i]);
  const data = flow.data.slice();
  const coarse = { ...start, data: change, pixelStride: 2, componentStride: 1 };
  addEnlarged(coarse, data, flow, flow, [width / start.width, height / start.height]);
  return { width, height, data };
}
