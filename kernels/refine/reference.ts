import {
  ROUGHNESS,
  TIE,
  checkInput,
  checkSpec,
  completeParameters,
  flatness,
  smoothingShare,
} from './parameters.ts';
import type { AllParameters } from './parameters.ts';
import type { RefineInput, RefineParameters } from './types.ts';
import type { FeatureMap } from '../types.ts';

/** One number a pixel, row by row, with the edge repeated outside. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => number;
}

/** `a * u + b * v + c`: how far one constraint is from being met, in pixels along its own direction. */
type Constraint = readonly [a: number, b: number, c: number];

/** The linear constraints of one pixel, those of brightness and those of gradients, and their trust. */
interface PixelConstraints {
  readonly brightness: readonly Constraint[];
  readonly gradient: readonly Constraint[];
  readonly trust: number;
}

/**
 * The definition of the refinement: it lowers the energy of Brox et al. 2004 (section 2) from a given flow
 * `w = (u, v)` on,
 *
 * `E(w) = sum over pixels of  delta * psi(B0) + gamma * psi(B1) + alpha * g * psi(|grad u|² + |grad v|²)`,
 *
 * with `psi(s) = sqrt(s + epsilon²)`, half of each weight being what enters the equations below, as in OpenCV.
 * `B0` is the sum over the channels of `(B(x + w) - A(x))²` and `B1` that of the differences of their gradients
 * (grey value and gradient constancy, sections 2.1 and 2.2). `g = (1 + edges * |grad A| / span)^-2` lets the flow break where
 * A has an edge, for that is where things end (the image-driven smoothness of Nagel and Enkelmann 1986, isotropic; DeepFlow,
 * Weinzaepfel 2013, has an exponential); `|grad A|` is the root of the mean over the channels.
 *
 * B is carried back by the flow and both are made linear there (`warps` times; section 3.1); derivatives in
 * space are central differences of the mean of A and the carried B. Each linear constraint is divided by the
 * length of its gradient, `sqrt(Ix² + Iy² + 0.01)` for 8-bit values, so that strong edges do not count for more (Zimmer et al.
 * 2011, section 3.1.1). All constraints of a pixel are multiplied by its trust: `confidence`, falling to 0 where the flow leads
 * out of B by a pixel, and divided by `1 + sum |w - w'|² / 2` over the four neighbours, for where the flow is rough the
 * carried B has no derivatives to speak of. The robust weights `psi'` are held for one of the `iterations` (the inner fixed point iteration of
 * section 3.2), which leaves a linear system of two equations a pixel. It is solved by `sweeps` of successive
 * over-relaxation, first over the pixels where x + y is even, then over the others, u before v.
 *
 * Edges are repeated outside of the images, the flow has no gradient across them, and a very weak tie to the
 * flow that B was carried by keeps the system definite where nothing else is said.
 *
 * @returns the refined flow, `height * width * 2` values
 * @example
 * import { refineReference } from 'whither/kernels';
 *
 * const start = new Float32Array(2 * planesA.height * planesA.width);
 * const refined = refineReference({ a: planesA, b: planesB, flow: start }, { warps: 3 });
 */
export function refineReference(input: RefineInput, parameters: RefineParameters = {}): Float32Array {
  checkSpec(input.a);
  checkInput(input.a, input);
  const all = completeParameters(parameters);
  const a = smoothMap(input.a, all.sigma);
  const b = smoothMap(input.b, all.sigma);
  const smoothness = weighSmoothness(a, all);
  const flow = Float64Array.from(input.flow);
  for (let warp = 0; warp < all.warps; warp++) {
    const start = flow.slice();
    const constraints = constrain(a, b, start, input.confidence, flatness(all.span));
    for (let i = 0; i < all.iterations; i++) {
      const system = assembleSystem(constraints, smoothness, start, flow, input.a.width, input.a.height, all);
      for (let sweep = 0; sweep < all.sweeps; sweep++) {
        relax(system, flow, 0, all.omega);
        relax(system, flow, 1, all.omega);
      }
    }
  }
  return Float32Array.from(flow);
}

const clamp = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);

function plane(width: number, height: number, value: (x: number, y: number) => number): Plane {
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = value(x, y);
  return { width, height, at: (x, y) => data[clamp(y, height) * width + clamp(x, width)] };
}

