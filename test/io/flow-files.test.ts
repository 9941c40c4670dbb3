import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FileError, ShapeError } from '../../src/core/errors.ts';
import type { FlowField } from '../../src/core/types.ts';
import {
  decodeFlo,
  decodeKitti,
  decodeNpy,
  decodePfm,
  encodeFlo,
  encodeKitti,
  encodeNpy,
  encodePfm,
  isFlowFile,
  readFlow,
  writeFlow,
  writeImage,
} from '../../src/io/index.ts';
import { encodeRgb16Png } from '../../src/io/image/png16.ts';
import { paintImage, scratchFolder } from './scratch.ts';

const scratch = scratchFolder();

/** Little-endian bytes of float32 values. */
const f32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** 2 x 2 pixels; all values are multiples of 1/64, so that every format holds them exactly. */
const flow: FlowField = {
  width: 2,
  height: 2,
  data: Float32Array.of(1, -2, 0.5, 3, -100.25, 0, 7, 511.984375),
};
/** The same with the pixel at x 1, y 0 unknown. */
const holed: FlowField = {
  ...flow,
  data: Float32Array.of(1, -2, 0, 0, -100.25, 0, 7, 511.984375),
  valid: Uint8Array.of(1, 0, 1, 1),
};

const CODECS = [
  { name: '.flo', encode: encodeFlo, decode: decodeFlo },
  { name: 'KITTI .png', encode: encodeKitti, decode: decodeKitti },
  { name: '.pfm', encode: encodePfm, decode: decodePfm },
  { name: '.npy', encode: encodeNpy, decode: decodeNpy },
];

describe.each(CODECS)('$name', ({ encode, decode }) => {
  it('gives back what it was given', () => {
    expect(decode(encode(flow))).toEqual(flow);
  });

  it('gives back unknown pixels as 0, 0 with valid 0', () => {
    expect(decode(encode(holed))).toEqual(holed);
  });

  it('does not write what stands at unknown pixels', () => {
    const noisy = { ...holed, data: Float32Array.of(1, -2, NaN, 9999, -100.25, 0, 7, 511.984375) };
    expect(encode(noisy)).toEqual(encode(holed));
  });

  it('leaves its argument as it was', () => {
    const before = structuredClone(holed);
    encode(holed);
    expect(holed).toEqual(before);
  });

  it('reads bytes that begin in the middle of a buffer', () => {
    const bytes = encode(flow);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decode(shifted.subarray(3))).toEqual(flow);
  });

  it('refuses NaN at a known pixel, and says which', () => {
    const data = Float32Array.of(0, 0, 0, 0, 0, NaN, 0, 0);
    expect(() => encode({ width: 2, height: 2, data })).toThrow(/received \(0, NaN\) at x 0, y 1: mark it/);
  });

  it('refuses sizes of zero and arrays that do not fit', () => {
    expect(() => encode({ width: 0, height: 2, data: new Float32Array(0) })).toThrow(/1 x 1 pixels .* 0 x 2/);
    expect(() => encode({ width: 2, height: 2, data: new Float32Array(4) })).toThrow(ShapeError);
    expect(() => encode({ ...flow, valid: new Uint8Array(3) })).toThrow(/4 valid marks/);
  });

  it('refuses other bytes, no bytes and half of the bytes', () => {
    expect(() => decode(text('certainly not a flow file, whatever the name may say'))).toThrow(FileError);
    expect(() => decode(new Uint8Array(0))).toThrow(FileError);
    const bytes = encode(flow);
    expect(() => decode(bytes.subarray(0, bytes.length - 5))).toThrow(FileError);
    expect(() => decode(bytes.subarray(0, 9))).toThrow(FileError);
  });
});

