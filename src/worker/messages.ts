/** What a worker thread and its host say to each other; values are packed by `pack`. */

/** From the host to the thread. */
export type Request =
  | { readonly kind: 'call'; readonly id: number; readonly verb: string; readonly args: unknown }
  | { readonly kind: 'abort'; readonly id: number }
  /** What the function that call `id` was given returned, or threw, when it was asked for the `ask`-th time. */
  | { readonly kind: 'answer'; readonly id: number; readonly ask: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly ask: number; readonly error: PackedError }
  | { readonly kind: 'close' };

/** From the thread to the host. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PackedError }
  /** Call `id` calls one of the functions that it was given. */
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly ask: number;
      readonly called: number;
      readonly args: unknown;
    };

/** An error as plain data. */
export interface PackedError {
  /** Of its class. */
  readonly type: string;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: PackedError;
  /** Its other properties, such as the report of a `NothingFitsError`. */
  readonly rest: Readonly<Record<string, unknown>>;
}
