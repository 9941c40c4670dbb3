const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof EXIT_CODES;

/** The user or the system asked the program to stop, and it has cleaned up. */
export class Interrupted extends Error {
  /** 128 and the signal's number, as shells count. */
  readonly exitCode: number;

  constructor(signal: StopSignal) {
    super(`whither: stopped by ${signal}; nothing half-written is left behind`);
    this.exitCode = EXIT_CODES[signal];
  }
}

/** Remembers a request to stop, so that work ends between two steps and not amid a file. */
export interface InterruptGuard {
  /** Throws {@link Interrupted} once a signal has come. */
  check(): void;
  dispose(): void;
}

/**
 * Takes SIGINT, SIGTERM and SIGHUP (its terminal was closed) over until the first of them comes or it is disposed of. A
 * second signal is the system's again and kills the program where it stands, whatever it waits for.
 */
export function guardInterrupts(): InterruptGuard {
  let received: StopSignal | undefined;
  const signals = Object.keys(EXIT_CODES) as StopSignal[];
  const dispose = (): void => signals.forEach((signal) => process.off(signal, listener));
  const listener = (signal: NodeJS.Signals): void => {
    received ??= signal as StopSignal;
    dispose();
  };
  signals.forEach((signal) => process.on(signal, listener));
  return {
    check() {
      if (received) throw new Interrupted(received);
    },
    dispose,
  };
}
