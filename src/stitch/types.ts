/** What the stages of stitching exchange: plain data, units on every field. */

import type { Correspondences, Homography, Image, Mask, Matrix3, Rectangle } from '../core/index.ts';

export type { Rectangle } from '../core/index.ts';

/** An image that is read when it is needed, perhaps more than once, so that not all lie in memory at a time. */
export interface ImageSource {
  /** What reports call it, such as the file's name. */
  readonly name: string;
  /** Size in pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** The focal length that the camera noted, in pixels of this size; absent where it did not. */
  readonly focal?: number;
  /**
   * Which of its pixels may be used, 1 each; of any size, laid over the whole upright image. The rest is neither matched nor
   * shown. Absent where all may.
   */
  readonly mask?: Mask;
  /**
   * The image, or where `maxPixels` is less than its size a smaller one of the same proportions, of about
   * `maxPixels` pixels or more.
   */
  load(maxPixels?: number): Promise<Image>;
}

/** What stands for one image while it is registered: its size, and how much smaller it was looked at. */
export interface View {
  /** Place in the list of images given. */
  readonly index: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Size of the image that was matched, the full one or smaller. */
  readonly matched: { readonly width: number; readonly height: number };
  /** Side of a pixel of the full image in pixels of the one that was matched, 0 to 1. */
  readonly scale: number;
  /** Focal length noted by the camera, in pixels of the full image. */
  readonly focal?: number;
  /** As of {@link ImageSource}. */
  readonly mask?: Mask;
}

/** Two images compared: what was found, and whether it is believed. Points in pixels of the full images. */
export interface StitchPair {
  /** Indices of the images, `a` below `b`. */
  readonly a: number;
  readonly b: number;
  /** Matches before the geometry was fitted. */
  readonly matches: Correspondences;
  /** Those that agree with the homography. */
  readonly inliers: Correspondences;
  /** From ideal pixels of A to those of B (see `LensSize`); null where none stood out. */
  readonly homography: Homography | null;
  /** Matches that lie where the two images overlap by the homography. */
  readonly overlapMatches: number;
  /** Share of A that B shows by the homography, 0 to 1. */
  readonly overlap: number;
  readonly verified: boolean;
  /** Why it is not verified, in words; absent where it is. */
  readonly reason?: string;
}

/**
 * - `rotation`: one standpoint, the camera turns; a focal length a camera
 * - `affine`: a flat scene seen straight on from far away or by a scanner
 * - `homography`: a flat scene, or two views without a common standpoint
 */
export type CameraModel = 'rotation' | 'affine' | 'homography';

/** Images placed in one frame. */
export interface Placement {
  readonly model: CameraModel;
  /** Indices of the images, in the order of `matrices`. */
  readonly views: readonly number[];
  /**
   * From homogeneous ideal pixels of each full image to the common frame: for `rotation` to rays (x right, y down, z
   * forward), for the others to a plane in pixels of the reference image.
   */
  readonly matrices: readonly Matrix3[];
  /** Focal length of each in pixels of the full image; `rotation` alone. */
  readonly focals?: readonly number[];
  /** The radial distortion of all images (see `LensSize`); absent where the lens distorts nothing. */
  readonly distortion?: number;
}

/** Corresponding points of two views of a placement; weights make errors pixels of the images that were matched. */
export interface Observation {
  /** Positions in the placement's lists. */
  readonly a: number;
  readonly b: number;
  readonly points: Pick<Correspondences, 'pointsA' | 'pointsB'>;
}

/** How rays become an image; see `projection.ts`. */
export type ProjectionName =
  | 'plane'
  | 'cylindrical'
  | 'spherical'
  /** As `spherical`, all of the sphere on a canvas twice as wide as high. */
  | 'equirectangular'
  | 'mercator'
  | 'stereographic'
  | 'panini';

/** The stages, in their order. */
export type StageName = 'read' | 'match' | 'place' | 'seam' | 'align' | 'compose';

/** Where a panorama goes, part by part. */
export interface TileSink {
  /**
   * Takes 8-bit RGB rows of `area`; areas do not overlap and in the end cover everything. `covered` has a 1 for each pixel
   * that some image covers; it is given where the background is to be transparent.
   */
  write(area: Rectangle, data: Uint8Array, covered?: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** What red, green and blue of an image are multiplied by; their geometric mean is 1. */
export type Tint = readonly [red: number, green: number, blue: number];
