import type { PaintTone } from '../../kernels/paint/index.ts';
import { homographyJacobian } from '../core/index.ts';
import type { Image, Matrix3 } from '../core/index.ts';
import {
  blockGainAt,
  estimateBlockGains,
  estimateExposure,
  estimateTints,
  estimateWhite,
} from './exposure/index.ts';
import type { BlockGains, Exposure } from './exposure/index.ts';
import { applyViewWarp, footprints, inverseMatrices, openWarp, rescale, wrap } from './canvas/index.ts';
import type { PanoramaCanvas, Field, WarpedView } from './canvas/index.ts';
import type { StitchOptions } from './options.ts';
import { THUMBNAIL_PIXELS } from './register/index.ts';
import { cross3, transform3, unit3 } from './cameras/index.ts';
import type { Vector3 } from './cameras/index.ts';
import { findSeams, growSeams } from './seams/index.ts';
import type { SeamMap } from './seams/index.ts';
import type { Rectangle, Tint } from './types.ts';
import type { Size } from '../core/index.ts';

/** Exposure and seams, found on a small copy of the panorama. */
export interface SeamPlan {
  readonly canvas: PanoramaCanvas;
  readonly exposure: Exposure;
  /** What each image's channels are multiplied by before its gain; absent where all have one white balance. */
  readonly tints?: readonly Tint[];
  readonly seams: SeamMap;
  /** 1 where some image covers the small canvas. */
  readonly covered: Uint8Array;
  /** The images on the small canvas before and after their gains, where they are to be shown or bent. */
  readonly shown?: { readonly before: readonly WarpedView[]; readonly after: readonly WarpedView[] };
  /** What each image is multiplied by on the full canvas. */
  readonly brightness: (view: number) => Field | undefined;
  /** How each image's colours are shown besides. */
  readonly tone: (view: number) => PaintTone;
  /** Pixels of the small canvas a pixel of the full one. */
  readonly factor: number;
}

/**
 * Warps small copies of the images, makes them equally bright, and finds the seams between them.
 *
 * @param order in which images are laid down
 */
export function prepareSeams(
  full: PanoramaCanvas,
  thumbnails: readonly Image[],
  order: readonly number[],
  options: Pick<StitchOptions, 'exposure' | 'seams' | 'onImage' | 'align'> = {},
): SeamPlan {
  const { exposure: wanted = 'blocks', seams: method = 'graph-cut' } = options;
  const factor = seamFactor(full);
  const canvas = rescale(full, factor);
  const warp = openAll(canvas, thumbnails);
  const asGiven = warp({ radii: wanted !== 'none' });
  const light = wanted === 'none' ? unchanged(asGiven) : balanceLight(canvas, warp, asGiven, wanted);
  const { exposure, tints, brightness, tone } = light;
  const after = wanted === 'none' ? asGiven : warp({ brightness, tone });
  const found = findSeams(after, canvas.width, canvas.height, { method, order, closed: canvas.closed });
  return {
    canvas,
    exposure,
    seams: growSeams(found),
    covered: found.covered,
    shown: options.onImage || options.align ? { before: asGiven, after } : undefined,
    ...{ tints, tone, factor },
    brightness: (v) => {
      const field = brightness(v);
      const ratio = canvas.scale / full.scale;
      return field && ((x, y, u, w) => field(x, y, u * ratio, w * ratio));
    },
  };
}

/** How all images are made equally bright and of one tint, in pixels of the small canvas. */
type Light = Pick<SeamPlan, 'exposure' | 'tints' | 'brightness' | 'tone'>;

const unchanged = (views: readonly WarpedView[]): Light => ({
  exposure: { gains: views.map(() => 1), vignetting: [0, 0], before: 0, after: 0 },
  brightness: () => undefined,
  tone: () => ({}),
});

/** Tints first, then gains, then what differs from place to place, and at last the value that is shown as white. */
function balanceLight(
  canvas: PanoramaCanvas,
  warp: WarpAll,
  views: readonly WarpedView[],
  wanted: 'gain' | 'blocks',
): Light {
  const tints = estimateTints(views);
  const tinted = tints ? warp({ radii: true, tone: (v) => ({ tint: tints[v] }) }) : views;
  const exposure = estimateExposure(tinted);
  const gainOf = (v: number, k: number): number => gainAt(exposure, v, views[v].field!(k));
  const around = canvas.closed ? canvas.width : undefined;
  const blocks = wanted === 'blocks' ? estimateBlockGains(tinted, gainOf, undefined, around) : undefined;
  const wholeGainOf = (v: number, k: number): number =>
    gainOf(v, k) * (blocks ? blockGainOfPixel(blocks[v], k, views[v].area.width) : 1);
  const white = estimateWhite(views, wholeGainOf, tints);
  const areas = views.map(({ area }) => area);
  return {
    ...{ exposure, tints },
    brightness: brightnessFields(canvas, exposure, blocks, areas),
    tone: (v) => ({ tint: tints?.[v], white }),
  };
}

