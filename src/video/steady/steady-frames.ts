import { ShapeError, checkNumber, checkOneOf, checkOptions, invertHomography } from '../../core/index.ts';
import type { Homography, Image, OptionNames, Size } from '../../core/index.ts';
import { flowSequence, imageOfFrame } from '../../flow/estimate/index.ts';
import type { EstimateOptions } from '../../flow/estimate/index.ts';
import { warpImage } from '../../flow/index.ts';
import type { FlowModel } from '../../flow/network/index.ts';
import { showSameScene } from '../../track/index.ts';
import type { RepeatableFrames } from '../../track/index.ts';
import { STILL, addPoses, globalMotion } from './camera-path.ts';
import type { CameraPose } from './camera-path.ts';
import { smoothPath } from './smooth-path.ts';

/** Options of `steadyFrames`. */
export interface SteadyOptions {
  /** Estimates the flow. */
  readonly model: FlowModel;
  /** Standard deviation of the Gaussian that the camera's path is smoothed by, in frames; defaults to 15. */
  readonly smoothing?: number;
  /**
   * `crop` (the default) enlarges all frames of a scene alike, so that no border is seen. `fill` keeps their size, and shows
   * beyond the borders what the frame before had there; black in the first one.
   */
  readonly edges?: 'crop' | 'fill';
  /** With `crop`, the share of the width and height that may be lost, 0 to 0.5; defaults to 0.2. Shakes that need more are smoothed less. */
  readonly maxCrop?: number;
  /** How the flow is estimated: `fast`, `balanced` or `accurate`; defaults to `fast`. */
  readonly preset?: EstimateOptions['preset'];
  /** Called after each frame whose motion was estimated: how many. What it throws ends the work. */
  readonly onMotion?: (frames: number) => void;
  /** Ends the work between two steps: what is under way is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionNames<SteadyOptions> = {
  ...{ model: true, smoothing: true, edges: true, maxCrop: true, preset: true, onMotion: true, signal: true },
};

/** A frame that was moved. */
export interface SteadyFrame {
  /** Position in the sequence, from 0. */
  readonly index: number;
  readonly image: Image;
  /** When it is shown, in seconds; absent where that is not known. */
  readonly time?: number;
  /** From the frame as it was to the frame as it is, in pixels. */
  readonly homography: Homography;
  /** How much it was enlarged, 1 or more. */
  readonly zoom: number;
  /** Whether another scene begins here. */
  readonly cut: boolean;
}

/**
 * Takes the shake out of a video. How the image moves as a whole, by a similarity, is told by the flow from frame to frame;
 * this path is smoothed scene by scene, and each frame moved by the difference. The frames are walked through twice; besides
 * the path, no more than two are held.
 *
 * @param frames of one size, which can be walked through twice: a source as `openFrames` opens, or a list of images
 * @throws ShapeError where there is no frame, or one is not of the first one's size; the reason of `signal` once that is aborted
 * @example
 * import { createFrameSink, loadFlowModel, openFrames, steadyFrames } from 'whither';
 *
 * await using model = await loadFlowModel();
 * const source = await openFrames('clip.mp4');
 * const sink = await createFrameSink('steady.mp4', { ...source, sound: 'clip.mp4' });
 * for await (const { image } of steadyFrames(source, { model })) await sink.write(image);
 * await sink.close();
 */
export async function* steadyFrames(
  frames: RepeatableFrames,
  options: SteadyOptions,
): AsyncGenerator<SteadyFrame, void, undefined> {
  checkOptions(options, OPTIONS, 'steadyFrames');
  const { edges = 'crop', signal } = options;
  checkOneOf(edges, 'edges', ['crop', 'fill']);
  const deviation = checkNumber(options.smoothing ?? 15, 'smoothing', 0);
  const maxCrop = checkNumber(options.maxCrop ?? 0.2, 'maxCrop', 0, 0.5);
  const maxZoom = edges === 'crop' ? 1 / (1 - maxCrop) : Infinity;
  const scenes = await findPaths(frames, options);
  const plans = scenes.flatMap(({ size, path }) => {
    const { poses, zoom } = smoothPath(path, deviation, size, maxZoom);
    return poses.map((pose, i) => ({ pose, zoom: edges === 'crop' ? zoom : 1, cut: i === 0 }));
  });
  let before: Image | undefined;
  let index = 0;
  for await (const given of 'frames' in frames ? frames.frames() : frames) {
    signal?.throwIfAborted();
    const frame = imageOfFrame(given, index);
    if (index >= plans.length) return;
    const { pose, zoom, cut } = plans[index];
    const homography = homographyOf(pose, zoom, frame);
    const image = moveFrame(frame, homography, edges === 'fill' && !cut ? before : undefined);
    const time = 'time' in given ? (given.time as number | undefined) : undefined;
    yield { index, image, time, homography, zoom, cut: cut && index > 0 };
    before = image;
    index++;
  }
}

/** The camera's path through one scene. */
interface Scene {
  readonly size: Size;
  readonly path: CameraPose[];
}

async function findPaths(
  frames: RepeatableFrames,
  { model, preset = 'fast', onMotion, signal }: SteadyOptions,
): Promise<Scene[]> {
  const scenes: Scene[] = [];
  const known = preset in (model.manifest.presets ?? {}) ? preset : undefined;
  for await (const pair of flowSequence(model, frames, { preset: known, signal })) {
    const { imageA, imageB, flow, confidence } = pair;
    if (!scenes.length) scenes.push({ size: imageA, path: [STILL] });
    const { path } = scenes[scenes.length - 1];
    if (showSameScene(imageA, imageB, flow, confidence))
      path.push(addPoses(path[path.length - 1], globalMotion(flow, confidence)));
    else scenes.push({ size: imageB, path: [STILL] });
    onMotion?.(pair.index + 2);
  }
  return scenes.length ? scenes : [await oneFrame(frames)];
}

/** One frame alone makes no pair. */
async function oneFrame(frames: RepeatableFrames): Promise<Scene> {
  for await (const given of 'frames' in frames ? frames.frames() : frames)
    return { size: imageOfFrame(given, 0), path: [STILL] };
  throw new ShapeError('Expected one frame or more but received none');
}

/** The pose and the zoom about the centre of the image. */
function homographyOf({ x, y, turn, scale }: CameraPose, zoom: number, { width, height }: Size): Homography {
  const [u, v] = [(width - 1) / 2, (height - 1) / 2];
  const size = zoom * Math.exp(scale);
  const [a, b] = [size * Math.cos(turn), size * Math.sin(turn)];
  return [a, -b, u - a * u + b * v + zoom * x, b, a, v - b * u - a * v + zoom * y, 0, 0, 1];
}

/** Moves a frame; what it does not show stays as it was in the frame before. */
function moveFrame(frame: Image, homography: Homography, before: Image | undefined): Image {
  const { image, valid } = warpImage(frame, invertHomography(homography));
  if (!before) return image;
  for (let i = 0; i < valid.data.length; i++)
    if (valid.data[i] === 0) image.data.set(before.data.subarray(3 * i, 3 * i + 3), 3 * i);
  return image;
}
