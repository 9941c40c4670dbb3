import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's space for young objects at its first size instead of letting it grow to 48 MB, at little cost in time. It
 * holds for all of the process, so it is the command's to say.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
