/** Separable blurring in WebAssembly SIMD, strip by strip in a fixed piece of memory. */

import { wasmApi } from '../wasm/api.ts';
import * as w from '../wasm/code.ts';
import { mirror } from './reference.ts';

const { add, load, loadSplat, multiply, store } = w.f32x4;

/** Values that one turn of the loop makes. */
const TURN = 16;

/** 8 MiB. */
const PAGES = 128;

/** Floats for the kernel, at the start of the memory. */
const KERNEL_ROOM = 1024;

interface Kernel {
  /**
   * `out[i] = half[0] in[i] + sum_k half[k] (in[i - k * step] + in[i + k * step])` for as many `i` as lie between
   * `out` and `end`, rounded up to 16; addresses in bytes.
   */
  line(input: number, out: number, end: number, step: number, taps: number): void;
}

interface Engine {
  readonly kernel: Kernel;
  readonly memory: Float32Array;
}

function lineSource(): w.FunctionSource {
  const locals = w.createLocals(5);
  const [input, out, end, step, taps] = [0, 1, 2, 3, 4];
  const [tap, low, high] = [locals.integer(), locals.integer(), locals.integer()];
  const sums = [0, 1, 2, 3].map(() => locals.vector());
  const weight = locals.vector();
  const both = (at: number) => add(load(w.get(low), at), load(w.get(high), at));
  return {
    name: 'line',
    locals,
    body: w.loopUntil(out, end, 4 * TURN, [
      ...w.set(weight, loadSplat(w.constant(0))),
      ...sums.flatMap((sum, k) => w.set(sum, multiply(w.get(weight), load(w.get(input), 16 * k)))),
      ...w.set(tap, w.constant(4)),
      ...w.set(low, w.get(input)),
      ...w.set(high, w.get(input)),
      ...w.when(w.lessThan(w.get(tap), w.get(taps)), [
        ...w.loopUntil(tap, taps, 4, [
          ...w.set(low, [...w.get(low), ...w.get(step), 0x6b]),
          ...w.set(high, w.add(w.get(high), w.get(step))),
          ...w.set(weight, loadSplat(w.get(tap))),
          ...sums.flatMap((sum, k) => w.set(sum, add(w.get(sum), multiply(w.get(weight), both(16 * k))))),
        ]),
      ]),
      ...sums.flatMap((sum, k) => store(w.get(out), w.get(sum), 16 * k)),
      ...w.increase(input, 4 * TURN),
    ]),
  };
}

let engine: Engine | null | undefined;

/** The one engine of this thread, made when first wanted; null without WebAssembly SIMD. */
function getEngine(): Engine | null {
  if (engine !== undefined) return engine;
  const bytes = w.assemble([lineSource()], PAGES, false);
  if (!wasmApi?.validate(bytes)) return (engine = null);
  const memory = new wasmApi.Memory({ initial: PAGES, maximum: PAGES, shared: false });
  const instance = new wasmApi.Instance(new wasmApi.Module(bytes), { kernel: { memory } });
  return (engine = { kernel: instance.exports as Kernel, memory: new Float32Array(memory.buffer) });
}

/**
 * As the definition.
 *
 * @returns false where this cannot do it: no SIMD here, or rows or a kernel too long for its memory
 */
export function blurSimd(
  data: Float32Array,
  width: number,
  height: number,
  half: Float32Array,
  out: Float32Array,
): boolean {
  const ready = getEngine();
  const radius = half.length - 1;
  const stride = Math.ceil((width + 2 * radius) / TURN) * TURN;
  const room = ready ? ready.memory.length - KERNEL_ROOM - 4 * TURN : 0;
  const rows = Math.floor(room / (2 * stride)) - 2 * radius - 1;
  if (!ready || half.length > KERNEL_ROOM || rows < Math.max(1, radius)) return false;
  ready.memory.set(half);
  for (let top = 0; top < height; top += rows) {
    const strip = { top, bottom: Math.min(height, top + rows), width, height, radius, stride };
    blurStrip(ready, data, strip, out);
  }
  return true;
}

interface Strip {
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly stride: number;
}

function blurStrip({ kernel, memory }: Engine, data: Float32Array, strip: Strip, out: Float32Array): void {
  const { top, bottom, width, height, radius, stride } = strip;
  const taps = 4 * (radius + 1);
  const rows = bottom - top + 2 * radius;
  const first = KERNEL_ROOM + TURN;
  // One row to spare between the two, which the reading beyond the last row of the first runs into.
  const second = first + (rows + 1) * stride;
  for (let r = 0; r < rows; r++) {
    const from = mirror(top - radius + r, height) * width;
    writeRow(memory, first + r * stride, data.subarray(from, from + width), radius);
  }
  kernel.line(4 * (first + radius), 4 * second, 4 * (second + rows * stride), 4, taps);
  const inner = second + radius * stride;
  const end = first + (bottom - top) * stride;
  kernel.line(4 * inner, 4 * first, 4 * end, 4 * stride, taps);
  for (let y = top; y < bottom; y++) {
    const at = first + (y - top) * stride;
    out.set(memory.subarray(at, at + width), y * width);
  }
}

/** A row with its mirror image on both sides, `radius` values each. */
function writeRow(memory: Float32Array, at: number, row: Float32Array, radius: number): void {
  memory.set(row, at + radius);
  for (let k = 1; k <= radius; k++) {
    memory[at + radius - k] = row[mirror(-k, row.length)];
    memory[at + radius + row.length - 1 + k] = row[mirror(row.length - 1 + k, row.length)];
  }
}
