import { describe, expect, it } from 'vitest';
import { findBetter, findFronts, summarizeMethod } from '../../bench/flow/flow-results.ts';
import type { MethodRecord } from '../../bench/flow/flow-results.ts';
import { paretoFront } from '../../bench/flow/pareto.ts';
import { drawScatter } from '../../bench/flow/scatter.ts';

const PAIRS = ['chairs', 'sintel-final'].map((set) => ({ id: `${set} 0`, set, megapixels: 0.5 }));

function method(name: string, time: number, chairs: number, sintel: number, ours = false): MethodRecord {
  const record = (epe: number) => {
    return { score: { epe, fl: 0, px1: 0 }, milliseconds: [time * 9, time, time], cpu: [time] };
  };
  return { name, ours, key: '', pairs: { 'chairs 0': record(chairs), 'sintel-final 0': record(sintel) } };
}

describe('the judgement of the flow bench', () => {
  const methods = [
    method('quick', 1, 5, 5),
    method('even', 10, 3, 3, true),
    method('lopsided', 5, 2, 4.5),
    method('useless', 20, 6, 6, true),
  ];
  const rows = methods.map((one) => summarizeMethod(one, PAIRS)!);

  it('takes the sum of the medians by the pixels of all pairs for the time', () => {
    expect(rows.map((row) => row.millisecondsPerMegapixel.median)).toEqual([2, 20, 10, 40]);
    expect(rows[0].millisecondsPerMegapixel.p90).toBe(18);
    expect(rows[0].rounds).toBe(3);
  });

  it('leaves out what has not been run on every pair', () => {
    expect(summarizeMethod({ ...methods[0], pairs: {} }, PAIRS)).toBeUndefined();
  });

  it('finds the front of each set and of both together', () => {
    expect(findFronts(rows)).toEqual({
      chairs: ['quick', 'lopsided'],
      'sintel-final': ['quick', 'lopsided', 'even'],
      'chairs + sintel-final': ['quick', 'lopsided', 'even'],
    });
  });

  it('names those that are faster and better on both sets', () => {
    expect(findBetter(rows)).toEqual({ even: [], useless: ['quick', 'even', 'lopsided'] });
  });

  it('keeps both of two that are equal', () => {
    expect(paretoFront([1, 1, 2], (cost) => [cost])).toEqual([1, 1]);
  });

  it('is drawn with every label and nothing that is not a number', () => {
    const points = rows.map((row) => {
      return {
        label: row.name,
        ours: row.ours,
        x: row.millisecondsPerMegapixel.median,
        y: row.scores.chairs.epe,
      };
    });
    const svg = drawScatter([{ title: 'A & B', points }], { x: 'time', y: 'error', note: '' });
    for (const { name } of rows) expect(svg).toContain(`>${name}</text>`);
    expect(svg).toContain('A &amp; B');
    expect(svg).not.toContain('NaN');
  });
});
