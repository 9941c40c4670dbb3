import { SingleBar } from 'cli-progress';

/** A progress bar on stderr, shown only where that is a terminal. */
export interface Progress {
  /** Counts one step more. */
  step(): void;
  stop(): void;
}

/**
 * @param label what is being done
 * @param total steps in all; null where that is not known beforehand
 */
export function startProgress(label: string, total: number | null): Progress {
  const known = '{label} {bar} {percentage}% | {value}/{total} | {rate}/s | {eta_formatted} left';
  const open = '{label} | {value} | {rate}/s';
  const bar = new SingleBar({
    stream: process.stderr,
    format: total === null ? open : known,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    etaBuffer: 20,
    hideCursor: true,
    clearOnComplete: true,
  });
  const start = performance.now();
  let steps = 0;
  bar.start(total ?? 0, 0, { label, rate: '-' });
  return {
    step() {
      steps++;
      const seconds = (performance.now() - start) / 1000;
      if (total === null) bar.setTotal(steps);
      bar.update(steps, { rate: (steps / seconds).toFixed(steps / seconds < 10 ? 1 : 0) });
    },
    stop: () => bar.stop(),
  };
}
