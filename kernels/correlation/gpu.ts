/** The gpu.js kernel: one source, run by WebGPU, headless OpenGL, WebAssembly or plain JavaScript. */

import { KernelError } from '../errors.ts';
import { scaleFactor } from './reference.ts';
import type * as GpuJsTypes from 'gpu.js';
import type { Backend, BackendOptions, BackendRun } from './backend.ts';
import type { CorrelationSpec } from '../types.ts';

export type GpuMode = 'webgpu' | 'headlessgl' | 'webasm' | 'cpu';

/** gpu.js computes addresses in 32-bit floats, which count exactly up to here. */
const MOST_VALUES = 2 ** 24;

/** How a mode lays out its maps and its threads. */
interface Plan {
  /** The numbers that the kernel's text speaks of. */
  readonly constants: Readonly<Record<string, number>>;
  readonly source: string;
  /** Threads along x, y, z. */
  readonly output: readonly [number, number, number];
  packA(map: Float32Array): Float32Array;
  packB(map: Float32Array): Float32Array;
  /** Sorts what the threads returned into the volume. */
  unpack(result: KernelResult, out: Float32Array): void;
}

/** `result[z][y][x]`, a number or the array that the thread returned. */
type KernelResult = ArrayLike<ArrayLike<ArrayLike<number> | number>>;

/**
 * The kernel. It is a text because gpu.js compiles the text of functions, which transpilers and minifiers
 * change under its hands. One thread sums `cells` neighbouring cells of A against one cell of B in `rowB`;
 * `where` says which, by setting `rowB` (a row outside the map has no sum), `p` and `q`, the addresses of
 * their first channels.
 */
function kernelSource(where: string, cells: number): string {
  const all = (write: (i: number) => string, between = '\n') =>
    Array.from({ length: cells }, (_, i) => write(i)).join(between);
  const scaled = all((i) => `s${i} * this.constants.factor`, ', ');
  return `function correlate(a, b) {
  ${where}
  ${all((i) => `let s${i} = 0.0;`)}
  if (rowB >= 0 && rowB < this.constants.rows) {
    for (let c = 0; c < this.constants.channels; c++) {
      const v = b[q];
      ${all((i) => `s${i} += a[p + ${i}] * v;`)}
      p += this.constants.strideA;
      q += this.constants.strideB;
    }
  }
  return ${cells === 1 ? scaled : `[${scaled}]`};
}`;
}

/** One score a thread, neighbours in a row side by side: what a GPU reads and writes fastest. */
function planScores(spec: CorrelationSpec): Plan {
  const { channels, height, width, radius, step } = spec;
  const window = 2 * radius + 1;
  const pad = radius * step;
  const pitch = width + 2 * pad;
  return {
    source: kernelSource(
      `const j = Math.floor(this.thread.z / this.constants.window);
  const shift = (this.thread.z - j * this.constants.window) * this.constants.step;
  const rowB = this.thread.y + (j - this.constants.radius) * this.constants.step;
  let p = this.thread.y * this.constants.width + this.thread.x;
  let q = rowB * this.constants.pitch + this.thread.x + shift;`,
      1,
    ),
    constants: {
      ...{ channels, radius, window, step, width, pitch, rows: height },
      ...{ strideA: height * width, strideB: height * pitch },
    },
    output: [width, height, window * window],
    packA: (map) => map,
    packB(map) {
      const packed = new Float32Array(channels * height * pitch);
      for (let row = 0; row < channels * height; row++)
        packed.set(map.subarray(row * width, (row + 1) * width), row * pitch + pad);
      return packed;
    },
    unpack(result, out) {
      let at = 0;
      for (let k = 0; k < window * window; k++)
        for (let y = 0; y < height; y++, at += width) out.set(result[k][y] as ArrayLike<number>, at);
    },
  };
}

