/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { FlowEstimate, FlowField, Image } from '../index.ts';
import { openEngine } from './engine.ts';
import type { Preset } from './engine.ts';
import { givenFiles, openFile, saveFlow, saveLayer } from './files.ts';
import { flowLayers, heatLayer, layerOf } from './layers.ts';
import type { FlowLayers, Layer } from './layers.ts';
import { markMatches } from './matches.ts';
import type { MatchMarks } from './matches.ts';
import { counterpartOf, drawCross, drawLoupe, tellPoint } from './point.ts';
import type { Counterpart } from './point.ts';
import { createStage, fitView, listenToPointers, zoomView } from './stage.ts';
import type { Paint, View } from './stage.ts';
import { createTimes, inSeconds } from './times.ts';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const button = (id: string): HTMLButtonElement => byId(id);
const chosen = (name: string): string =>
  document.querySelector<HTMLInputElement>(`input[name=${name}]:checked`)!.value;
const canvasOf = (id: string): HTMLCanvasElement => document.querySelector(`#${id} > canvas`)!;

interface Opened {
  readonly name: string;
  readonly image: Image;
  readonly layer: Layer;
}

/** A flow and what is known of it. */
interface Shown {
  readonly flow: FlowField;
  readonly details: Pick<FlowEstimate, 'confidence' | 'occluded'>;
  readonly layers: FlowLayers;
}

/** All that the page shows. */
const scene: {
  a?: Opened;
  b?: Opened;
  shown?: Shown;
  point?: Counterpart;
  pinned: boolean;
  heat?: Layer;
  marks?: MatchMarks;
} = { pinned: false };

const engine = openEngine(new URLSearchParams(location.search).get('model') ?? 'whither-flow');
const times = createTimes();
const view: View = { scale: 1, left: 0, top: 0 };
const blend = byId<HTMLInputElement>('blend');

const stages = {
  a: createStage(canvasOf('stage-a'), view, (context, scale) => {
    paintA(context);
    scene.marks?.onA(context, scale);
    if (scene.point) drawCross(context, scene.point.x + 0.5, scene.point.y + 0.5, 1 / scale, pointColor());
  }),
  b: createStage(canvasOf('stage-b'), view, (context, scale) => {
    if (scene.b) context.drawImage(scene.b.layer, 0, 0);
    if (scene.heat) context.drawImage(scene.heat, 0, 0);
    scene.marks?.onB(context, scale);
    const { to } = scene.point ?? {};
    if (to) drawCross(context, to[0] + 0.5, to[1] + 0.5, 1 / scale, pointColor());
  }),
};

/** Red where B does not show the point. */
const pointColor = (): string => (scene.point?.occluded ? '#ff5a4f' : '#fff');

function paintA(context: Parameters<Paint>[0]): void {
  const { a, b, shown } = scene;
  const part = Number(blend.value);
  const layer = chosen('layer') as 'image' | 'flow' | 'arrows' | 'confidence';
  const base = (layer !== 'image' && part === 0 && shown?.layers[layer]) || a?.layer || shown?.layers.flow;
  if (base) context.drawImage(base, 0, 0);
  if (part === 0 || !shown?.layers.warped || !b) return;
  context.globalAlpha = Math.min(1, part);
  context.drawImage(shown.layers.warped, 0, 0);
  context.globalAlpha = Math.max(0, part - 1);
  context.drawImage(b.layer, 0, 0);
  context.globalAlpha = 1;
}

function redraw(): void {
  stages.a.redraw();
  stages.b.redraw();
}

/** What an action needs is there, or its button waits. */
function update(): void {
  const { a, b, shown, point } = scene;
  const both = a !== undefined && b !== undefined;
  const busy = running !== undefined;
  button('estimate').disabled = button('match').disabled = !both || busy;
  button('swap').disabled = busy;
  button('cancel').hidden = !busy;
  button('save-flo').disabled = button('save-png').disabled = !shown;
  button('similar').disabled = !both || !point || busy;
  blend.disabled = !shown || !both;
  document.querySelector<HTMLElement>('.empty')!.hidden = a !== undefined || shown !== undefined;
  byId('name-a').textContent = a ? `${a.name}, ${a.image.width} \u00d7 ${a.image.height}` : '';
  byId('name-b').textContent = b ? `${b.name}, ${b.image.width} \u00d7 ${b.image.height}` : '';
  byId('wheel').hidden = !shown || chosen('layer') !== 'flow' || Number(blend.value) > 0;
  for (const input of document.querySelectorAll<HTMLInputElement>('input[name=preset]')) {
    const expected = a && times.expect(input.value as Preset, a.image.width * a.image.height);
    input.parentElement!.querySelector('small')!.textContent = expected
      ? `\u2248 ${inSeconds(expected)}`
      : '';
  }
  redraw();
}

