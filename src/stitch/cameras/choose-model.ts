import { homographyJacobian } from '../../core/index.ts';
import type { Matrix3 } from '../../core/index.ts';
import { placeByRotation, placeOnPlane } from './place-views.ts';
import type { AdjustedRotation, Component } from './place-views.ts';
import type { CameraModel, Placement, View } from '../types.ts';

/** What was tried, and why the one was taken. */
export interface ModelChoice {
  readonly placement: Placement;
  /** Error that remains under each model that could be fitted, in pixels of the images that were matched. */
  readonly errors: Readonly<Partial<Record<CameraModel, number>>>;
  /** The choice in one sentence. */
  readonly explanation: string;
  /** How the focal length was found; `rotation` alone. */
  readonly focal?: AdjustedRotation['focal'];
  /** Whether focal lengths differ from view to view; `rotation` alone. */
  readonly zoomed?: boolean;
  /** Median error of each of the component's pairs, in their order, in pixels of the images that were matched. */
  readonly pairErrors: readonly number[];
}

interface Candidate {
  readonly model: CameraModel;
  readonly rms: number;
  readonly medians: readonly number[];
  readonly placement: Placement;
  readonly rotation?: AdjustedRotation;
  /** Focal length in multiples of the longer side, the median. */
  readonly focalRatio?: number;
}

/** A simpler model is kept while its error is at most this many times the least, plus this many pixels. */
const [TOLERATED_FACTOR, TOLERATED_PIXELS] = [1.3, 0.25];
/** Areas may be stretched this much from one corner of a panorama on a plane to another. */
const MOST_STRETCH = 40;

/**
 * Fits every camera model and takes the simplest that explains the points about as well as the best: first a
 * turning camera or a flat scene seen straight on (whichever fits better, both having few parameters), else free
 * homographies, unless these would tear the panorama apart.
 *
 * @param forced a model to take whatever the evidence; the explanation says so
 * @example
 * import { chooseModel, register } from 'whither/stitch';
 *
 * const { views, pairs } = await register(sources);
 * const component = { views: views.map(({ view }) => view), pairs: pairs.filter((pair) => pair.verified) };
 * const { placement, explanation } = chooseModel(component, 'rotation');
 */
export function chooseModel(component: Component, forced?: CameraModel): ModelChoice {
  const fitters = { rotation: fitRotationModel, affine: fitAffine, homography: fitHomographies };
  const models: CameraModel[] = forced ? [forced] : ['rotation', 'affine', 'homography'];
  const candidates = models.flatMap((model) => fitters[model](component) ?? []);
  if (!candidates.length) candidates.push(fitRotationModel(component));
  const chosen = pick(candidates);
  return {
    placement: chosen.placement,
    errors: Object.fromEntries(candidates.map(({ model, rms }) => [model, rms])),
    explanation: forced ? `${forced} as asked for` : explain(chosen, candidates),
    focal: chosen.rotation?.focal,
    zoomed: chosen.rotation?.zoomed,
    pairErrors: chosen.medians,
  };
}

function pick(candidates: readonly Candidate[]): Candidate {
  const least = Math.min(...candidates.map(({ rms }) => rms));
  const good = candidates.filter(({ rms }) => rms <= TOLERATED_FACTOR * least + TOLERATED_PIXELS);
  const find = (model: CameraModel): Candidate | undefined =>
    good.find((candidate) => candidate.model === model);
  const [rotation, affine, homography] = [find('rotation'), find('affine'), find('homography')];
  if (rotation && affine) return isScan(affine, rotation) ? affine : rotation;
  return rotation ?? affine ?? homography!;
}

/** From how long a lens on, in multiples of the longer side, a turning camera is as good as a moving one. */
const LONG_LENS = 4;
/** A flat scene must bring the error below this share of a turning camera's to be preferred. */
const SCAN_GAIN = 0.75;

/** Cameras whose axes are nearer than this, as a cosine, do not turn: a zoom tells nothing of the focal length. */
const STILL = Math.cos((2 * Math.PI) / 180);

function isScan(affine: Candidate, rotation: Candidate): boolean {
  return (
    affine.rms < SCAN_GAIN * rotation.rms ||
    rotation.focalRatio! > LONG_LENS ||
    (rotation.rotation!.zoomed && !turns(rotation.rotation!.cameras))
  );
}

function turns({ rotations }: { readonly rotations: readonly Matrix3[] }): boolean {
  const [first] = rotations;
  return rotations.some((r) => first[2] * r[2] + first[5] * r[5] + first[8] * r[8] < STILL);
}

const indicesOf = (views: readonly View[]): number[] => views.map(({ index }) => index);

function fitRotationModel(component: Component): Candidate {
  const rotation = placeByRotation(component);
  const { cameras, rms, medians } = rotation;
  const { matrices, focals } = cameras;
  const placement: Placement = { model: 'rotation', views: indicesOf(component.views), matrices, focals };
  const ratios = focals.map((f, v) => f / Math.max(component.views[v].width, component.views[v].height));
  const focalRatio = ratios.sort((x, y) => x - y)[ratios.length >> 1];
  return { model: 'rotation', rms, medians, placement, rotation, focalRatio };
}

const fitAffine = (component: Component): Candidate | undefined => fitPlanar(component, 'affine');
const fitHomographies = (component: Component): Candidate | undefined => fitPlanar(component, 'homography');

function fitPlanar(component: Component, model: 'affine' | 'homography'): Candidate | undefined {
  const { cameras, rms, medians } = placeOnPlane(component, model);
  const placement: Placement = { model, views: indicesOf(component.views), matrices: cameras.matrices };
  if (!liesOnPlane(placement, component.views)) return undefined;
  return { model, rms, medians, placement };
}

/** Whether every corner lies before the horizon and none is stretched out of shape. */
function liesOnPlane({ matrices }: Placement, views: readonly View[]): boolean {
  const areas = matrices.flatMap((m, v) => {
    const [right, bottom] = [views[v].width - 1, views[v].height - 1];
    return [
      [0, 0],
      [right, 0],
      [0, bottom],
      [right, bottom],
    ].map(([x, y]) => {
      if (!(m[6] * x + m[7] * y + m[8] > 0)) return NaN;
      const [xx, xy, yx, yy] = homographyJacobian(m, x, y);
      return (xx * yy - xy * yx) / views[v].scale ** 2;
    });
  });
  return areas.every((area) => area > 0) && Math.max(...areas) < MOST_STRETCH * Math.min(...areas);
}

const WORDS: Readonly<Record<CameraModel, string>> = {
  rotation: 'a camera that turns about one point',
  affine: 'a flat scene seen straight on',
  homography: 'a free homography for each image',
};

function explain(chosen: Candidate, candidates: readonly Candidate[]): string {
  const others = candidates
    .filter((candidate) => candidate !== chosen)
    .map(({ model, rms }) => `${model} ${rms.toFixed(2)}`);
  const why =
    chosen.model === 'homography'
      ? 'the simpler models fit clearly worse'
      : 'it fits about as well as any, with the fewest parameters';
  const compared = others.length ? `${why} (${others.join(', ')} px)` : 'no other model could be fitted';
  return `${WORDS[chosen.model]}, error ${chosen.rms.toFixed(2)} px: ${compared}`;
}
