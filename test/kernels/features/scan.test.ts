import { describe, expect, it } from 'vitest';
import { prepareScan, scanReference } from '../../../kernels/scan/index.ts';
import type { ByteRows } from '../../../kernels/scan/index.ts';
import { compiled } from '../compiled.ts';

const rows = (count: number, length: number): ByteRows => ({
  count,
  length,
  data: Int8Array.from({ length: count * length }, (_, i) => Math.round(127 * Math.sin(i * i * 1.7 + i))),
});

describe('a scan of rows', () => {
  it('by hand', () => {
    const data = new Int8Array(3 * 128);
    data.set([1, 2], 0);
    data.set([-127, -127], 128);
    data.set([3, 1], 256);
    const query = new Int8Array(128);
    query.set([10, 1]);
    const scan = prepareScan({ count: 3, length: 128, data });
    const { rows: found, products } = scan.run(query, { top: 2, shortlist: 3 });
    expect([...found, ...products]).toEqual([2, 0, 31, 12]);
    const norms = Float32Array.of(0.5, 1, 100);
    expect([...scan.run(query, { top: 5, shortlist: 3, norms }).rows]).toEqual([0, 2, 1]);
    scan.dispose();
  });

  it('keeps the extremes of 8 bits', () => {
    const scan = prepareScan({ count: 1, length: 4096, data: new Int8Array(4096).fill(-128) });
    expect([...scan.run(new Int8Array(4096).fill(-128), { top: 1, shortlist: 1 }).products]).toEqual([
      2 ** 26,
    ]);
  });

  it.each([
    [1, 128],
    [5, 256],
    [333, 256],
    [20_001, 128],
  ])('agrees with the definition for %i rows of %i', (count, length) => {
    const given = rows(count, length);
    const query = rows(1, length).data.map((value, i) => Math.max(-128, value - (i % 7)));
    const [scan, definition] = [compiled(() => prepareScan(given)), scanReference(given)];
    const norms = Float32Array.from({ length: count }, (_, i) => 1 + (i % 5));
    for (const shortlist of [1, 50, count]) {
      const options = { top: 10, shortlist, norms };
      expect(compiled(() => scan.run(query, options))).toEqual(definition.run(query, options));
    }
    scan.dispose();
  });

  it('finds a row by itself among all', () => {
    const given = rows(1000, 256);
    const scan = prepareScan(given);
    for (const row of [0, 17, 999]) {
      const query = given.data.slice(row * 256, (row + 1) * 256);
      expect(scan.run(query, { top: 1, shortlist: 10 }).rows[0]).toBe(row);
    }
    scan.dispose();
  });

  it('refuses lengths that it cannot scan', () => {
    expect(() => prepareScan({ count: 1, length: 100, data: new Int8Array(100) })).toThrow(/multiple of 128/);
    expect(() => prepareScan({ count: 2, length: 128, data: new Int8Array(128) })).toThrow(/2 rows of 128/);
  });
});
