/// <reference lib="dom" />
import {
  HEAT,
  colorizeFlow,
  drawArrows,
  flowLegend,
  imageDataOf,
  scalarToImage,
  warpImage,
} from '../index.ts';
import type { FlowField, Image, ScalarField } from '../index.ts';

/** An image that a canvas can draw. */
export type Layer = OffscreenCanvas;

export function layerOf(image: Image): Layer {
  const layer = new OffscreenCanvas(image.width, image.height);
  layer.getContext('2d')!.putImageData(imageDataOf(image), 0, 0);
  return layer;
}

/** What can be seen of a flow; each layer is made when it is first wanted. */
export interface FlowLayers {
  readonly flow: Layer;
  readonly arrows?: Layer;
  readonly confidence?: Layer;
  readonly warped?: Layer;
  readonly wheel: ImageData;
}

/** The side of the colour wheel, in pixels. */
const WHEEL = 112;

export function flowLayers(
  flow: FlowField,
  imageA: Image | undefined,
  imageB: Image | undefined,
  confidence: ScalarField | undefined,
): FlowLayers {
  const { image, maxMagnitude } = colorizeFlow(flow);
  const known = new Map<string, Layer | undefined>();
  const once = (name: string, make: () => Layer | undefined): Layer | undefined => {
    if (!known.has(name)) known.set(name, make());
    return known.get(name);
  };
  const step = Math.max(10, Math.round(Math.max(flow.width, flow.height) / 48));
  return {
    flow: layerOf(image),
    wheel: imageDataOf(flowLegend(WHEEL, maxMagnitude)),
    get arrows() {
      return once('arrows', () => layerOf(drawArrows(imageA ?? greyOf(flow), flow, { step })));
    },
    get confidence() {
      return once('confidence', () => confidence && layerOf(scalarToImage(confidence)));
    },
    get warped() {
      return once('warped', () => imageB && layerOf(warpImage(imageB, flow).image));
    },
  };
}

const greyOf = ({ width, height }: FlowField): Image => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(96),
});

/** Scores in colours from the median up, where they are low dark and nearly transparent; the best stand out. */
export function heatLayer({ width, height, data }: ScalarField): Layer {
  const sorted = data.slice().sort();
  const [low, high] = [sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  const out = new ImageData(width, height);
  for (let i = 0; i < data.length; i++) {
    const part = Math.max(0, (data[i] - low) / (high - low || 1)) ** 2;
    const color = Math.round(part * 255) * 3;
    for (let c = 0; c < 3; c++) out.data[i * 4 + c] = HEAT[color + c];
    out.data[i * 4 + 3] = 90 + 140 * part;
  }
  const layer = new OffscreenCanvas(width, height);
  layer.getContext('2d')!.putImageData(out, 0, 0);
  return layer;
}