describe('.flo, byte by byte', () => {
  const header = join(text('PIEH'), Uint8Array.of(2, 0, 0, 0, 2, 0, 0, 0));

  it('is PIEH, width, height, then u and v', () => {
    expect(encodeFlo(flow)).toEqual(join(header, f32(...flow.data)));
  });

  it('has 1e10 at unknown pixels', () => {
    expect(encodeFlo(holed)).toEqual(join(header, f32(1, -2, 1e10, 1e10, -100.25, 0, 7, 511.984375)));
  });

  it('marks as unknown what is NaN, infinite or beyond 1e9, in either component', () => {
    const decodedNan = decodeFlo(join(header, f32(NaN, 1, 0, 0, 0, NaN, 3, 4)));
    expect([...decodedNan.valid!]).toEqual([0, 1, 0, 1]);
    expect([...decodedNan.data]).toEqual([0, 0, 0, 0, 0, 0, 3, 4]);
    const decoded = decodeFlo(join(header, f32(2e9, 0, 0, 1.6e9, -Infinity, 5, 1e9, -1e9)));
    expect([...decoded.valid!]).toEqual([0, 0, 0, 1]);
    expect([...decoded.data]).toEqual([0, 0, 0, 0, 0, 0, 1e9, -1e9]);
  });

  it('refuses another magic number, sizes below 1, missing and extra bytes', () => {
    const body = f32(...flow.data);
    expect(() => decodeFlo(join(text('PIEX'), header.subarray(4), body))).toThrow(/magic number 202021.25/);
    expect(() => decodeFlo(join(text('PIEH'), Uint8Array.of(0, 0, 0, 0, 2, 0, 0, 0), body))).toThrow(
      /received 0 x 2/,
    );
    expect(() => decodeFlo(join(text('PIEH'), Uint8Array.of(255, 255, 255, 255, 2, 0, 0, 0)))).toThrow(
      /-1 x 2/,
    );
    expect(() => decodeFlo(join(header, body, Uint8Array.of(1)))).toThrow(/Expected 44 bytes .* received 45/);
  });

  it('refuses a header larger than the file without taking the memory', () => {
    const huge = join(text('PIEH'), new Uint8Array(Int32Array.of(100_000, 2_000_000_000).buffer), f32(1, 2));
    expect(() => decodeFlo(huge)).toThrow(/Expected 1600000000000012 bytes .* received 20/);
  });
});

describe('.pfm, byte by byte', () => {
  const rows = [
    [1, -2, 0, 0.5, 3, 0],
    [-100.25, 0, 0, 7, 511.984375, 0],
  ];

  it('is a text header, then the bottom row first with a third channel of 0', () => {
    expect(encodePfm(flow)).toEqual(join(text('PF\n2 2\n-1.0\n'), f32(...rows[1], ...rows[0])));
  });

  it('is read in either byte order, told by the sign of the scale', () => {
    const big = f32(...rows[1], ...rows[0]);
    new DataView(big.buffer); // The bytes of each number are turned around below.
    for (let i = 0; i < big.length; i += 4) big.subarray(i, i + 4).reverse();
    expect(decodePfm(join(text('PF\n2 2\n1.0\n'), big))).toEqual(flow);
    expect(decodePfm(join(text('PF 2 2 -2.5e0\n'), f32(...rows[1], ...rows[0])))).toEqual(flow);
  });

  it('ends its header at one white space, whatever the first number looks like', () => {
    // 0x0a0a0a0a, line breaks all of them, is a number as good as any other.
    const odd = new DataView(Uint8Array.of(10, 10, 10, 10).buffer).getFloat32(0, true);
    const decoded = decodePfm(join(text('PF\n1 1\n-1\n'), f32(odd, 2, 0)));
    expect([...decoded.data]).toEqual([odd, 2]);
  });

  it('has NaN at unknown pixels', () => {
    const bytes = encodePfm(holed);
    const numbers = new Float32Array(bytes.slice(-48).buffer);
    expect([...numbers].map(Number.isNaN)).toEqual([...Array(9).fill(false), true, true, false]);
  });

  it('refuses one channel, no header, a scale of 0, sizes below 1 and extra bytes', () => {
    const body = f32(...rows[1], ...rows[0]);
    expect(() => decodePfm(join(text('Pf\n2 2\n-1.0\n'), body))).toThrow(/one channel/);
    expect(() => decodePfm(join(text('P6\n2 2\n255\n'), body))).toThrow(/received "P6"/);
    expect(() => decodePfm(text('PF\nwide high\n'))).toThrow(/width, height and scale/);
    expect(() => decodePfm(join(text('PF\n2 2\n0\n'), body))).toThrow(/other than 0/);
    expect(() => decodePfm(join(text('PF\n0 2\n-1.0\n'), body))).toThrow(/received 0 x 2/);
    expect(() => decodePfm(join(text('PF\n2 2\n-1.0\n'), body, Uint8Array.of(0)))).toThrow(/60 bytes .* 61/);
    expect(() => decodePfm(text('PF\n90000 90000\n-1.0\n'))).toThrow(/97200000020 bytes .* received 20/);
  });
});

