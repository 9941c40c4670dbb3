/**
 * Runs benches one after the other, each in a process of its own: `npm run bench [-- NAME ...]`, all without a name. Parts
 * whose data is absent are named and left out.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** By name; bench/README.md says what each one measures. */
const BENCHES: Readonly<Record<string, string>> = {
  correlation: 'kernels/correlation.ts',
  kernels: 'kernels/kernels.ts',
  flow: 'flow/flow.ts',
  refine: 'flow/refine.ts',
  match: 'match/match.ts',
  certainty: 'match/certainty.ts',
  patches: 'patches/patches.ts',
  verify: 'patches/verify.ts',
  faces: 'patches/faces.ts',
  search: 'search/search.ts',
  semantic: 'semantic/semantic.ts',
  stitch: 'stitch/stitch.ts',
  worker: 'worker/event-loop.ts',
  look: 'stitch/look.ts',
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES);
const unknown = names.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`Expected ${Object.keys(BENCHES).join(', ')} but received ${unknown}`);
  process.exit(1);
}
for (const name of names) {
  console.log(`\n${name}`);
  const script = fileURLToPath(new URL(BENCHES[name], import.meta.url));
  const { status } = spawnSync(process.execPath, [...process.execArgv, script], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