const blockGainOfPixel = (block: BlockGains, k: number, width: number): number =>
  blockGainAt(block, k % width, Math.floor(k / width));

/** So small that the images on it have about {@link THUMBNAIL_PIXELS} each; whole pixels go around a closed one. */
function seamFactor(canvas: PanoramaCanvas): number {
  const factor = thumbnailFactor(canvas);
  return canvas.closed ? Math.max(1, Math.round(canvas.width * factor)) / canvas.width : factor;
}

function thumbnailFactor(canvas: PanoramaCanvas): number {
  const { scale, matrices, sizes, width, height } = canvas;
  const perPixel = canvas.projectionName === 'plane' ? planeArea : sphereArea;
  const areas = matrices.map(
    (m, v) => sizes[v].width * sizes[v].height * perPixel(m, sizes[v]) * scale * scale,
  );
  const typical = areas.sort((x, y) => x - y)[areas.length >> 1];
  const most = 4096 / Math.max(width, height);
  return Math.min(1, most, Math.sqrt(THUMBNAIL_PIXELS / typical));
}

/** The area on the plane of a pixel in the middle of an image. */
function planeArea(m: Matrix3, { width, height }: Size): number {
  const [xx, xy, yx, yy] = homographyJacobian(m, (width - 1) / 2, (height - 1) / 2);
  return Math.abs(xx * yy - xy * yx);
}

/** The solid angle of a pixel in the middle of an image. */
function sphereArea(m: Matrix3, { width, height }: Size): number {
  const ray = (x: number, y: number): Vector3 => unit3(transform3(m, [x, y, 1]));
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  const [a, b, c] = [ray(x, y), ray(x + 1, y), ray(x, y + 1)];
  const minus = (p: Vector3, q: Vector3): Vector3 => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
  return Math.hypot(...cross3(minus(b, a), minus(c, a)));
}

/** Brings all images onto the small canvas, with the light that is told, and with their squared radii where wanted. */
type WarpAll = (wanted: {
  brightness?: SeamPlan['brightness'];
  tone?: SeamPlan['tone'];
  radii?: boolean;
}) => WarpedView[];

/** Finds where the images lie, once for all times that they are warped. */
function openAll(canvas: PanoramaCanvas, thumbnails: readonly Image[]): WarpAll {
  const empty: Rectangle = { x: 0, y: 0, width: 1, height: 1 };
  const inverses = inverseMatrices(canvas);
  const areas = footprints(canvas, inverses);
  const placed = inverses.map((inverse, view) => {
    const one = { canvas, view, image: thumbnails[view], inverse };
    return { one, warp: openWarp(one, areas[view] ?? empty) };
  });
  return ({ brightness, tone, radii }) =>
    placed.map(({ one, warp }, view) => {
      const { width, height } = canvas.sizes[view];
      const radius: Field = (x, y) => radiusSquared(x, y, width, height);
      return applyViewWarp(
        { ...one, brightness: brightness?.(view), tone: tone?.(view) },
        warp,
        radii ? radius : undefined,
      );
    });
}

/** 0 in the middle of an image, 1 in its corners. */
export function radiusSquared(x: number, y: number, width: number, height: number): number {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  return ((x - cx) ** 2 + (y - cy) ** 2) / (cx * cx + cy * cy || 1);
}

/** The gain of an image at squared radius `r2`, vignetting undone. */
function gainAt({ gains, vignetting }: Exposure, v: number, r2: number): number {
  const r = Math.min(1.2, Math.max(0, r2));
  return gains[v] * Math.exp(-vignetting[0] * r - vignetting[1] * r * r);
}

/**
 * What each image is multiplied by, in pixels of the small canvas. It outlives the small images, so it must know
 * nothing of them.
 */
function brightnessFields(
  { sizes, left, top, width: pixels, closed }: PanoramaCanvas,
  exposure: Exposure,
  blocks: readonly BlockGains[] | undefined,
  areas: readonly Rectangle[],
): (view: number) => Field {
  const around = closed ? pixels : Infinity;
  return (v) => {
    const { width, height } = sizes[v];
    const block = blocks?.[v];
    const corner = areas[v];
    return (x, y, u, w) => {
      const gain = gainAt(exposure, v, radiusSquared(x, y, width, height));
      return block ? gain * blockGainAt(block, wrap(u - left, around) - corner.x, w - top - corner.y) : gain;
    };
  };
}
