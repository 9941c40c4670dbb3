import type { Size } from '../../core/index.ts';
import type { ModelInput } from '../../runtime/index.ts';
import type { Placement } from '../types.ts';

/** What says how images are fitted to a network. */
export type FitRules = Pick<ModelInput, 'multipleOf' | 'smallest' | 'size' | 'fit'>;

/** Where an image of any size comes to lie in what a network takes. */
export function placeImage({ width: columns, height: rows }: Size, rules: FitRules): Placement {
  const image = { width: columns, height: rows };
  const full = networkSize(image, rules);
  if (rules.fit === 'resize') return { left: 0, top: 0, ...full, full, image };
  const { width, height } = shrinkInto(image, full);
  const centred = rules.fit === 'centre';
  const before = (missing: number): number => (centred ? Math.floor(missing / 2) : 0);
  return { left: before(full.width - width), top: before(full.height - height), width, height, full, image };
}

/** The size that a network takes for an image. */
function networkSize(image: Size, { multipleOf, smallest = 1, size }: FitRules): Size {
  if (size) return size;
  const side = (length: number): number => Math.ceil(Math.max(length, smallest) / multipleOf) * multipleOf;
  return { width: side(image.width), height: side(image.height) };
}

/** The largest size of the image's shape that is no larger than the image and fits. */
function shrinkInto(image: Size, full: Size): Size {
  const share = Math.min(1, full.width / image.width, full.height / image.height);
  const side = (length: number): number => Math.max(1, Math.round(length * share));
  return { width: side(image.width), height: side(image.height) };
}

/** Whether the image lies there as it is, with its first pixel first. */
export const liesAtOrigin = ({ left, top, width, height, image }: Placement): boolean =>
  left === 0 && top === 0 && width === image.width && height === image.height;
