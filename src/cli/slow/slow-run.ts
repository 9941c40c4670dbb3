import { WhitherError } from '../../core/index.ts';
import { loadFlowModel } from '../../flow/network/index.ts';
import type { FrameSource } from '../../io/index.ts';
import { interpolateFrames } from '../../video/index.ts';
import { tellWritten, writeVideo } from '../shared/index.ts';
import type { VideoPlan, WrittenFrame } from '../shared/index.ts';
import type { SlowCommandOptions } from './slow-options.ts';

/** `whither slow VIDEO -o OUT`: a video with frames in between. */
export async function slowCommand(input: string, options: SlowCommandOptions): Promise<void> {
  checkRates(options);
  const target = { ...options, label: 'frames' };
  const written = await writeVideo(input, target, (source) => planFrames(source, options));
  tellWritten(options.output, written);
}

function checkRates({ factor, fps, stretch }: SlowCommandOptions): void {
  if (fps === undefined) return;
  if (factor !== undefined) throw new WhitherError('Expected one of --factor and --fps but received both');
  if (stretch) throw new WhitherError('Expected --factor with --stretch but received --fps');
}

function planFrames(source: FrameSource, options: SlowCommandOptions): VideoPlan {
  const { width, height, frameRate, variableRate, frameCount } = source;
  const { fps, stretch = false, factor = fps === undefined ? 2 : undefined } = options;
  const times = factor ?? fps! / frameRate;
  return {
    ...{ width, height },
    frameRate: stretch ? frameRate : times * frameRate,
    variableRate: factor !== undefined && variableRate,
    sound: options.sound && !stretch,
    total: frameCount === null ? null : Math.round((frameCount - 1) * times) + 1,
    frames: framesBetween(source, options, factor),
  };
}

async function* framesBetween(
  source: FrameSource,
  { fps, stretch, model: name, preset }: SlowCommandOptions,
  factor: number | undefined,
): AsyncGenerator<WrittenFrame> {
  const model = await loadFlowModel(name);
  const longer = stretch ? factor! : 1;
  try {
    for await (const frame of interpolateFrames(source, { model, preset, factor, frameRate: fps })) {
      const { image, time, cut } = frame;
      yield { image, cut, time: time === undefined ? undefined : longer * time };
    }
  } finally {
    await model.dispose();
  }
}
