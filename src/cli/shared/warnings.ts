/** What is told besides a result: at once on stderr, each once, and in JSON. */
export interface Warnings {
  readonly list: readonly string[];
  readonly tell: (message: string) => void;
  /** For JSON: nothing where there are none. */
  inJson(): { readonly warnings?: readonly string[] };
}

export function createWarnings(): Warnings {
  const list: string[] = [];
  return {
    list,
    tell(message) {
      if (list.includes(message)) return;
      list.push(message);
      process.stderr.write(`Warning: ${message}\n`);
    },
    inJson: () => (list.length ? { warnings: list } : {}),
  };
}
