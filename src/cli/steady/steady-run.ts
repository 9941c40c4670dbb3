import { loadFlowModel } from '../../flow/network/index.ts';
import type { FrameSource } from '../../io/index.ts';
import { steadyFrames } from '../../video/index.ts';
import type { SteadyFrame } from '../../video/index.ts';
import { startProgress, tellWritten, writeVideo } from '../shared/index.ts';
import type { VideoPlan } from '../shared/index.ts';
import type { SteadyCommandOptions } from './steady-options.ts';

/** `whither steady VIDEO -o OUT`: a video without its shake. */
export async function steadyCommand(input: string, options: SteadyCommandOptions): Promise<void> {
  let zoom = 1;
  const watch = (frame: SteadyFrame): void => void (zoom = Math.max(zoom, frame.zoom));
  const written = await writeVideo(input, { ...options, label: 'frames' }, (source, check) =>
    planFrames(source, options, watch, check),
  );
  const lost = Math.round(1000 * (1 - 1 / zoom)) / 10;
  tellWritten(options.output, written, options.fill ? ', nothing cropped' : `, at most ${lost} % cropped`);
}

function planFrames(
  source: FrameSource,
  options: SteadyCommandOptions,
  watch: (frame: SteadyFrame) => void,
  check: () => void,
): VideoPlan {
  const { width, height, frameRate, variableRate, frameCount } = source;
  return {
    ...{ width, height, frameRate, variableRate },
    sound: options.sound,
    total: frameCount,
    frames: steady(source, options, watch, check),
  };
}

async function* steady(
  source: FrameSource,
  { model: name, preset, smoothing, maxCrop, fill }: SteadyCommandOptions,
  watch: (frame: SteadyFrame) => void,
  check: () => void,
): AsyncGenerator<SteadyFrame> {
  const model = await loadFlowModel(name);
  const progress = startProgress('motion', source.frameCount);
  const onMotion = (): void => {
    check();
    progress.step();
  };
  const edges = fill ? 'fill' : 'crop';
  try {
    const how = { model, preset, smoothing, maxCrop, edges, onMotion } as const;
    for await (const frame of steadyFrames(source, how)) {
      progress.stop();
      watch(frame);
      yield frame;
    }
  } finally {
    progress.stop();
    await model.dispose();
  }
}
