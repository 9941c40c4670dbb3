import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../../fixtures/index.ts';
import { readImage } from '../../src/io/index.ts';
import { makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = (name: string) => scratch.path(name);
const PAIR = ['match', FIXTURES.catA, FIXTURES.catB, '--semantic'];

beforeAll(() => {
  writeFileSync(at('points.json'), '[[88, 123], [104.5, 168]]');
  writeFileSync(at('wrong.json'), '[[88, 123], [5]]');
  writeFileSync(at('broken.json'), '[[88,');
});
afterAll(() => scratch.remove());

describe('whither match --semantic', () => {
  it('answers points of A as points of B, and draws', async () => {
    const args = [...PAIR, '--points', at('points.json'), '--json', '--draw', at('drawn.png')];
    const { code, stdout, stderr } = await runCommand(args);
    expect(stderr).toMatch(/^semantic match, confidence 0\.\d\d, in \d+ ms: .*drawn\.png\n$/);
    const { points, confidence, transform } = JSON.parse(stdout) as {
      points: number[][];
      confidence: number[];
      transform: { name: string; to: number[][] };
    };
    expect(Math.hypot(points[0][0] - 155, points[0][1] - 110)).toBeLessThan(40);
    expect(confidence).toHaveLength(2);
    expect(transform).toMatchObject({ name: 'fitted-tps', to: { length: 25 } });
    expect((await readImage(at('drawn.png'))).height).toBe(400);
    expect(code).toBe(0);
  });

  it('tells that a file is damaged', async () => {
    const jpeg = await sharp(FIXTURES.catA).jpeg({ quality: 95 }).toBuffer();
    for (let i = jpeg.length >> 1, end = i + 60; i < end; i++) jpeg[i] = (jpeg[i] * 7 + 13) & 0x7f;
    writeFileSync(at('damaged.jpg'), jpeg);
    const { stdout, stderr } = await runCommand([
      'match',
      at('damaged.jpg'),
      FIXTURES.catB,
      '--semantic',
      '--json',
    ]);
    expect(stderr).toMatch(/^Warning: .*damaged\.jpg is damaged: /);
    expect((JSON.parse(stdout) as { warnings: string[] }).warnings).toHaveLength(1);
  });

  it.each([
    ['a file with a wrong entry', ['--points', at('wrong.json'), '--json'], /entry 1 is \[5\]/],
    ['a file that is no JSON', ['--points', at('broken.json'), '--json'], /it is no JSON/],
    ['no file at all', ['--json', '--points'], /Expected a file after --points/],
  ])('refuses %s in one line', async (_, more, message) => {
    const { code, stderr } = await runCommand([...PAIR, ...more]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it('is asked for where its options are given', async () => {
    const plain = ['match', FIXTURES.catA, FIXTURES.catB];
    const file = await runCommand([...plain, '--json', '--points', at('points.json')]);
    expect(file.stderr).toMatch(/Expected --semantic with --points/);
    const transform = await runCommand([...plain, '--transform', 'affine']);
    expect(transform.stderr).toMatch(/Expected --semantic with --transform/);
  });

  it('looks more than once with --semantic alone', async () => {
    const looks = await runCommand(['match', FIXTURES.catA, FIXTURES.catB, '--looks', '2']);
    expect(looks.stderr).toMatch(/Expected --semantic with --looks/);
  });
});