/** Every channel smoothed by `[s, 1 - 2s, s]` along both axes. */
function smoothMap({ channels, height, width, data }: FeatureMap, sigma: number): Plane[] {
  const s = smoothingShare(sigma);
  return Array.from({ length: channels }, (_, c) => {
    const raw = plane(width, height, (x, y) => data[(c * height + y) * width + x]);
    const tall = plane(
      width,
      height,
      (x, y) => s * (raw.at(x, y - 1) + raw.at(x, y + 1)) + (1 - 2 * s) * raw.at(x, y),
    );
    return plane(
      width,
      height,
      (x, y) => s * (tall.at(x - 1, y) + tall.at(x + 1, y)) + (1 - 2 * s) * tall.at(x, y),
    );
  });
}

/** `alpha * g` of every pixel. */
function weighSmoothness(a: readonly Plane[], { alpha, edges, span }: AllParameters): Float64Array {
  const { width, height } = a[0];
  return Float64Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const squares = a.map(
      ({ at }) => ((at(x + 1, y) - at(x - 1, y)) / 2) ** 2 + ((at(x, y + 1) - at(x, y - 1)) / 2) ** 2,
    );
    const gradient = Math.sqrt(squares.reduce((sum, square) => sum + square) / a.length);
    return alpha / (1 + (edges * gradient) / span) ** 2;
  });
}

/** The value between pixels, bilinear. */
function sample(map: Plane, x: number, y: number): number {
  const [sx, sy] = [clamp(x, map.width), clamp(y, map.height)];
  const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
  const row = (yi: number) => map.at(x0, yi) + (sx - x0) * (map.at(x0 + 1, yi) - map.at(x0, yi));
  return row(y0) + (sy - y0) * (row(y0 + 1) - row(y0));
}

/** The constraints of every pixel, linear around the flow. */
function constrain(
  a: readonly Plane[],
  b: readonly Plane[],
  flow: Float64Array,
  confidence: Float32Array | undefined,
  flat: number,
): PixelConstraints[] {
  const { width, height } = a[0];
  const channels = a.map((mapA, c) => {
    const carried = plane(width, height, (x, y) => {
      const i = (y * width + x) * 2;
      return sample(b[c], x + flow[i], y + flow[i + 1]);
    });
    const mean = plane(width, height, (x, y) => (mapA.at(x, y) + carried.at(x, y)) / 2);
    const change = plane(width, height, (x, y) => carried.at(x, y) - mapA.at(x, y));
    return { mean, change };
  });
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [sx, sy] = [x + flow[i * 2], y + flow[i * 2 + 1]];
    const outside = Math.abs(sx - clamp(sx, width)) + Math.abs(sy - clamp(sy, height));
    const own = channels.map(({ mean, change }) => constrainChannel(mean, change, x, y, flat));
    return {
      brightness: own.map(([brightness]) => brightness),
      gradient: own.flatMap(([, ...gradients]) => gradients),
      trust:
        (Math.max(0, 1 - outside) * (confidence?.[i] ?? 1)) / (1 + ROUGHNESS * roughness(flow, x, y, a[0])),
    };
  });
}

/** The squared differences of the flow to the four neighbours, added up. */
function roughness(flow: Float64Array, x: number, y: number, { width, height }: Plane): number {
  const own = (y * width + x) * 2;
  const square = (dx: number, dy: number): number => {
    const other = (clamp(y + dy, height) * width + clamp(x + dx, width)) * 2;
    return (flow[other] - flow[own]) ** 2 + (flow[other + 1] - flow[own + 1]) ** 2;
  };
  return square(1, 0) + square(-1, 0) + square(0, 1) + square(0, -1);
}

/** Constancy of the value, of its derivative along x and of that along y. */
function constrainChannel(mean: Plane, change: Plane, x: number, y: number, flat: number): Constraint[] {
  const m = (dx: number, dy: number) => mean.at(x + dx, y + dy);
  const z = (dx: number, dy: number) => change.at(x + dx, y + dy);
  const ix = (m(1, 0) - m(-1, 0)) / 2;
  const iy = (m(0, 1) - m(0, -1)) / 2;
  const ixx = (m(2, 0) - 2 * m(0, 0) + m(-2, 0)) / 4;
  const iyy = (m(0, 2) - 2 * m(0, 0) + m(0, -2)) / 4;
  const ixy = (m(1, 1) - m(-1, 1) - m(1, -1) + m(-1, -1)) / 4;
  return [
    normalize(ix, iy, z(0, 0), flat),
    normalize(ixx, ixy, (z(1, 0) - z(-1, 0)) / 2, flat),
    normalize(ixy, iyy, (z(0, 1) - z(0, -1)) / 2, flat),
  ];
}

