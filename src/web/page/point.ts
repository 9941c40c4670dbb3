/// <reference lib="dom" />
import type { FlowEstimate, FlowField } from '../index.ts';
import type { Layer } from './layers.ts';

/** Where a pixel of A went. */
export interface Counterpart {
  /** Pixel of A. */
  readonly x: number;
  readonly y: number;
  /** Undefined where the flow is unknown. */
  readonly to?: readonly [x: number, y: number];
  /** 0 to 1, where it is known. */
  readonly confidence?: number;
  readonly occluded?: boolean;
}

/** What a flow says of the pixel that a place lies in; undefined outside. */
export function counterpartOf(
  { width, height, data, valid }: FlowField,
  { confidence, occluded }: Pick<FlowEstimate, 'confidence' | 'occluded'>,
  placeX: number,
  placeY: number,
): Counterpart | undefined {
  const [x, y] = [Math.floor(placeX), Math.floor(placeY)];
  if (x < 0 || y < 0 || x >= width || y >= height) return undefined;
  const i = y * width + x;
  if (valid?.[i] === 0) return { x, y };
  return {
    ...{ x, y },
    to: [x + data[2 * i], y + data[2 * i + 1]],
    confidence: confidence?.data[i],
    occluded: occluded && occluded.data[i] === 1,
  };
}

const byId = (id: string): HTMLElement => document.getElementById(id)!;
const inPixels = (value: number): string => value.toFixed(2);

/** Writes a counterpart down. */
export function tellPoint(point: Counterpart | undefined): void {
  const text = (id: string, said: string): void => void (byId(id).textContent = said);
  const { to } = point ?? {};
  text('at-a', point ? `${point.x}, ${point.y}` : '\u2013');
  text('at-b', to ? to.map(inPixels).join(', ') : '\u2013');
  text('at-flow', point && to ? tellFlow(to[0] - point.x, to[1] - point.y) : '\u2013');
  text('at-confidence', point?.confidence === undefined ? '\u2013' : tellConfidence(point));
}

const tellFlow = (u: number, v: number): string =>
  `${inPixels(u)}, ${inPixels(v)} (${Math.hypot(u, v).toFixed(1)} px)`;

const tellConfidence = ({ confidence, occluded }: Counterpart): string =>
  `${Math.round(confidence! * 100)} %${occluded ? ', occluded: B does not show it' : ''}`;

/** Screen pixels to one of the image. */
const MAGNIFICATION = 6;

/** Draws the surroundings of a pixel, magnified, with a cross on it. */
export function drawLoupe(canvas: HTMLCanvasElement, layer: Layer | undefined, x: number, y: number): void {
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  context.resetTransform();
  context.clearRect(0, 0, width, height);
  if (!layer) return;
  context.imageSmoothingEnabled = false;
  const shift = (size: number, at: number): number => size / 2 - (at + 0.5) * MAGNIFICATION;
  context.setTransform(MAGNIFICATION, 0, 0, MAGNIFICATION, shift(width, x), shift(height, y));
  context.drawImage(layer, 0, 0);
  context.resetTransform();
  drawCross(context, width / 2, height / 2, 1, '#fff');
}

/** A cross with a gap in its middle, dark around. */
export function drawCross(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  unit: number,
  color: string,
): void {
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]) {
    context.moveTo(x + dx * 4 * unit, y + dy * 4 * unit);
    context.lineTo(x + dx * 14 * unit, y + dy * 14 * unit);
  }
  for (const [style, width] of [
    ['#000', 4.5],
    [color, 2],
  ] as const)
    Object.assign(context, { strokeStyle: style, lineWidth: width * unit, lineCap: 'round' }).stroke();
}