/**
 * Four scores a thread: four neighbouring cells of A against one of B. In its WebAssembly mode gpu.js runs
 * four threads (along x) as one vector and collects what differs between them lane by lane, which costs
 * more than the arithmetic; here the cells of A are the same for all, and one collected value of B serves
 * four sums. As in the SIMD kernel, cells `step` apart are gathered into phases, and of the band of
 * `2 * radius + 4` cells of B each cell of A wants `2 * radius + 1`.
 */
function planBlocks(spec: CorrelationSpec): Plan {
  const { channels, height, width, radius, step } = spec;
  const window = 2 * radius + 1;
  const phases = Math.min(step, width);
  const blocks = Math.ceil(width / step / 4);
  const rows = height * phases;
  const band = Math.ceil((window + 3) / 4) * 4;
  const pitch = 4 * (blocks - 1) + band;
  const eachCell = (visit: (row: number, column: number, y: number, x: number) => void) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) visit(y * phases + (x % phases), Math.floor(x / phases), y, x);
  };
  return {
    source: kernelSource(
      `const j = Math.floor(this.thread.z / this.constants.rows);
  const row = this.thread.z - j * this.constants.rows;
  const rowB = row + (j - this.constants.radius) * this.constants.rowStep;
  let p = (row * this.constants.blocks + this.thread.y) * this.constants.channels * 4;
  let q = rowB * this.constants.channels * this.constants.strideB + this.thread.y * 4 + this.thread.x;`,
      4,
    ),
    constants: { channels, radius, rows, blocks, rowStep: step * phases, strideA: 4, strideB: pitch },
    output: [band, blocks, window * rows],
    packA(map) {
      const packed = new Float32Array(rows * blocks * channels * 4);
      eachCell((row, column, y, x) => {
        const to = (row * blocks + (column >> 2)) * channels * 4 + (column & 3);
        for (let c = 0; c < channels; c++) packed[to + 4 * c] = map[(c * height + y) * width + x];
      });
      return packed;
    },
    packB(map) {
      const packed = new Float32Array(rows * channels * pitch);
      eachCell((row, column, y, x) => {
        const to = row * channels * pitch + column + radius;
        for (let c = 0; c < channels; c++) packed[to + pitch * c] = map[(c * height + y) * width + x];
      });
      return packed;
    },
    unpack(result, out) {
      for (let j = 0; j < window; j++)
        eachCell((row, column, y, x) => {
          const bandOf = result[j * rows + row][column >> 2] as unknown as ArrayLike<ArrayLike<number>>;
          const i = column & 3;
          for (let d = 0; d < window; d++)
            out[((j * window + d) * height + y) * width + x] = bandOf[d + i][i];
        });
    },
  };
}

/** A backend that runs the kernel in one mode of gpu.js, and in no other. */
export function createGpuBackend(mode: GpuMode): Backend {
  return {
    unavailable: () => unavailable(mode),
    prepare: (spec, options) => prepare(mode, spec, options),
  };
}

type GpuJs = typeof GpuJsTypes & { input(values: Float32Array, size: number[]): unknown };

async function loadGpuJs(): Promise<GpuJs> {
  const module = (await import('gpu.js')) as unknown as { default: GpuJs };
  return module.default;
}

async function unavailable(mode: GpuMode): Promise<string | null> {
  let gpuJs: GpuJs;
  try {
    gpuJs = await loadGpuJs();
  } catch (error) {
    return doesNotLoad('gpu.js', error);
  }
  if (mode === 'webgpu') return (await provideWebGpu()) ?? (await missingAdapter());
  if (mode === 'headlessgl' && !gpuJs.GPU.isHeadlessGLSupported)
    return 'headless OpenGL (the npm package gl, and on Linux a display) is missing';
  if (mode === 'webasm' && !(gpuJs.GPU as { isWebAssemblySupported?: boolean }).isWebAssemblySupported)
    return 'this JavaScript engine has no WebAssembly';
  return null;
}

interface WebGpuPackage {
  create(options: string[]): unknown;
  readonly globals: object;
}

/**
 * Puts WebGPU where gpu.js looks for it, `navigator.gpu`: in Node from the npm package `webgpu`, where
 * nobody else has put it there.
 */
