/** Tells whether a kernel ran as compiled code or fell back to its definition. */

import { expect } from 'vitest';
import { wasmApi } from '../../kernels/wasm/api.ts';

type Exports = Readonly<Record<string, unknown>>;
type Callable = (...values: unknown[]) => unknown;

/** Calls of compiled functions on this thread. */
let calls = 0;

function counted(exports: Exports): Exports {
  const count = (call: Callable): Callable => {
    return (...values) => {
      calls++;
      return call(...values);
    };
  };
  const entries = Object.entries(exports).map(([name, value]) => [
    name,
    typeof value === 'function' ? count(value as Callable) : value,
  ]);
  return Object.fromEntries(entries) as Exports;
}

/** Every module that is instantiated after this file was imported is counted. */
const { Instance } = wasmApi;
Object.assign(wasmApi, {
  Instance: class {
    readonly exports: Exports;
    constructor(module: object, imports: object) {
      this.exports = counted(new Instance(module, imports).exports as Exports);
    }
  },
});

function callsDuring<Result>(work: () => Result): { result: Result; calls: number } {
  const before = calls;
  const result = work();
  return { result, calls: calls - before };
}

/** The result of `work`, which must call compiled code. */
export function compiled<Result>(work: () => Result): Result {
  const { result, calls: made } = callsDuring(work);
  expect(made, 'calls of compiled code').toBeGreaterThan(0);
  return result;
}

/** The result of `work`, which must not call compiled code. */
export function interpreted<Result>(work: () => Result): Result {
  const { result, calls: made } = callsDuring(work);
  expect(made, 'calls of compiled code').toBe(0);
  return result;
}
