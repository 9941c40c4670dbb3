/** Stitches one set, in a process of its own, built as the package is: `stitch-one.js OUT.jpg IMAGE...`; one JSON object on stdout. */

import { collectGarbage, tuneEngine } from '../../src/cli/shared/tune-engine.ts';
import { WhitherError } from '../../src/core/errors.ts';
import { keepNoImages, readImage, readImageInfo, readImageOfPixels } from '../../src/io/image/images.ts';
import { createTiledImage } from '../../src/io/image/tiled-image.ts';
import { stitch } from '../../src/stitch/stitch.ts';

// As the command does.
tuneEngine();
keepNoImages();
const [output, ...paths] = process.argv.slice(2);
const start = performance.now();
const startCpu = process.cpuUsage();
const stages: Record<string, number> = {};
let last = start;

function lap(stage: string): void {
  const now = performance.now();
  stages[stage] = (stages[stage] ?? 0) + (now - last) / 1000;
  last = now;
}

async function openSource(path: string) {
  const info = await readImageInfo(path);
  const { width, height } = info;
  return {
    ...{ name: path, ...info },
    load: (most = Infinity) =>
      width * height > 1.2 * most ? readImageOfPixels(path, most) : readImage(path),
  };
}

async function run() {
  try {
    const { panoramas } = await stitch(await Promise.all(paths.map(openSource)), {
      onProgress(stage) {
        if (stage === 'seam') collectGarbage();
        lap(stage);
      },
      openSink: (index, width, height) =>
        createTiledImage(index ? output.replace(/(\.\w+)$/, `-${index + 1}$1`) : output, width, height, {
          overwrite: true,
        }),
    });
    lap('write');
    const { width, height, images } = panoramas[0].report;
    return { ok: true, placed: images.length, width, height };
  } catch (error) {
    if (!(error instanceof WhitherError)) throw error;
    return { ok: false, placed: 0, width: 0, height: 0, reason: error.message };
  }
}

const result = await run();
const { user, system } = process.cpuUsage(startCpu);
const seconds = (performance.now() - start) / 1000;
const megabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(
  `${JSON.stringify({ ...result, of: paths.length, seconds, cpu: (user + system) / 1e6, megabytes, stages })}\n`,
);
