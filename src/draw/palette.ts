/** Colours for scalar values. */

/**
 * 256 colours from near black over violet, red and orange to pale yellow, 0 to 255 interleaved. Lightness
 * rises evenly in Oklab (Ottosson 2020), so equal differences of value look equally large.
 */
export const HEAT: Uint8Array = makeHeat();

function makeHeat(): Uint8Array {
  const colors = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    const hue = ((285 + 180 * t) * Math.PI) / 180;
    // Little colour at both ends, where there is none to be had in sRGB.
    const chroma = 0.03 + 0.16 * Math.sin(Math.PI * Math.min(0.1 + 0.85 * t, 1));
    colors.set(oklabToBytes(0.15 + 0.8 * t, chroma * Math.cos(hue), chroma * Math.sin(hue)), i * 3);
  }
  return colors;
}

/** Oklab to 8-bit sRGB, clipped to what sRGB has. */
function oklabToBytes(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const clipped = Math.min(Math.max(linear, 0), 1);
    const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
    return Math.round(encoded * 255);
  });
}

/** The ten colours of KITTI's error images, from blue (right) to red (wrong), 0 to 255 interleaved. */
const KITTI = [
  [49, 54, 149],
  [69, 117, 180],
  [116, 173, 209],
  [171, 217, 233],
  [224, 243, 248],
  [254, 224, 144],
  [253, 174, 97],
  [244, 109, 67],
  [215, 48, 39],
  [165, 0, 38],
] as const;

/**
 * KITTI's colour of an error (Menze and Geiger 2015, devkit): `normalized` is the error as a multiple of the
 * outlier threshold; each colour stands for twice as much as the one before, the border of blue and red is 1.
 */
export function kittiColor(normalized: number): readonly [number, number, number] {
  const step = normalized < 0.0625 ? 0 : Math.floor(Math.log2(normalized)) + 5;
  return KITTI[Math.min(step, KITTI.length - 1)];
}
