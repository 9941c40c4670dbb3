import { wasmApi } from './api.ts';
import type { WasmMemory } from './api.ts';
import { DONE, FAILED, ROUND, WORK, takeItems } from './rounds.ts';
import type { Kernel } from './rounds.ts';

/** What a thread is sent: a module to work for, or the number of one to forget. */
export interface Mail {
  readonly id: number;
  readonly work?: {
    readonly module: object;
    readonly memory: WasmMemory;
    readonly names: readonly string[];
  };
}

/** The work of a thread, which sleeps until a round begins or there is mail. */
export interface ThreadWork {
  receive(mail: Mail): void;
  sleep(): void;
  /** Works in the round that has begun, if one has. */
  work(): void;
}

/** Nothing that it imports does anything when it is loaded: a thread is this file and no other. */
export function createThreadWork(control: Int32Array, thread: number): ThreadWork {
  const works = new Map<number, { readonly kernel: Kernel; readonly names: readonly string[] }>();
  let round = Atomics.load(control, ROUND);
  return {
    receive({ id, work }) {
      if (work) works.set(id, { kernel: instantiate(work), names: work.names });
      else works.delete(id);
    },
    sleep: () => void Atomics.wait(control, ROUND, round),
    work() {
      const now = Atomics.load(control, ROUND);
      if (now === round) return;
      round = now;
      const work = works.get(Atomics.load(control, WORK));
      if (work) takeItems(work.kernel, work.names, control, thread, round);
    },
  };
}

/** See `importsOf` for `sleep`. */
function instantiate({ module, memory }: NonNullable<Mail['work']>): Kernel {
  const sleep = (at: number, value: number) =>
    Atomics.wait(new Int32Array(memory.buffer), at / 4, value, 0.1);
  return new wasmApi.Instance(module, { env: { memory }, threads: { sleep } }).exports as Kernel;
}

/** Tells the caller, which waits for the end of the round, that it will not come. */
export function reportFailure(control: Int32Array): void {
  Atomics.store(control, FAILED, 1);
  Atomics.notify(control, DONE);
}