async function provideWebGpu(): Promise<string | null> {
  const world = globalThis as { navigator?: { gpu?: unknown } };
  if (world.navigator?.gpu) return null;
  try {
    const { create, globals } = (await import('webgpu')) as unknown as WebGpuPackage;
    Object.assign(globalThis, globals);
    if (!world.navigator)
      Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
    Object.defineProperty(world.navigator, 'gpu', { value: create([]), configurable: true });
    return null;
  } catch (error) {
    return doesNotLoad('webgpu', error);
  }
}

/** Why a package that is loaded at need did not load, and what to do. */
function doesNotLoad(name: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const missing = code === 'ERR_MODULE_NOT_FOUND';
  const reason = missing ? 'is not installed' : `does not load (${message.split('\n')[0]})`;
  return `the npm package ${name} ${reason}: npm install ${name}`;
}

async function missingAdapter(): Promise<string | null> {
  const { navigator } = globalThis as unknown as {
    navigator: { gpu: { requestAdapter(): Promise<object | null> } };
  };
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  return adapter ? null : 'WebGPU finds no graphics adapter on this machine';
}

/** What this file uses of a gpu.js kernel and does not find in its types. */
interface GpuKernel {
  (a: unknown, b: unknown): unknown;
  readonly kernel: {
    readonly constructor: { readonly mode?: string };
    readonly fallbackReason?: string | null;
    onRequestFallback: () => never;
  };
}

async function prepare(mode: GpuMode, spec: CorrelationSpec, options: BackendOptions): Promise<BackendRun> {
  const { GPU, input } = await loadGpuJs();
  const plan = mode === 'webasm' || mode === 'cpu' ? planBlocks(spec) : planScores(spec);
  const gpu = new GPU({ mode } as ConstructorParameters<GpuJs['GPU']>[0]);
  const names = Object.keys(plan.constants);
  const kernel = gpu.createKernel(plan.source, {
    output: [...plan.output],
    constants: { ...plan.constants, factor: scaleFactor(spec.scale, spec.channels) },
    constantTypes: { ...Object.fromEntries(names.map((name) => [name, 'Integer'])), factor: 'Float' },
    precision: 'single',
    // In WebAssembly this is what makes gpu.js use threads; WebGPU has no other way.
    asyncMode: mode === 'webgpu' || (mode === 'webasm' && options.threads !== 1),
    ...(options.threads ? { poolSize: options.threads } : {}),
  } as object) as unknown as GpuKernel;
  refuseFallback(kernel, mode);
  return {
    async run(a, b, out) {
      const [packedA, packedB] = [plan.packA(a), plan.packB(b)];
      for (const { length } of [packedA, packedB, out])
        if (length > MOST_VALUES)
          throw new KernelError(
            `Expected arrays of at most ${MOST_VALUES} values for gpu-${mode} but received ${length}`,
          );
      const result = await kernel(input(packedA, [packedA.length]), input(packedB, [packedB.length]));
      checkMode(kernel, mode);
      plan.unpack(result as KernelResult, out);
    },
    dispose: () => void gpu.destroy(),
  };
}

/**
 * gpu.js answers what a mode cannot do with a warning on the console and its `cpu` mode. Here that is an
 * error, before the warning.
 */
function refuseFallback(kernel: GpuKernel, mode: GpuMode): void {
  kernel.kernel.onRequestFallback = () => {
    const reason = kernel.kernel.fallbackReason ?? 'it gave no reason';
    throw new KernelError(`Expected gpu.js to run in its ${mode} mode but it wanted to leave it: ${reason}`);
  };
}

/** `gpu.mode` keeps the name asked for whatever happens; the class of the kernel does not. */
function checkMode(kernel: GpuKernel, mode: GpuMode): void {
  const actual = kernel.kernel.constructor.mode;
  if (actual !== mode)
    throw new KernelError(
      `Expected gpu.js to run in its ${mode} mode but it ran in ${actual}: ${kernel.kernel.fallbackReason}`,
    );
}
