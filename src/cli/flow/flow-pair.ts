import { extname } from 'node:path';
import { ShapeError, WhitherError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { estimateFlow } from '../../flow/estimate/index.ts';
import type { FlowEstimate } from '../../flow/estimate/index.ts';
import { colorizeFlow, drawArrows } from '../../draw/index.ts';
import { flowStatistics, meanMagnitude } from '../../flow/field/index.ts';
import type { FlowModel } from '../../flow/network/index.ts';
import { FLOW_EXTENSIONS } from '../../io/flow/index.ts';
import { readOpaque, fitImage } from '../../io/image/index.ts';
import { readImages, writeFlow, writeImage, writeMask } from '../../io/index.ts';
import { maskShare, mean, median, round, withoutOccluded, withoutTransparent } from './flow-figures.ts';
import { estimateOptions } from './flow-options.ts';
import type { FlowCommandOptions } from './flow-options.ts';
import {
  checkApart,
  checkExtension,
  checkOutputs,
  createWarnings,
  guardInterrupts,
  startProgress,
} from '../shared/index.ts';
import type { InterruptGuard, Progress, Warnings } from '../shared/index.ts';
import { openModel } from './open-model.ts';

/**
 * Mean confidence below which two images are hardly of one scene. What the network tells was 0.44 to 0.74 on 15 pairs of
 * two scenes and 0.87 to 1 on 26 of one, the agreement of both directions 0 to 0.03 and 0.58 to 1 (20 of these).
 */
const HARDLY_SURE = { network: 0.8, bothWays: 0.3 };

/** Pixels along a side below which an image is smaller than a cell of the networks' coarsest features. */
const LEAST_SIDE = 16;

const IMAGES = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff'];

/** `whither flow A B`: estimates, then writes every file asked for. */
export async function flowOfPair(pathA: string, pathB: string, options: FlowCommandOptions): Promise<void> {
  await checkPairOptions(options, [pathA, pathB]);
  const guard = guardInterrupts();
  try {
    const warnings = createWarnings();
    const [fullA, fullB] = await readImages([pathA, pathB], { onWarning: warnings.tell });
    const imageA = await fitImage(fullA, options.maxSize);
    const imageB = await fitImage(fullB, options.maxSize);
    checkSameSize(imageA, pathA, imageB, pathB);
    const model = await openModel(options);
    try {
      const { estimate: whole, milliseconds } = await repeatEstimate(model, imageA, imageB, options, guard);
      const estimate = withoutTransparent(whole, await readOpaque(pathA), await readOpaque(pathB));
      await writeResults(imageA, estimate, options, guard);
      report(model, estimate, milliseconds, options, warnings);
    } finally {
      await model.dispose();
    }
  } finally {
    guard.dispose();
  }
}

async function checkPairOptions(options: FlowCommandOptions, inputs: readonly string[]): Promise<void> {
  const { output, color, occlusion, arrows, json, force = false } = options;
  if (!output && !color && !occlusion && !arrows && !json)
    throw new WhitherError('Expected something to make: -o, --color, --occlusion, --arrows or --json');
  if (output) checkExtension(output, FLOW_EXTENSIONS, '-o with two images');
  for (const [name, path] of Object.entries({ color, occlusion, arrows }))
    if (path) checkExtension(path, IMAGES, `--${name}`);
  const outputs = [output, backwardPath(options), color, occlusion, arrows].filter(
    (path) => path !== undefined,
  );
  await checkApart(outputs, inputs);
  await checkOutputs(outputs, force);
}

/** Where `--both` puts the flow from B to A: beside the other, with `backward` before the extension. */
function backwardPath({ output, both }: FlowCommandOptions): string | undefined {
  if (!output || !both) return undefined;
  const extension = extname(output);
  return `${output.slice(0, -extension.length)}.backward${extension}`;
}

function checkSameSize(imageA: Image, pathA: string, imageB: Image, pathB: string): void {
  if (imageA.width === imageB.width && imageA.height === imageB.height) return;
  throw new ShapeError(
    `Expected two images of one size but ${pathA} is ${imageA.width} x ${imageA.height} ` +
      `and ${pathB} is ${imageB.width} x ${imageB.height}`,
  );
}

/** The estimate, and the median time of `--repeat` of them after one that warms up. */
async function repeatEstimate(
  model: FlowModel,
  imageA: Image,
  imageB: Image,
  options: FlowCommandOptions,
  guard: InterruptGuard,
): Promise<{ estimate: FlowEstimate; milliseconds: number }> {
  const both = options.both ?? options.occlusion !== undefined;
  const tiles = showTiles(guard);
  const how = { ...estimateOptions(options), both, onTile: tiles.count };
  try {
    let estimate = await estimateFlow(model, imageA, imageB, how);
    const times = options.repeat ? [] : [estimate.milliseconds];
    while (times.length < (options.repeat ?? 1)) {
      guard.check();
      estimate = await estimateFlow(model, imageA, imageB, how);
      times.push(estimate.milliseconds);
    }
    guard.check();
    return { estimate, milliseconds: median(times) };
  } finally {
    tiles.stop();
  }
}

/** A progress bar for each estimate that goes tile by tile; it can be interrupted between two. */
function showTiles(guard: InterruptGuard): { count(done: number, total: number): void; stop(): void } {
  let progress: Progress | undefined;
  const stop = (): void => {
    progress?.stop();
    progress = undefined;
  };
  return {
    count(done, total) {
      guard.check();
      progress ??= startProgress('flow', total);
      progress.step();
      if (done === total) stop();
    },
    stop,
  };
}

async function writeResults(
  imageA: Image,
  { flow, backward, occluded }: FlowEstimate,
  options: FlowCommandOptions,
  guard: InterruptGuard,
): Promise<void> {
  const { output, color, occlusion, arrows, normalize, both } = options;
  const write = { overwrite: options.force };
  const drawn = both && occluded ? withoutOccluded(flow, occluded) : flow;
  const maxMagnitude = typeof normalize === 'number' ? normalize : undefined;
  if (output) await writeFlow(output, flow, write);
  guard.check();
  if (output && both) await writeFlow(backwardPath(options)!, backward!, write);
  if (color) await writeImage(color, colorizeFlow(drawn, { maxMagnitude }).image, write);
  if (occlusion) await writeMask(occlusion, occluded!, write);
  if (arrows) await writeImage(arrows, drawArrows(imageA, drawn), write);
}

function report(
  model: FlowModel,
  { flow, backward, backend, tile, occluded, confidence }: FlowEstimate,
  milliseconds: number,
  options: FlowCommandOptions,
  warnings: Warnings,
): void {
  const { width, height } = flow;
  const name = model.manifest.name;
  if (options.json) {
    const occludedShare = occluded && maskShare(occluded);
    const figures = {
      ...{ model: name, backend, width, height, tile, milliseconds: round(milliseconds) },
      ...flowStatistics(flow),
      ...warnings.inJson(),
    };
    process.stdout.write(`${JSON.stringify({ ...figures, occludedShare }, null, 2)}\n`);
  }
  const written = [options.output, options.color, options.occlusion, options.arrows]
    .filter(Boolean)
    .join(', ');
  process.stderr.write(
    `${width} x ${height} by ${name} (${backend}${tile ? `, tiles of ${tile}` : ''}) ` +
      `in ${Math.round(milliseconds)} ms, ` +
      `mean motion ${meanMagnitude(flow)?.toFixed(2)} px${written && `: ${written}`}\n`,
  );
  if (Math.min(width, height) < LEAST_SIDE)
    process.stderr.write(
      `This flow is a guess: ${width} x ${height} pixels are too few to see motion by, give larger images\n`,
    );
  const sureness = confidence && mean(confidence.data);
  if (sureness !== undefined && sureness < HARDLY_SURE[backward ? 'bothWays' : 'network'])
    process.stderr.write(
      `This flow is hardly sure (confidence ${sureness.toFixed(2)} in the mean): are both images of one scene?\n`,
    );
}
