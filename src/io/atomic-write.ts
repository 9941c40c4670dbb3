/** Options of every writer. */
export interface WriteOptions {
  /** Replace a file that exists; without it such a file is refused. */
  readonly overwrite?: boolean;
}

/** Writes `bytes` to `path`: to a temporary name beside it, then renamed, so that no half-written file is ever seen. */
export async function atomicWrite(
  path: string,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  throw new Error(`not yet: ${path} ${bytes.length} ${options.overwrite}`);
}
