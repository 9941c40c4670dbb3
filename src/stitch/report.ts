import type { Matrix3 } from '../core/index.ts';

import type { SphereArea } from './sphere/index.ts';
import type { CameraModel, ProjectionName } from './types.ts';
import type { Rectangle, Tint } from './types.ts';

/** What was done and why, plain data for JSON: the same for the same input, so without times. */
export interface StitchReport {
  /** Everything that was given, by name. */
  readonly inputs: readonly InputReport[];
  readonly pairs: readonly PairReport[];
  readonly panoramas: readonly PanoramaReport[];
  readonly leftOut: readonly LeftOut[];
  /** What was told about files besides, such as that one is damaged. */
  readonly warnings?: readonly string[];
}

/** One input image in the report. */
export interface InputReport {
  readonly file: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** Points that could be matched. */
  readonly keypoints: number;
}

/** One pair of images in the report. */
export interface PairReport {
  readonly a: string;
  readonly b: string;
  readonly matches: number;
  readonly inliers: number;
  /** Matches inside the overlap, 8 + 0.3 times which the inliers must exceed. */
  readonly overlapMatches: number;
  /** Share of A that B shows, 0 to 1. */
  readonly overlap: number;
  readonly verified: boolean;
  readonly reason?: string;
  /** Median error after all cameras were adjusted together, in pixels of the images that were matched. */
  readonly error?: number;
}

/** An image that is in no panorama, why, and what might help. */
export interface LeftOut {
  readonly file: string;
  readonly reason: string;
  readonly advice: string;
}

/** One panorama in the report. */
export interface PanoramaReport {
  /** Where it was written, if it was. */
  output?: string;
  readonly model: CameraModel;
  /** Why this model. */
  readonly explanation: string;
  /** Error of each model that could be fitted, in pixels of the images that were matched. */
  readonly modelErrors: Readonly<Partial<Record<CameraModel, number>>>;
  /** How the focal length was found: by the pairs, as noted by the camera, or assumed; `rotation` alone. */
  readonly focalSource?: string;
  readonly projection: ProjectionName;
  /** Why this projection. */
  readonly projectionReason: string;
  /** How it was turned upright. */
  readonly straightening?: string;
  /**
   * Radial distortion of the lens: what an ideal lens shows at distance r from the middle of an image lies at
   * `r (1 + distortion r^2)`, in units of half the longer side; below 0 for a barrel. Absent where there is none.
   */
  readonly distortion?: number;
  readonly width: number;
  readonly height: number;
  /** The part of the whole canvas that was kept, where it was cropped. */
  readonly crop?: Rectangle;
  /** Which part of all around it shows, where the camera turns and viewers know the projection. */
  readonly sphere?: SphereArea;
  /** Darkening towards the corners that was taken out: exp(a r^2 + b r^4), r 1 in the corners. */
  readonly vignetting: readonly [number, number];
  /** Mean difference of the logarithm of brightness between images before and after their gains. */
  readonly exposureBefore: number;
  readonly exposureAfter: number;
  /**
   * With `align`: mean difference of colours, of 255, about each seam between two images as the cameras place them and
   * after both were bent there, at the resolution that seams are found at; `used` where they were.
   */
  readonly alignment?: readonly {
    readonly files: readonly [string, string];
    readonly before: number;
    readonly after: number;
    readonly used: boolean;
  }[];
  readonly images: readonly PlacedImage[];
}

/** An image of a panorama and where it lies. */
export interface PlacedImage {
  readonly file: string;
  /**
   * Nine numbers row by row: from ideal pixels (see `distortion`) of the upright full image to the common plane, or to rays common to all (x
   * right, y down, z forward) where the model is `rotation`.
   */
  readonly homographyToPanorama: Matrix3;
  readonly width: number;
  readonly height: number;
  /** Pixels of the full image; `rotation` alone. */
  readonly focal?: number;
  /** The panorama's `distortion` as OpenCV's first coefficient, r in units of the focal length; `rotation` alone. */
  readonly k1?: number;
  /** What its brightness was multiplied by. */
  readonly gain: number;
  /** What its red, green and blue were multiplied by before; absent where all images have one white balance. */
  readonly tint?: Tint;
}

/** Numbers as JSON keeps them readable: 12 significant digits. */
export const tidy = (value: number): number => Number(value.toPrecision(12));
