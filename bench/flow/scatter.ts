/** Draws panels of labelled points on logarithmic axes as SVG, with the front of the best drawn through them. */

import { paretoFront } from './pareto.ts';

export interface ScatterPoint {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** Ours stand out. */
  readonly ours: boolean;
}

export interface ScatterPanel {
  readonly title: string;
  readonly points: readonly ScatterPoint[];
}

export interface ScatterText {
  readonly x: string;
  readonly y: string;
  /** Below all panels. */
  readonly note: string;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM, NOTE] = [440, 400, 52, 18, 44, 50, 30];
const INK = { ours: '#0b57c2', other: '#7b8087', front: '#e07a1f', grid: '#e8eaed', text: '#22262b' };
const FONT = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"';

/** Panels side by side; each has its own range on both axes. */
export function drawScatter(panels: readonly ScatterPanel[], text: ScatterText): string {
  const [width, height] = [WIDTH * panels.length, HEIGHT + NOTE];
  const drawn = panels.map(
    (panel, i) => `<g transform="translate(${WIDTH * i} 0)">${drawPanel(panel, text, i === 0)}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${FONT}>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawn,
    write(width / 2, HEIGHT + 12, text.note, `text-anchor="middle" font-size="11" fill="${INK.other}"`),
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, points }: ScatterPanel, text: ScatterText, first: boolean): string {
  const x = logarithmic(range(points.map((point) => point.x)), LEFT, WIDTH - RIGHT);
  const y = logarithmic(range(points.map((point) => point.y)), HEIGHT - BOTTOM, TOP);
  const front = paretoFront(points, (point) => [point.x, point.y]).sort((a, b) => a.x - b.x);
  const corners = front.map((point) => [x.place(point.x), y.place(point.y)] as const);
  const places = points.map((point) => ({ ...point, px: x.place(point.x), py: y.place(point.y) }));
  return [
    write(
      (LEFT + WIDTH - RIGHT) / 2,
      22,
      title,
      `text-anchor="middle" font-size="15" font-weight="600" fill="${INK.text}"`,
    ),
    ...x.ticks.map((tick) => drawTickX(x.place(tick), tick)),
    ...y.ticks.map((tick) => drawTickY(y.place(tick), tick)),
    write((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, text.x, axisStyle('')),
    first
      ? write(0, 0, text.y, axisStyle(`transform="translate(15 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"`))
      : '',
    drawFront(corners),
    ...places.map(drawPoint),
    ...placeLabels(places, boxesAlong(corners)).map(drawLabel),
  ].join('\n');
}

const axisStyle = (more: string): string => `text-anchor="middle" font-size="12" fill="${INK.text}" ${more}`;

/** A step line: between two methods of the front, the better one costs as much as it costs. */
function drawFront(places: readonly (readonly [number, number])[]): string {
  if (!places.length) return '';
  const steps = places.map(([x, y], i) =>
    i ? `H${fixed(x)}V${fixed(y)}` : `M${fixed(x)} ${TOP}V${fixed(y)}`,
  );
  return `<path d="${steps.join('')}H${WIDTH - RIGHT}" fill="none" stroke="${INK.front}" stroke-width="1.5" stroke-opacity="0.75"/>`;
}

/** What labels had better not lie on. */
function boxesAlong(places: readonly (readonly [number, number])[]): Box[] {
  return places.flatMap(([x, y], i) => {
    const [nextX] = places[i + 1] ?? [WIDTH - RIGHT];
    const from = places[i - 1]?.[1] ?? TOP;
    return [
      { x: x - 1.5, y: from, width: 3, height: y - from },
      { x, y: y - 1.5, width: nextX - x, height: 3 },
    ];
  });
}

interface Placed extends ScatterPoint {
  readonly px: number;
  readonly py: number;
}

function drawPoint({ px, py, ours }: Placed): string {
  const look = ours
    ? `r="5.5" fill="${INK.ours}" stroke="#ffffff" stroke-width="1"`
    : `r="4" fill="#ffffff" stroke="${INK.other}" stroke-width="1.6"`;
  return `<circle cx="${fixed(px)}" cy="${fixed(py)}" ${look}/>`;
}

interface Label extends Box {
  readonly point: Placed;
}

/** Ours first: each label takes the first place around its point that overlaps the least with what is there. */
function placeLabels(points: readonly Placed[], lines: readonly Box[]): Label[] {
  const around = ({ px, py }: Placed): Box => ({ x: px - 6, y: py - 6, width: 12, height: 12 });
  const taken: Box[] = [...lines, ...points.map(around)];
  const labels: Label[] = [];
  for (const point of [...points].sort((a, b) => Number(b.ours) - Number(a.ours))) {
    const boxes = candidates(point);
    const costs = boxes.map(
      (box, i) => i * 0.01 + outside(box) + taken.reduce((sum, other) => sum + overlap(box, other), 0),
    );
    const best = boxes[costs.indexOf(Math.min(...costs))];
    taken.push(best);
    labels.push({ ...best, point });
  }
  return labels;
}

/** Places of a label: right, left, above, below, the corners, then farther away. */
function candidates({ label, px, py, ours }: Placed): Box[] {
  const [width, height] = [label.length * (ours ? 7 : 6.1) + 2, 13];
  return [9, 16, 24].flatMap((gap) => {
    const [right, left, middle] = [px + gap, px - gap - width, px - width / 2];
    const [above, below, level] = [py - gap - height + 3, py + gap - 3, py - height / 2];
    const around = [
      ...[
        [right, level],
        [left, level],
        [middle, above],
        [middle, below],
      ],
      ...[
        [right, above + 5],
        [right, below - 5],
        [left, above + 5],
        [left, below - 5],
      ],
    ];
    return around.map(([x, y]) => ({ x, y, width, height }));
  });
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

const outside = ({ x, y, width, height }: Box): number =>
  x < LEFT || x + width > WIDTH - 2 || y < TOP - 8 || y + height > HEIGHT - BOTTOM ? 1e4 : 0;

function drawLabel({ x, y, height, point }: Label): string {
  const look = point.ours ? `font-weight="700" fill="${INK.ours}"` : `fill="${INK.text}"`;
  // A white rim keeps the text readable on lines.
  const rim = 'stroke="#ffffff" stroke-width="3" paint-order="stroke"';
  return write(x + 1, y + height - 3, point.label, `font-size="11.5" ${look} ${rim}`);
}

/** Least and greatest, with room for a tenth more at either end of the logarithmic axis. */
function range(values: readonly number[]): [number, number] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const room = (greatest / least) ** 0.12 * 1.08;
  return [least / room, greatest * room];
}

function logarithmic([low, high]: readonly [number, number], from: number, to: number) {
  const span = Math.log(high / low);
  const place = (value: number): number => from + ((to - from) * Math.log(value / low)) / span;
  return { place, ticks: ticksBetween(low, high) };
}

/** As many round numbers as there is room for. */
function ticksBetween(low: number, high: number): number[] {
  const ratio = high / low;
  const digits = ratio < 12 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : ratio < 600 ? [1, 2, 5] : [1, 3];
  const powers = Array.from({ length: 13 }, (_, i) => 10 ** (i - 6));
  return powers.flatMap((power) => digits.map((digit) => digit * power)).filter((t) => t >= low && t <= high);
}

function drawTickX(x: number, value: number): string {
  return (
    `<path d="M${fixed(x)} ${TOP}V${HEIGHT - BOTTOM}" stroke="${INK.grid}"/>` +
    write(x, HEIGHT - BOTTOM + 16, tickText(value), `text-anchor="middle" font-size="11" fill="${INK.other}"`)
  );
}

function drawTickY(y: number, value: number): string {
  return (
    `<path d="M${LEFT} ${fixed(y)}H${WIDTH - RIGHT}" stroke="${INK.grid}"/>` +
    write(LEFT - 6, y + 4, tickText(value), `text-anchor="end" font-size="11" fill="${INK.other}"`)
  );
}

const tickText = (value: number): string => String(Number(value.toPrecision(3)));
const fixed = (value: number): string => value.toFixed(1);

function write(x: number, y: number, text: string, style: string): string {
  const safe = text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${style}>${safe}</text>`;
}
