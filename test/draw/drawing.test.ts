import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/core/errors.ts';
import type { Image } from '../../src/core/types.ts';
import {
  overlayImages,
  drawArrows,
  errorMap,
  flowLegend,
  maskToImage,
  scalarToImage,
  sideBySide,
} from '../../src/draw/index.ts';
import { flowFrom, imageFrom, pixel, testImage } from '../flow/fields.ts';

const grey = (width: number, height: number): Image => imageFrom(width, height, () => [128, 128, 128]);

describe('flowLegend', () => {
  it('shows the colour of a motion where it leads from the centre', () => {
    const legend = flowLegend(200, 10);
    expect(legend).toMatchObject({ width: 200, height: 200 });
    const [red, green] = pixel(legend, 185, 94);
    expect(red > 240 && green < 60).toBe(true);
    expect(pixel(legend, 0, 0)).toEqual([255, 255, 255]);
    expect(pixel(legend, 99, 93).every((value) => value > 245)).toBe(true);
  });

  it('writes the scale, so that another scale is another image', () => {
    expect(flowLegend(128, 12.5)).not.toEqual(flowLegend(128, 13));
    expect(flowLegend(128, 12.5)).toEqual(flowLegend(128, 12.5004));
  });

  it('takes any sensible scale and size', () => {
    for (const scale of [1e-6, 0.25, 9.999, 1000, 123456]) expect(flowLegend(80, scale).width).toBe(80);
    expect(flowLegend(8, 1).data).toHaveLength(192);
    expect(() => flowLegend(4, 1)).toThrow('size');
    expect(() => flowLegend(64, 0)).toThrow('above 0 for maxMagnitude');
  });
});

describe('drawArrows', () => {
  it('draws along the motion and leaves the rest of the image', () => {
    const flow = flowFrom(32, 32, () => [12, 0]);
    const drawn = drawArrows(grey(32, 32), flow, { step: 32, color: [0, 255, 0] });
    // One arrow from (16, 16) to (28, 16).
    for (let x = 16; x < 26; x++) expect(pixel(drawn, x, 16)[1], `at ${x}`).toBeGreaterThan(200);
    expect(pixel(drawn, 12, 16)).toEqual([128, 128, 128]);
    expect(pixel(drawn, 20, 24)).toEqual([128, 128, 128]);
  });

  it('is true to scale', () => {
    const reach = (scale: number) => {
      const drawn = drawArrows(
        grey(64, 9),
        flowFrom(64, 9, () => [-8, 0]),
        { step: 64, scale },
      );
      const changed = Array.from({ length: 64 }, (_, x) => x).filter((x) => pixel(drawn, x, 4)[0] !== 128);
      return 32 - Math.min(...changed);
    };
    expect(reach(2) - reach(1)).toBeGreaterThanOrEqual(7);
    expect(reach(2) - reach(1)).toBeLessThanOrEqual(9);
  });

  it('marks small motion with a dot, stillness and unknown flow with nothing', () => {
    const moved = (u: number, scale = 1): Image =>
      drawArrows(
        grey(17, 17),
        flowFrom(17, 17, () => [u, 0]),
        { step: 16, scale },
      );
    expect(moved(0.6)).not.toEqual(grey(17, 17));
    expect(moved(0.4)).toEqual(grey(17, 17));
    expect(moved(0.4, 10)).not.toEqual(grey(17, 17));
    expect(moved(0)).toEqual(grey(17, 17));
    const unknown = drawArrows(
      grey(17, 17),
      flowFrom(17, 17, () => [NaN, 0]),
      { step: 16 },
    );
    expect(unknown).toEqual(grey(17, 17));
  });

  it('survives motion that leads far out of the image, and tiny images', () => {
    const wild = flowFrom(16, 16, () => [1e8, -1e8]);
    expect(drawArrows(grey(16, 16), wild).data).toHaveLength(768);
    expect(
      drawArrows(
        grey(1, 1),
        flowFrom(1, 1, () => [3, 3]),
      ).data,
    ).toHaveLength(3);
  });

  it('does not draw on its argument and asks for one size', () => {
    const image = grey(16, 16);
    drawArrows(
      image,
      flowFrom(16, 16, () => [5, 5]),
    );
    expect(image).toEqual(grey(16, 16));
    expect(() =>
      drawArrows(
        image,
        flowFrom(16, 15, () => [0, 0]),
      ),
    ).toThrow('16 x 16 and 16 x 15');
  });
});

