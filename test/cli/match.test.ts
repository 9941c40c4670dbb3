import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invertHomography, transformPoints } from '../../src/core/homography.ts';
import type { Homography } from '../../src/core/homography.ts';
import { readImage, writeImage } from '../../src/io/index.ts';
import { drawBlobs, drawFlat } from '../features/textures.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';
import { makeScratch, runCommand } from './run-command.ts';

const H: Homography = [0.95, 0.1, 6, -0.06, 1.02, 8, 2e-4, -1e-4, 1];
const scratch = makeScratch();
const at = (name: string) => scratch.path(name);

beforeAll(async () => {
  await writeImage(at('a.png'), drawBlobs(160, 120, 5));
  await writeImage(at('b.png'), drawBlobs(160, 120, 5, invertHomography(H)));
  await writeImage(at('other.png'), drawBlobs(160, 120, 77));
  await writeImage(at('flat.png'), drawFlat(50, 40));
});
afterAll(() => scratch.remove());

describe('whither match', () => {
  it('names the network where there are no features to match', async () => {
    const { code, stderr } = await runCommand(['match', at('flat.png'), at('flat.png')]);
    expect(stderr).toMatch(/^whither: Expected .*, try --source homography-network\n$/);
    expect(code).toBe(1);
    const strangers = await runCommand(['match', at('a.png'), at('other.png')]);
    expect(strangers.stderr).not.toContain('homography-network');
  });

  it('prints the homography as nine numbers and draws the matches', async () => {
    const args = ['match', at('a.png'), at('b.png'), '--json', '--draw', at('drawn.png'), '--points'];
    const { code, stdout, stderr } = await runCommand(args);
    expect(stderr).toMatch(/^homography by \d+ of \d+ matches, .*drawn\.png\n$/);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result.homography).toBeCloseToArray(H, TOLERANCE.pairMatch);
    expect(result.matches).toBeGreaterThanOrEqual(result.inliers as number);
    expect(result.points).toHaveLength(result.matches as number);
    expect(await readImage(at('drawn.png'))).toMatchObject({ width: 328, height: 120 });
    expect(code).toBe(0);
  });

  it.each(['affine', 'fundamental'])('fits the model %s', async (model) => {
    const { code, stdout } = await runCommand([
      'match',
      at('a.png'),
      at('b.png'),
      '--json',
      '--model',
      model,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ model });
    expect(code).toBe(0);
  });

  it.each([
    ['flow between them', ['--source', 'flow']],
    ["patchnet's descriptors", ['--descriptor', 'patchnet']],
  ])('finds the homography by %s too', async (_, more) => {
    const { code, stdout } = await runCommand(['match', at('a.png'), at('b.png'), '--json', ...more]);
    const { homography, inliers } = JSON.parse(stdout) as { homography: Homography; inliers: number };
    const corners = [0, 0, 159, 0, 159, 119, 0, 119];
    const [found, wanted] = [homography, H].map((h) => transformPoints(h, corners));
    expect(found).toBeCloseToArray(wanted, 1.5);
    expect(inliers).toBeGreaterThan(30);
    expect(code).toBe(0);
  });

  it('asks the network where the corners go, and tells how sure it is', async () => {
    const args = ['match', at('a.png'), at('b.png'), '--json', '--source', 'homography-network', '--polish'];
    const { code, stdout } = await runCommand(args);
    const result = JSON.parse(stdout) as { homography: Homography; confidence: number };
    const corners = [0, 0, 159, 0, 159, 119, 0, 119];
    const [found, wanted] = [result.homography, H].map((h) => transformPoints(h, corners));
    expect(found).toBeCloseToArray(wanted, 4);
    expect(result).toMatchObject({ source: 'homography-network', model: 'homography' });
    expect(result.confidence).toBeGreaterThan(0.3);
    expect(code).toBe(0);
  });

  it('does not take what the network is unsure of for a match', async () => {
    const args = ['match', at('a.png'), at('other.png'), '--json', '--source', 'homography-network'];
    const { code, stdout, stderr } = await runCommand(args);
    expect(JSON.parse(stdout)).toMatchObject({ homography: null, inliers: 0, matches: 0 });
    expect(stderr).toMatch(/the network's confidence is only 0\.\d\d/);
    expect(code).toBe(1);
  });

  it('says that two images do not match, and exits with 1', async () => {
    const args = ['match', at('a.png'), at('other.png'), '--json', '--views', 'never'];
    const { code, stdout, stderr } = await runCommand(args);
    expect(JSON.parse(stdout)).toMatchObject({ homography: null, inliers: 0, rmse: null });
    expect(stderr).toMatch(
      /^whither: Expected two images of one scene but found no homography .*other\.png: .*\n$/,
    );
    expect(code).toBe(1);
  });

  it('says so of an image without texture too', async () => {
    const { code, stderr } = await runCommand(['match', at('a.png'), at('flat.png')]);
    expect(stderr).toMatch(/0 correspondences are fewer than the 10/);
    expect(code).toBe(1);
  });

  it.each([
    ['a missing image', ['nowhere.png', 'b.png'], /nowhere\.png/],
    ['an output over an input', ['a.png', 'b.png', '--draw', 'a.png', '--force'], /apart from the input/],
    ['a drawing of no image format', ['a.png', 'b.png', '--draw', 'm.txt'], /\.png/],
    ['points without --json', ['a.png', 'b.png', '--points'], /Expected --json with --points/],
    ['a flow model without flow', ['a.png', 'b.png', '--flow-model', 'flownet-s'], /--source flow/],
    ['flow between two sizes', ['a.png', 'flat.png', '--source', 'flow'], /160 x 120 and 50 x 40/],
  ])('refuses %s in one line', async (_, args, message) => {
    const paths = args.map((arg) => (/\.(png|txt)$/.test(arg) ? at(arg) : arg));
    const { code, stdout, stderr } = await runCommand(['match', ...paths]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('refuses numbers and names that make no sense', async () => {
    for (const option of [
      ['--ratio', '2'],
      ['--threshold', '0'],
      ['--model', 'rubber'],
      ['--seed', 'x'],
    ]) {
      const { code, stderr } = await runCommand(['match', at('a.png'), at('b.png'), ...option]);
      expect(stderr).toMatch(/^error: option .* is invalid\. (Expected|Allowed choices)/);
      expect(code).toBe(1);
    }
  });
});