function complain(error: unknown): void {
  const sentence = error instanceof Error ? error.message : String(error);
  Object.assign(byId('error'), { textContent: sentence, hidden: false });
}

const say = (sentence: string): void => void (byId('status').textContent = sentence);

/** What is under way, if anything is, and when it is done. */
let running: AbortController | undefined;
let finished: Promise<void> = Promise.resolve();

/** Runs one piece of work that can be cancelled, unless there is one; its errors are told in a sentence. */
function run(name: string, expected: number | undefined, work: (job: Job) => Promise<string>): Promise<void> {
  if (!running) finished = runAlone(name, expected, work, (running = new AbortController()));
  return finished;
}

async function runAlone(
  name: string,
  expected: number | undefined,
  work: (job: Job) => Promise<string>,
  { signal }: AbortController,
): Promise<void> {
  byId('error').hidden = true;
  update();
  const clock = startClock(name, expected);
  try {
    say(await work({ signal, onTile: clock.onTile }));
  } catch (error) {
    say(signal.aborted ? `${name} was cancelled.` : '');
    if (!signal.aborted) complain(error);
  } finally {
    clock.end();
    running = undefined;
    update();
  }
}

interface Job {
  readonly signal: AbortSignal;
  readonly onTile: (done: number, total: number) => void;
}

/** Tells how long work has taken, and of how long. */
function startClock(name: string, expected: number | undefined) {
  const bar = byId<HTMLProgressElement>('progress');
  const start = performance.now();
  let tiles = 0;
  const tick = (): void => {
    const passed = performance.now() - start;
    say(`${name}: ${inSeconds(passed)}${expected ? ` of about ${inSeconds(expected)}` : ''}`);
    const part = tiles || (expected && Math.min(0.97, passed / expected));
    if (part) bar.value = part;
    else bar.removeAttribute('value');
  };
  bar.hidden = false;
  tick();
  const timer = setInterval(tick, 100);
  return {
    onTile: (done: number, total: number) => void (tiles = done / total),
    end() {
      clearInterval(timer);
      bar.hidden = true;
    },
  };
}

function estimate(): Promise<void> {
  const { a, b } = scene;
  if (!a || !b) return Promise.resolve();
  const preset = chosen('preset') as Preset;
  const pixels = a.image.width * a.image.height;
  return run(`Flow, ${preset}`, times.expect(preset, pixels), async (job) => {
    const estimated = await engine.estimate(a.image, b.image, { preset, ...job });
    times.measured(preset, pixels, estimated.milliseconds);
    showFlow(estimated.flow, estimated);
    return `Flow, ${preset}: ${inSeconds(estimated.milliseconds)}.`;
  });
}

function showFlow(flow: FlowField, { confidence, occluded }: Shown['details'] = {}): void {
  const layers = flowLayers(flow, scene.a?.image, scene.b?.image, confidence);
  scene.shown = { flow, details: { confidence, occluded }, layers };
  byId<HTMLCanvasElement>('wheel').getContext('2d')!.putImageData(layers.wheel, 0, 0);
  if (scene.point) pointTo(scene.point.x, scene.point.y);
}

function match(): Promise<void> {
  const { a, b } = scene;
  if (!a || !b) return Promise.resolve();
  return run('Match', undefined, async ({ signal }) => {
    const found = await engine.match(a.image, b.image, signal);
    scene.marks = markMatches(found, a.image);
    byId('geometry').textContent = scene.marks.sentence;
    return scene.marks.sentence;
  });
}

function findSimilar(): Promise<void> {
  const { a, b, point } = scene;
  if (!a || !b || !point) return Promise.resolve();
  return run('Similarity', undefined, async ({ signal }) => {
    const { pixels, peak } = await engine.similarity(a.image, { x: point.x, y: point.y }, b.image);
    signal.throwIfAborted();
    scene.heat = heatLayer(pixels);
    return `Most alike in B: ${peak.x.toFixed(1)}, ${peak.y.toFixed(1)}. Bright is alike.`;
  });
}

/** Shows where a pixel of A went. */
function pointTo(x: number, y: number): void {
  const { a, shown } = scene;
  if (shown) scene.point = counterpartOf(shown.flow, shown.details, x, y);
  else scene.point = a && counterpartOf(unknownFlow(a.image), {}, x, y);
  tellPoint(scene.point);
  drawLoupes(scene.point);
  button('similar').disabled = !scene.point || !a || !scene.b || running !== undefined;
  redraw();
}

function drawLoupes(point: Counterpart | undefined): void {
  const { a, b } = scene;
  drawLoupe(byId('loupe-a'), point && a?.layer, point?.x ?? 0, point?.y ?? 0);
  const [toX, toY] = point?.to ?? [0, 0];
  drawLoupe(byId('loupe-b'), point?.to && b?.layer, Math.round(toX), Math.round(toY));
}

