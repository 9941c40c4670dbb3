/// <reference lib="dom" />

/** Where an image lies in a canvas: pixel (x, y) of it is drawn at (x * scale + left, y * scale + top) CSS pixels. */
export interface View {
  scale: number;
  left: number;
  top: number;
}

/** Something to draw onto a stage, in pixels of the image: the drawing is scaled with it. */
export type Paint = (context: CanvasRenderingContext2D, scale: number) => void;

/** A canvas that shows one image, zoomed and moved. */
export interface Stage {
  readonly canvas: HTMLCanvasElement;
  /** Draws again, at the next frame. */
  redraw(): void;
  /** The pixel of the image at a place of the screen. */
  pixelAt(event: { clientX: number; clientY: number }): readonly [x: number, y: number];
}

/** Above this many screen pixels a pixel, pixels are drawn as squares. */
const SQUARES = 3;

export function createStage(canvas: HTMLCanvasElement, view: View, paint: Paint): Stage {
  let waiting = false;
  const draw = (): void => {
    waiting = false;
    const ratio = devicePixelRatio;
    const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map(Math.round);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d')!;
    context.resetTransform();
    context.clearRect(0, 0, width, height);
    const scale = view.scale * ratio;
    context.setTransform(scale, 0, 0, scale, view.left * ratio, view.top * ratio);
    context.imageSmoothingEnabled = view.scale < SQUARES;
    paint(context, view.scale);
  };
  const redraw = (): void => {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  };
  new ResizeObserver(redraw).observe(canvas);
  return {
    canvas,
    redraw,
    pixelAt({ clientX, clientY }) {
      const { left, top } = canvas.getBoundingClientRect();
      return [(clientX - left - view.left) / view.scale, (clientY - top - view.top) / view.scale];
    },
  };
}

/** The view that shows all of an image in the middle of a canvas. */
export function fitView(
  view: View,
  canvas: HTMLCanvasElement,
  { width, height }: { width: number; height: number },
): void {
  const scale = Math.min(canvas.clientWidth / width, canvas.clientHeight / height, 8);
  const [left, top] = [(canvas.clientWidth - width * scale) / 2, (canvas.clientHeight - height * scale) / 2];
  Object.assign(view, { scale, left, top });
}

/** Zooms by a factor about a place of the canvas, in CSS pixels; the place stays where it is. */
export function zoomView(view: View, factor: number, x: number, y: number): void {
  const scale = Math.min(64, Math.max(0.02, view.scale * factor));
  const by = scale / view.scale;
  Object.assign(view, { scale, left: x - (x - view.left) * by, top: y - (y - view.top) * by });
}

/** What a pointer asks of a stage. */
export interface StageEvents {
  /** The view has changed. */
  readonly onView: () => void;
  readonly onHover: (x: number, y: number) => void;
  readonly onClick: (x: number, y: number) => void;
}

/** Pixels that a pointer may move in a click. */
const STILL = 4;

/** Zooms with the wheel and two fingers, moves by dragging, tells of the rest. */
export function listenToPointers(stage: Stage, view: View, { onView, onHover, onClick }: StageEvents): void {
  const { canvas } = stage;
  const pressed = new Map<number, PointerEvent>();
  let travelled = 0;
  const place = ({ clientX, clientY }: { clientX: number; clientY: number }): [number, number] => {
    const { left, top } = canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      zoomView(view, Math.exp(-event.deltaY / 400), ...place(event));
      onView();
    },
    { passive: false },
  );
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (!pressed.size) travelled = 0;
    pressed.set(event.pointerId, event);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = pressed.get(event.pointerId);
    if (!before) return onHover(...stage.pixelAt(event));
    pressed.set(event.pointerId, event);
    travelled += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    if (travelled < STILL) return;
    if (pressed.size === 2) pinch(view, before, event, otherOf(pressed, event), place);
    // One finger points; a mouse drags.
    else if (event.pointerType === 'touch') return onHover(...stage.pixelAt(event));
    else {
      view.left += event.clientX - before.clientX;
      view.top += event.clientY - before.clientY;
    }
    onView();
  });
  const release = (event: PointerEvent): void => {
    const clicked = pressed.delete(event.pointerId) && travelled < STILL && event.type === 'pointerup';
    if (clicked) onClick(...stage.pixelAt(event));
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
}

const otherOf = (pressed: ReadonlyMap<number, PointerEvent>, { pointerId }: PointerEvent): PointerEvent =>
  [...pressed.values()].find((event) => event.pointerId !== pointerId)!;

function pinch(
  view: View,
  before: PointerEvent,
  now: PointerEvent,
  other: PointerEvent,
  place: (event: PointerEvent) => [number, number],
): void {
  const apart = (event: PointerEvent): number =>
    Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY);
  view.left += (now.clientX - before.clientX) / 2;
  view.top += (now.clientY - before.clientY) / 2;
  const [[x, y], [otherX, otherY]] = [place(now), place(other)];
  zoomView(view, apart(now) / Math.max(1, apart(before)), (x + otherX) / 2, (y + otherY) / 2);
}
