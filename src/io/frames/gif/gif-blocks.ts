/** The blocks that a GIF is made of (GIF89a specification, sections 15 to 27). */

/** The byte that each kind of block begins with. */
export const INTRODUCER = { extension: 0x21, image: 0x2c, trailer: 0x3b } as const;

/** The bytes of a colour table, by the flags byte that announces it. */
export function tableLength(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

/** Where the chain of data sub-blocks that begins at `at` ends; beyond the end of the file where that is cut. */
export function skipSubBlocks(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== 0) at += bytes[at] + 1;
  return at + 1;
}

/**
 * How many of the `claimed` images of an animation the file holds whole, and whether it is complete. Only a GIF
 * is looked into: its decoder forgives a missing end.
 */
export function countWholeImages(bytes: Uint8Array, claimed: number): { whole: number; complete: boolean } {
  if (Buffer.from(bytes.subarray(0, 3)).toString('latin1') !== 'GIF')
    return { whole: claimed, complete: true };
  let whole = 0;
  let at = 13 + tableLength(bytes[10]);
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === INTRODUCER.extension) at = skipSubBlocks(bytes, at + 2);
    else if (kind === INTRODUCER.image) {
      at = skipSubBlocks(bytes, at + 11 + tableLength(bytes[at + 9]));
      if (at <= bytes.length) whole++;
      // Anything else than another block ends the animation; many old encoders leave the trailer out or pad it.
    } else return { whole: Math.min(whole, claimed), complete: true };
  }
  // No trailer, but nothing cut either: the last block ends with the file.
  return { whole: Math.min(whole, claimed), complete: at === bytes.length && whole > 0 };
}
