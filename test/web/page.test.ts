/// <reference lib="dom" />
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { servePage } from '../../src/cli/view/serve.ts';
import type { ServedPage } from '../../src/cli/view/serve.ts';
import { givenFiles, listSite } from '../../src/cli/view/site.ts';
import { writeSite } from '../../src/cli/view/export-site.ts';
import { resizeImage } from '../../src/flow/index.ts';
import { estimateFlow, loadFlowModel, readFlow, readImage, writeFlow, writeImage } from '../../src/index.ts';
import type { FlowField } from '../../src/index.ts';
import { buildPage } from './build.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SIZE = [320, 240] as const;
const folder = mkdtempSync(join(tmpdir(), 'whither-page-'));
const place = (name: string): string => join(folder, name);
const [pathA, pathB] = ['a.png', 'b.png'].map(place);

let site: Awaited<ReturnType<typeof listSite>>;
let served: ServedPage;

beforeAll(async () => {
  await buildPage(place('page'));
  site = await listSite(place('page'));
  for (const name of ['a', 'b']) {
    const image = await readImage(`fixtures/images/box-${name}.jpg`);
    await writeImage(place(`${name}.png`), resizeImage(image, ...SIZE));
  }
  served = await servePage(site, 0, await givenFiles([pathA]));
});

afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

describe('the server of the page', () => {
  const ask = (path: string, host = '127.0.0.1'): Promise<{ status?: number; type?: string }> =>
    new Promise((resolve, reject) => {
      const asked = request(new URL(path, served.url), { headers: { host } }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, type: answer.headers['content-type'] });
      });
      asked.on('error', reject).end();
    });

  it('has the page, its models, ONNX Runtime and the files that it was given', async () => {
    expect(await ask('/')).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
    for (const path of [
      'thread.js',
      'models/whither-flow/model.json',
      'ort/ort.wasm.min.mjs',
      'given/0/a.png',
    ])
      expect((await ask(path)).status).toBe(200);
  });

  it('has nothing else, and not under another name', async () => {
    for (const path of ['../package.json', '/etc/passwd', 'models/whither-flow/net.py', 'given/1/b.png'])
      expect((await ask(path)).status).toBe(404);
    expect((await ask('/', 'elsewhere.example')).status).toBe(403);
  });

  it('can be a folder of files instead', async () => {
    expect(await writeSite(site, place('static'))).toBe(site.length + 1);
    expect(readFileSync(place('static/index.html'), 'utf8')).toContain('<title>whither');
    await expect(writeSite(site, place('static'))).rejects.toThrow('Expected an empty folder but');
  });
});