function normalize(a: number, b: number, c: number, flat: number): Constraint {
  const length = Math.sqrt(a * a + b * b + flat);
  return [a / length, b / length, c / length];
}

/** Two equations a pixel, and the weights of the differences to the pixel on the right and the one below. */
interface System {
  readonly width: number;
  readonly height: number;
  readonly a11: Float64Array;
  readonly a12: Float64Array;
  readonly a22: Float64Array;
  readonly b1: Float64Array;
  readonly b2: Float64Array;
  readonly right: Float64Array;
  readonly down: Float64Array;
}

/** The system with the robust weights of the flow so far. */
function assembleSystem(
  constraints: readonly PixelConstraints[],
  smoothness: Float64Array,
  start: Float64Array,
  flow: Float64Array,
  width: number,
  height: number,
  parameters: AllParameters,
): System {
  const array = () => new Float64Array(width * height);
  const system: System = {
    ...{ width, height, a11: array(), a12: array(), a22: array(), b1: array(), b2: array() },
    ...{ right: array(), down: array() },
  };
  const { delta, gamma, epsilon } = parameters;
  const robust = (weight: number, square: number) => weight / 2 / Math.sqrt(square + epsilon * epsilon);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      addConstraints(system, i, constraints[i], start, flow, (square, kind) =>
        robust(kind === 'brightness' ? delta : gamma, square),
      );
      const right = x < width - 1 ? i + 1 : i;
      const below = y < height - 1 ? i + width : i;
      let square = 0;
      for (const neighbour of [right, below])
        for (const k of [0, 1]) square += (flow[neighbour * 2 + k] - flow[i * 2 + k]) ** 2;
      const weight = robust(smoothness[i], square);
      if (right !== i) system.right[i] = weight;
      if (below !== i) system.down[i] = weight;
    }
  return system;
}

function addConstraints(
  { a11, a12, a22, b1, b2 }: System,
  i: number,
  { brightness, gradient, trust }: PixelConstraints,
  start: Float64Array,
  flow: Float64Array,
  robust: (square: number, kind: 'brightness' | 'gradient') => number,
): void {
  const [u, v] = [start[i * 2], start[i * 2 + 1]];
  const [du, dv] = [flow[i * 2] - u, flow[i * 2 + 1] - v];
  a11[i] = a22[i] = TIE;
  b1[i] = TIE * u;
  b2[i] = TIE * v;
  for (const kind of ['brightness', 'gradient'] as const) {
    const list = (kind === 'brightness' ? brightness : gradient).map((row) => row.map((t) => t * trust));
    const weight = robust(
      list.reduce((sum, [a, b, c]) => sum + (a * du + b * dv + c) ** 2, 0),
      kind,
    );
    for (const [a, b, c] of list) {
      a11[i] += weight * a * a;
      a12[i] += weight * a * b;
      a22[i] += weight * b * b;
      b1[i] += weight * a * (a * u + b * v - c);
      b2[i] += weight * b * (a * u + b * v - c);
    }
  }
}

/** One half of a sweep: every pixel with `(x + y) % 2 === color`, each from its neighbours of the other colour. */
function relax(system: System, flow: Float64Array, color: number, omega: number): void {
  const { width, height, a11, a12, a22, b1, b2, right, down } = system;
  for (let y = 0; y < height; y++)
    for (let x = (y + color) % 2; x < width; x += 2) {
      const i = y * width + x;
      let [sum, sumU, sumV] = [0, 0, 0];
      const add = (neighbour: number, weight: number) => {
        sum += weight;
        sumU += weight * flow[neighbour * 2];
        sumV += weight * flow[neighbour * 2 + 1];
      };
      if (x < width - 1) add(i + 1, right[i]);
      if (x > 0) add(i - 1, right[i - 1]);
      if (y < height - 1) add(i + width, down[i]);
      if (y > 0) add(i - width, down[i - width]);
      const u = (b1[i] + sumU - a12[i] * flow[i * 2 + 1]) / (a11[i] + sum);
      flow[i * 2] += omega * (u - flow[i * 2]);
      const v = (b2[i] + sumV - a12[i] * flow[i * 2]) / (a22[i] + sum);
      flow[i * 2 + 1] += omega * (v - flow[i * 2 + 1]);
    }
}