describe('.npy, byte by byte', () => {
  const npy = (header: string, body: Uint8Array, version = 1): Uint8Array => {
    const length = version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, 0, 0, 0];
    return join(Uint8Array.of(0x93), text('NUMPY'), Uint8Array.of(version, 0, ...length), text(header), body);
  };
  const dictionary = (descr: string, order = 'False', shape = '(2, 2, 2)'): string =>
    `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

  it('is what numpy.save writes: a header of 128 bytes in all, then the numbers', () => {
    const bytes = encodeNpy(flow);
    const start = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 2), }";
    expect(bytes).toEqual(npy(start.padEnd(117) + '\n', f32(...flow.data)));
    expect(bytes.length).toBe(128 + 32);
  });

  it('has NaN at unknown pixels', () => {
    expect(new Float32Array(encodeNpy(holed).slice(128).buffer)).toEqual(
      Float32Array.of(1, -2, NaN, NaN, -100.25, 0, 7, 511.984375),
    );
  });

  it('is read as float32 and float64, little- and big-endian, versions 1 to 3', () => {
    const doubles = new Uint8Array(Float64Array.from(flow.data).buffer);
    const turned = (bytes: Uint8Array, size: number): Uint8Array => {
      const copy = bytes.slice();
      for (let i = 0; i < copy.length; i += size) copy.subarray(i, i + size).reverse();
      return copy;
    };
    expect(decodeNpy(npy(dictionary('<f4'), f32(...flow.data), 2))).toEqual(flow);
    expect(decodeNpy(npy(dictionary('<f8'), doubles, 3))).toEqual(flow);
    expect(decodeNpy(npy(dictionary('>f4'), turned(f32(...flow.data), 4)))).toEqual(flow);
    expect(decodeNpy(npy(dictionary('>f8'), turned(doubles, 8)))).toEqual(flow);
  });

  it('is read as float16, subnormal and infinite numbers too', () => {
    const bits = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
    // 1, -2.5, 65504, 2^-24, infinite, NaN, -0.25 and 3, as numpy.float16 stores them.
    const halves = bits(0x3c00, 0xc100, 0x7bff, 0x0001, 0x7c00, 0x7e00, 0xb400, 0x4200);
    const decoded = decodeNpy(npy(dictionary('<f2'), halves));
    expect([...decoded.data]).toEqual([1, -2.5, 65504, 2 ** -24, 0, 0, -0.25, 3]);
    expect([...decoded.valid!]).toEqual([1, 1, 0, 1]);
    const turned = halves.slice();
    for (let i = 0; i < turned.length; i += 2) turned.subarray(i, i + 2).reverse();
    expect(decodeNpy(npy(dictionary('>f2'), turned))).toEqual(decoded);
  });

  it('is read in Fortran order', () => {
    // Height 1, width 3: the first axis fastest, so all u come before all v.
    const decoded = decodeNpy(npy(dictionary('<f4', 'True', '(1, 3, 2)'), f32(1, 2, 3, -1, -2, -3)));
    expect(decoded).toEqual({ width: 3, height: 1, data: Float32Array.of(1, -1, 2, -2, 3, -3) });
    // Height 2, width 1: within a component the rows are neighbours.
    const tall = decodeNpy(npy(dictionary('<f4', 'True', '(2, 1, 2)'), f32(1, 2, -1, -2)));
    expect(tall).toEqual({ width: 1, height: 2, data: Float32Array.of(1, -1, 2, -2) });
  });

  it('refuses other types, shapes and versions, missing and extra bytes', () => {
    const body = f32(...flow.data);
    expect(() => decodeNpy(npy(dictionary('<i4'), body))).toThrow(/received <i4/);
    expect(() => decodeNpy(npy(dictionary('|O'), body))).toThrow(/received \|O/);
    expect(() => decodeNpy(npy(dictionary('<f4', 'False', '(4, 2)'), body))).toThrow(/received \(4, 2\)$/);
    expect(() => decodeNpy(npy(dictionary('<f4', 'False', '(2, 4, 1)'), body))).toThrow(/numpy.moveaxis/);
    expect(() => decodeNpy(npy(dictionary('<f4', 'False', '(0, 4, 2)'), body))).toThrow(/4 x 0/);
    expect(() => decodeNpy(npy(dictionary('<f4'), body, 4))).toThrow(/version 1, 2 or 3 but received 4/);
    expect(() => decodeNpy(npy('{}\n', body))).toThrow(/Expected descr/);
    expect(() => decodeNpy(npy(dictionary('<f4'), join(body, body)))).toThrow(FileError);
    expect(() => decodeNpy(npy(dictionary('<f4', 'False', '(99999, 99999, 2)'), body))).toThrow(/79998400/);
    const claims = npy(dictionary('<f4'), body);
    claims[9] = 255;
    expect(() => decodeNpy(claims)).toThrow(/header of 65\d+ bytes but the file has/);
  });
});

describe('KITTI .png, sample by sample', () => {
  it('is 2^15 + 64 u, 2^15 + 64 v and 1, or three zeros where unknown', () => {
    const samples = Uint16Array.of(
      ...[0x8040, 0x7f80, 1],
      ...[0, 0, 0],
      ...[0x8000 - 6416, 0x8000, 1],
      ...[0x81c0, 0xffff, 1],
    );
    expect(encodeKitti(holed)).toEqual(encodeRgb16Png({ width: 2, height: 2, data: samples }));
  });

  it('is a PNG of 16-bit RGB with big-endian samples', () => {
    const bytes = encodeKitti({ width: 1, height: 1, data: Float32Array.of(1, -2) });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([view.getUint32(16), view.getUint32(20), bytes[24], bytes[25]]).toEqual([1, 1, 16, 2]);
    // The only row: filter 2 against nothing, then the samples as they are.
    const row = deflateSync(Uint8Array.of(2, 0x80, 0x40, 0x7f, 0x80, 0, 1));
    expect(bytes.subarray(41, 41 + row.length)).toEqual(new Uint8Array(row));
  });

  it('rounds to the nearest 1/64 pixel', () => {
    const { data } = decodeKitti(encodeKitti({ width: 1, height: 1, data: Float32Array.of(0.01, -0.02) }));
    expect([...data]).toEqual([1 / 64, -1 / 64]);
  });

  it('holds -512 to 511.984375 and refuses what lies beyond, naming the first pixel', () => {
    const edge = { width: 1, height: 1, data: Float32Array.of(-512, 511.984375) };
    expect(decodeKitti(encodeKitti(edge))).toEqual(edge);
    const beyond = { width: 2, height: 2, data: Float32Array.of(0, 0, 0, 0, 0, 0, 3, 512) };
    expect(() => encodeKitti(beyond)).toThrow(/-512 to 511.98 .* \(3, 512\) at x 1, y 1: write .flo/);
    expect(() => encodeKitti({ ...beyond, valid: Uint8Array.of(1, 1, 1, 0) })).not.toThrow();
  });

  it('says that red and blue are swapped where the mask is in red', () => {
    const swapped = (...samples: number[]): Uint8Array =>
      encodeRgb16Png({ width: 2, height: 1, data: Uint16Array.from(samples) });
    expect(() => decodeKitti(swapped(1, 0x8000, 0x8040, 1, 0x8000, 0x8040))).toThrow(
      /red and blue are swapped/,
    );
    expect(() => decodeKitti(swapped(0, 0, 0, 1, 0x8000, 0x8040))).toThrow(/red and blue are swapped/);
  });

  it('takes any one number in blue for known, and refuses several: that is an image', () => {
    const png = (blueA: number, blueB: number): Uint8Array =>
      encodeRgb16Png({
        width: 2,
        height: 1,
        data: Uint16Array.of(0x8040, 0x8000, blueA, 0x8000, 0x8000, blueB),
      });
    expect(decodeKitti(png(255, 0))).toEqual(decodeKitti(png(1, 0)));
    expect(decodeKitti(png(65535, 65535)).valid).toBeUndefined();
    expect(() => decodeKitti(png(255, 254))).toThrow(/this is no flow/);
  });

  it('refuses a PNG of 8 bits and a damaged chunk', () => {
    const bytes = encodeKitti(flow);
    const shallow = bytes.slice();
    shallow[24] = 8;
    expect(() => decodeKitti(shallow)).toThrow(/16-bit RGB .* received 8 bits and colour type 2/);
    const damaged = bytes.slice();
    damaged[50] ^= 1;
    expect(() => decodeKitti(damaged)).toThrow(/checksum in the PNG chunk IDAT/);
  });
});

describe('files by their names', () => {
  it.each(['flo', 'png', 'pfm', 'npy', 'FLO'])('writes and reads .%s', async (extension) => {
    const path = scratch.path(`by-name.${extension}`);
    await writeFlow(path, holed);
    expect(await readFlow(path)).toEqual(holed);
    expect(isFlowFile(path)).toBe(true);
  });

  it('tells a flow PNG from an image by its content', async () => {
    await writeImage(
      scratch.path('image.png'),
      paintImage(4, 4, () => [1, 2, 3]),
    );
    const deep = encodeRgb16Png({ width: 1, height: 1, data: Uint16Array.of(9, 9, 9) });
    await writeFile(scratch.path('deep.png'), deep);
    expect(isFlowFile(scratch.path('image.png'))).toBe(false);
    expect(isFlowFile(scratch.path('deep.png'))).toBe(false);
    expect(isFlowFile(scratch.path('missing.png'))).toBe(false);
    expect(isFlowFile('anything.flo')).toBe(true);
    expect(isFlowFile('anything.jpg')).toBe(false);
  });

  it('refuses other extensions, missing and empty files and folders, naming the path', async () => {
    await expect(readFlow('flow.exr')).rejects.toThrow(/\.flo, \.png, \.pfm, \.npy but received flow\.exr/);
    await expect(readFlow(scratch.path('none.flo'))).rejects.toThrow(/none\.flo but there is no such file/);
    await mkdir(scratch.path('folder.flo'));
    await expect(readFlow(scratch.path('folder.flo'))).rejects.toThrow(/it is a folder/);
    await writeFile(scratch.path('empty.flo'), '');
    await expect(readFlow(scratch.path('empty.flo'))).rejects.toThrow(/empty\.flo but the file is empty/);
    await writeFile(scratch.path('wrong.flo'), 'PNG in truth');
    await expect(readFlow(scratch.path('wrong.flo'))).rejects.toThrow(/wrong\.flo: Expected the .flo magic/);
  });

  it('refuses a file that exists, and leaves it whole when the flow does not fit the format', async () => {
    const path = scratch.path('kept.png');
    await writeFlow(path, flow);
    const before = await readFile(path);
    await expect(writeFlow(path, flow)).rejects.toThrow(/kept\.png exists: pass overwrite/);
    const beyond = { ...flow, data: new Float32Array(8).fill(600) };
    await expect(writeFlow(path, beyond, { overwrite: true })).rejects.toThrow(
      /kept\.png: Expected flow from/,
    );
    expect(await readFile(path)).toEqual(before);
    expect((await scratch.list()).filter((name) => name.startsWith('.whither-'))).toEqual([]);
  });
});
