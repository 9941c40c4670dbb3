import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, makeFolder } from './bundle.ts';
import type { Request } from './child.ts';
import { createRandom } from './random.ts';
import { runRequests } from './run-requests.ts';
import type { Ending } from './run-requests.ts';
import { createKinds } from './seeds.ts';
import type { Kind } from './seeds.ts';

/** How many files are damaged: `npm run test:hostile` asks for 2,000. */
const COUNT = Number(process.env.WHITHER_HOSTILE_FILES ?? 300);
const SEED = Number(process.env.WHITHER_HOSTILE_SEED ?? 1);

const folder = makeFolder();
let program: string;
let kinds: Kind[];
beforeAll(async () => {
  program = bundle('test/hostile/child.ts', folder.path);
  kinds = await createKinds(join(folder.path, 'seeds'));
}, 120_000);
afterAll(() => folder.remove());

/** A damaged file of each kind in turn; written when it is asked for, and removed when the next is. */
function* damagedFiles(): Generator<Request> {
  const random = createRandom(SEED);
  const [input, outputs] = [join(folder.path, 'in'), join(folder.path, 'results')];
  for (let id = 0; id < COUNT; id++) {
    const { name, write, command, outputExtension } = kinds[id % kinds.length];
    for (const path of [input, outputs]) {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
    }
    const path = join(input, `${id}.${name}`);
    write(path, random);
    const output = outputExtension && join(outputs, `out${outputExtension}`);
    yield { id, args: command(path, output), output };
  }
}

test(
  `of ${COUNT} damaged files none crashes, hangs, leaves half an output or shows a stack`,
  async () => {
    const endings = await runRequests(program, damagedFiles());
    const describeEnding = ({ id, outcome, told }: Ending): string =>
      `${id} (${kinds[id % kinds.length].name}): ${outcome}: ${told}`;
    const bad = endings.filter(({ outcome }) => outcome !== 'done' && outcome !== 'refused');
    const count = (wanted: string): number => endings.filter(({ outcome }) => outcome === wanted).length;
    const megabytes = Math.max(...endings.map((ending) => ending.megabytes));
    process.stderr.write(`${count('done')} read, ${count('refused')} refused, at most ${megabytes} MB\n`);
    expect(bad.map(describeEnding)).toEqual([]);
    // Were all refused, or all read, nothing would have been tried.
    expect(count('refused')).toBeGreaterThan(COUNT / 10);
    expect(count('done')).toBeGreaterThan(COUNT / 50);
  },
  COUNT * 5000,
);