describe('errorMap', () => {
  const truth = flowFrom(5, 1, () => [0, 0]);
  const luminance = ([r, g, b]: number[]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

  it('grows brighter with the error and stops at the greatest', () => {
    const { image, maxError } = errorMap(
      flowFrom(5, 1, (x) => [x * 2, 0]),
      truth,
      { maxError: 6 },
    );
    expect(maxError).toBe(6);
    const levels = [0, 1, 2, 3].map((x) => luminance(pixel(image, x, 0)));
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    expect(new Set(levels).size).toBe(4);
    expect(pixel(image, 4, 0)).toEqual(pixel(image, 3, 0));
  });

  it('rises in lightness all along the scale', () => {
    const ramp = flowFrom(256, 1, (x) => [x, 0]);
    const { image } = errorMap(
      ramp,
      flowFrom(256, 1, () => [0, 0]),
      { maxError: 255 },
    );
    const levels = Array.from({ length: 256 }, (_, x) => luminance(pixel(image, x, 0)));
    for (let x = 4; x < 256; x++) expect(levels[x], `at ${x}`).toBeGreaterThan(levels[x - 4]);
  });

  it('scales by the 99th percentile by default, and by one pixel at least', () => {
    expect(errorMap(truth, truth).maxError).toBe(1);
    const wild = flowFrom(1000, 1, (x) => [x === 0 ? 900 : 2, 0]);
    expect(
      errorMap(
        wild,
        flowFrom(1000, 1, () => [0, 0]),
      ).maxError,
    ).toBe(2);
  });

  it('shows what cannot be compared in a colour of its own', () => {
    const holey = flowFrom(5, 1, (x) => [x === 1 ? NaN : 0, 0]);
    expect(pixel(errorMap(holey, truth).image, 1, 0)).toEqual([112, 112, 112]);
    expect(pixel(errorMap(truth, holey, { colors: 'kitti' }).image, 1, 0)).toEqual([0, 0, 0]);
  });

  it('colours as KITTI does: blue within 3 px or 5 percent, red beyond both', () => {
    const long = flowFrom(5, 1, () => [100, 0]);
    const errors = [0, 4.9, 5.1, 9.9, 1000];
    const { image } = errorMap(
      flowFrom(5, 1, (x) => [100 + errors[x], 0]),
      long,
      { colors: 'kitti' },
    );
    expect(errors.map((_, x) => pixel(image, x, 0))).toEqual([
      [49, 54, 149],
      [224, 243, 248],
      [254, 224, 144],
      [254, 224, 144],
      [165, 0, 38],
    ]);
    // Without true motion the 3 px alone count.
    const still = errorMap(
      flowFrom(5, 1, (x) => [[0, 2.9, 3.1, 6.1, 13][x], 0]),
      truth,
      { colors: 'kitti' },
    );
    expect(pixel(still.image, 1, 0)).toEqual([224, 243, 248]);
    expect(pixel(still.image, 2, 0)).toEqual([254, 224, 144]);
    expect(pixel(still.image, 3, 0)).toEqual([253, 174, 97]);
    expect(pixel(still.image, 4, 0)).toEqual([244, 109, 67]);
  });

  it('refuses unknown colours', () => {
    expect(() => errorMap(truth, truth, { colors: 'jet' as never })).toThrow('one of heat, kitti');
  });
});

describe('blend', () => {
  it('goes from one image to the other', () => {
    const [a, b] = [testImage(4, 3), grey(4, 3)];
    expect(overlayImages(a, b, 0)).toEqual(a);
    expect(overlayImages(a, b, 1)).toEqual(b);
    expect(
      overlayImages(
        imageFrom(1, 1, () => [0, 100, 255]),
        imageFrom(1, 1, () => [200, 200, 255]),
        0.25,
      ).data,
    ).toEqual(Uint8Array.of(50, 125, 255));
  });

  it('names both sizes when they differ', () => {
    expect(() => overlayImages(grey(2, 2), grey(3, 2))).toThrow('2 x 2 and 3 x 2');
    expect(() => overlayImages(grey(2, 2), grey(2, 2), 1.5)).toThrow('from 0 to 1 for alpha');
  });
});

describe('sideBySide', () => {
  it('puts images next to each other', () => {
    const [a, b] = [testImage(3, 2), grey(2, 2)];
    const both = sideBySide(a, b, a);
    expect(both).toMatchObject({ width: 8, height: 2 });
    expect(pixel(both, 2, 1)).toEqual(pixel(a, 2, 1));
    expect(pixel(both, 3, 0)).toEqual([128, 128, 128]);
    expect(pixel(both, 6, 1)).toEqual(pixel(a, 1, 1));
  });

  it('asks for images of one height', () => {
    expect(() => sideBySide(grey(2, 2), grey(2, 3))).toThrow(ShapeError);
    expect(() => sideBySide(grey(2, 2), grey(2, 3))).toThrow('2 and 3 (image 2)');
    expect(() => sideBySide()).toThrow('at least one image');
  });
});

describe('maskToImage and scalarToImage', () => {
  it('show 1 white and 0 black', () => {
    const mask = maskToImage({ width: 2, height: 1, data: Uint8Array.of(0, 1) });
    expect([...mask.data]).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it('show a range in grey, cut at its ends, NaN black', () => {
    const data = Float32Array.of(-1, 0.5, Infinity, NaN);
    const shown = scalarToImage({ width: 4, height: 1, data });
    expect([0, 1, 2, 3].map((x) => pixel(shown, x, 0)[0])).toEqual([0, 128, 255, 0]);
    expect(() => scalarToImage({ width: 4, height: 1, data }, 2, 2)).toThrow('minimum below maximum');
  });
});