describe.skipIf(!existsSync(CHROMIUM))(`the page in ${CHROMIUM}, skipped where that is absent`, () => {
  let browser: Browser;
  let page: Page;
  /** What a console says, and addresses beyond the server. */
  const noise: string[] = [];

  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
    page = await openPage();
  });
  afterAll(() => browser?.close());

  async function openPage(query = '', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme });
    opened.on('console', (message) => message.type() === 'error' && noise.push(message.text()));
    opened.on('pageerror', ({ message }) => noise.push(message));
    opened.on('request', (asked) => {
      if (!/^(blob:|data:)/.test(asked.url()) && !asked.url().startsWith(served.url)) noise.push(asked.url());
    });
    await opened.goto(served.url + query);
    await opened.waitForFunction(() => document.getElementById('name-a')!.textContent!.startsWith('a.png'));
    await opened.check('input[value=fast]', { force: true });
    return opened;
  }

  const status = (pattern: RegExp, on = page): Promise<unknown> =>
    on.waitForFunction(
      (source) => new RegExp(source).test(document.getElementById('status')!.textContent!),
      pattern.source,
    );
  const complaint = async (pattern: RegExp, on = page): Promise<void> => {
    await on.waitForFunction(() => !document.getElementById('error')!.hidden);
    expect(await on.textContent('#error')).toMatch(pattern);
  };
  const text = (id: string): Promise<string | null> => page.textContent(`#${id}`);
  const done = /^Flow, fast: [\d.]+ s\.$/;

  let inNode: FlowField;

  it('finds the flow that Node finds', async () => {
    await page.setInputFiles('#file-b', pathB);
    await status(done);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-flo')]);
    expect(download.suggestedFilename()).toBe('a.flo');
    await download.saveAs(place('page.flo'));
    const flow = await readFlow(place('page.flo'));
    await using model = await loadFlowModel('whither-flow', { precision: 'float32' });
    inNode = (await estimateFlow(model, await readImage(pathA), await readImage(pathB), { preset: 'fast' }))
      .flow;
    const farthest = flow.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - inNode.data[i])),
      0,
    );
    expect(farthest).toBeLessThan(0.05);
  });

  it('shows where a pixel went wherever the pointer is', async () => {
    const canvas = page.locator('#stage-a > canvas').first();
    const box = (await canvas.boundingBox())!;
    const scale = Math.min(box.width / SIZE[0], box.height / SIZE[1]);
    const [left, top] = [
      box.x + (box.width - SIZE[0] * scale) / 2,
      box.y + (box.height - SIZE[1] * scale) / 2,
    ];
    for (let k = 0; k < 20; k++) {
      const [x, y] = [8 + ((k * 67) % 300), 8 + ((k * 101) % 220)];
      await page.mouse.move(left + (x + 0.5) * scale, top + (y + 0.5) * scale);
      expect(await text('at-a')).toBe(`${x}, ${y}`);
      const [toX, toY] = (await text('at-b'))!.split(', ').map(Number);
      const i = 2 * (y * SIZE[0] + x);
      expect(Math.abs(toX - x - inNode.data[i])).toBeLessThan(0.06);
      expect(Math.abs(toY - y - inNode.data[i + 1])).toBeLessThan(0.06);
      expect(await text('at-confidence')).toMatch(/^\d+ %/);
    }
  });

  it('moves the point by keys, and says what looks like it and what matches', async () => {
    await page.focus('#stage-a > canvas');
    const [x, y] = (await text('at-a'))!.split(', ').map(Number);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowUp');
    expect(await text('at-a')).toBe(`${x - 1}, ${y - 10}`);
    await page.click('#similar');
    await status(/^Most alike in B: [\d.]+, [\d.]+\./);
    await page.click('#match');
    await status(/^\d+ of \d+ matches follow one homography/);
    await page.locator('#blend').fill('1.5');
    await page.keyboard.press('Escape');
  });

  it('ends work that is cancelled, and goes on', async () => {
    await page.check('input[value=accurate]', { force: true });
    await page.click('#estimate');
    await page.click('#cancel');
    await status(/^Flow, accurate was cancelled\.$/);
    await page.check('input[value=fast]', { force: true });
    await page.click('#estimate');
    await status(done);
  });

  it('says in a sentence what it cannot open, and lives', async () => {
    writeFileSync(place('note.txt'), 'no image');
    await page.setInputFiles('#file-b', place('note.txt'));
    await complaint(/^Expected an image that this browser decodes but received note\.txt \(text\/plain\)/);
    await writeImage(place('dot.png'), { width: 1, height: 1, data: new Uint8Array(3) });
    await page.setInputFiles('#file-b', place('dot.png'));
    await complaint(/^Expected two images of one size but received 320 x 240 and 1 x 1$/);
    await page.setInputFiles('#file-a', place('dot.png'));
    await status(done);
    await page.setInputFiles('#file-a', pathA);
    await page.setInputFiles('#file-b', pathB);
    await status(done);
  });

  it('opens a flow file, and says what is wrong with a damaged one', async () => {
    const flow = { width: 3, height: 2, data: new Float32Array(12).fill(2) };
    await writeFlow(place('given.flo'), flow);
    await page.setInputFiles('#file-b', place('given.flo'));
    await status(/^given\.flo: 3 . 2 pixels of flow\.$/);
    writeFileSync(place('damaged.flo'), readFileSync(place('given.flo')).subarray(0, 40));
    await page.setInputFiles('#file-b', place('damaged.flo'));
    await complaint(/^Expected 60 bytes for a \.flo of 3 x 2 pixels but received 40$/);
  });

  it('says so where the model is none', async () => {
    const other = await openPage('?model=models/patchnet/');
    await other.setInputFiles('#file-b', pathB);
    await complaint(/^Expected a model for flow but patchnet is for patch$/, other);
    await other.close();
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds inaccessible: %s', async (scheme) => {
    const other = await openPage('', scheme);
    await other.setInputFiles('#file-b', pathB);
    await status(done, other);
    await other.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const violations = await other.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: unknown[] }[] }> };
      };
      return (await axe.run()).violations.map(
        ({ id, nodes }) => `${id}: ${JSON.stringify(nodes).slice(0, 300)}`,
      );
    });
    expect(violations).toEqual([]);
    await other.close();
  });

  it('asks nobody else for anything, and leaves the console silent', () => {
    expect(noise).toEqual([]);
  });
});