const unknownFlow = ({ width, height }: Image): FlowField => ({
  ...{ width, height, data: new Float32Array(0) },
  valid: new Uint8Array(width * height),
});

/** Opens what was dropped or chosen, into `slot` where that is said. */
async function open(files: readonly File[], slot?: 'a' | 'b'): Promise<void> {
  byId('error').hidden = true;
  for (const file of files)
    try {
      const opened = await openFile(file);
      if (opened.kind === 'flow') {
        showFlow(opened.flow);
        say(`${opened.name}: ${opened.flow.width} \u00d7 ${opened.flow.height} pixels of flow.`);
      } else place(slot ?? (scene.a && !scene.b ? 'b' : files.indexOf(file) % 2 ? 'b' : 'a'), opened);
    } catch (error) {
      complain(error);
    }
  const first = scene.a?.image ?? scene.shown?.flow;
  if (first) fitView(view, stages.a.canvas, first);
  update();
  await finished;
  if (scene.a && scene.b && !scene.shown) await estimate();
}

function place(slot: 'a' | 'b', { name, image }: { name: string; image: Image }): void {
  scene[slot] = { name, image, layer: layerOf(image) };
  forget();
}

/** What was found of other images. */
function forget(): void {
  running?.abort();
  Object.assign(scene, {
    shown: undefined,
    point: undefined,
    heat: undefined,
    marks: undefined,
    pinned: false,
  });
  blend.value = '0';
  byId('geometry').textContent = '';
  tellPoint(undefined);
}

const fit = (): void => {
  const first = scene.a?.image ?? scene.shown?.flow;
  if (first) fitView(view, stages.a.canvas, first);
  redraw();
};

function pressKey(event: KeyboardEvent): void {
  const step = event.shiftKey ? 10 : 1;
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  const { a, shown, point } = scene;
  const size = a?.image ?? shown?.flow;
  if (!size) return;
  const move = moves[event.key];
  const { clientWidth, clientHeight } = stages.a.canvas;
  if (move) {
    const from = point ?? { x: size.width >> 1, y: size.height >> 1 };
    scene.pinned = true;
    pointTo(clamp(from.x + move[0], size.width), clamp(from.y + move[1], size.height));
  } else if (event.key === '+' || event.key === '=') zoomView(view, 1.25, clientWidth / 2, clientHeight / 2);
  else if (event.key === '-') zoomView(view, 0.8, clientWidth / 2, clientHeight / 2);
  else if (event.key === '0') fit();
  else return;
  event.preventDefault();
  redraw();
}

const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, value));

function listen(): void {
  for (const slot of ['a', 'b'] as const) {
    byId<HTMLInputElement>(`file-${slot}`).addEventListener('change', ({ target }) => {
      const input = target as HTMLInputElement;
      void open([...input.files!], slot).finally(() => (input.value = ''));
    });
    stages[slot].canvas.addEventListener('keydown', pressKey);
  }
  const free = { onView: redraw, onHover: () => undefined, onClick: () => undefined };
  listenToPointers(stages.b, view, free);
  listenToPointers(stages.a, view, {
    onView: redraw,
    onHover: (x, y) => void (scene.pinned || pointTo(x, y)),
    onClick(x, y) {
      scene.pinned = true;
      pointTo(x, y);
    },
  });
  button('estimate').addEventListener('click', () => void estimate());
  button('match').addEventListener('click', () => void match());
  button('similar').addEventListener('click', () => void findSimilar());
  button('cancel').addEventListener('click', () => running?.abort());
  button('fit').addEventListener('click', fit);
  button('swap').addEventListener('click', () => {
    [scene.a, scene.b] = [scene.b, scene.a];
    forget();
    update();
  });
  button('save-flo').addEventListener('click', () => saveFlow(scene.shown!.flow, scene.a?.name ?? 'flow'));
  button('save-png').addEventListener(
    'click',
    () => void saveLayer(scene.shown!.layers.flow, scene.a?.name ?? 'flow'),
  );
  blend.addEventListener('input', update);
  byId('layers').addEventListener('change', () => {
    blend.value = '0';
    update();
  });
  addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    Object.assign(scene, { pinned: false, heat: undefined, marks: undefined });
    redraw();
  });
  let width = innerWidth;
  // A keyboard on the screen changes the height alone.
  addEventListener('resize', () => void (innerWidth !== width && (fit(), (width = innerWidth))));
  listenToDrops();
}

function listenToDrops(): void {
  const { classList } = document.body;
  addEventListener('dragover', (event) => {
    event.preventDefault();
    classList.add('dropping');
  });
  addEventListener('dragleave', () => classList.remove('dropping'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    classList.remove('dropping');
    void open([...(event.dataTransfer?.files ?? [])]);
  });
}

listen();
update();
if (!crossOriginIsolated) say('One thread: this page is served without the headers that threads need.');
givenFiles().then(open, complain);
