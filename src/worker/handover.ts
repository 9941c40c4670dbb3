/** Hands values over from who makes them to who walks through them. */
export interface Handover<T> extends AsyncIterable<T> {
  /** Offers a value; the promise is fulfilled when it is taken, or when nobody wants it any more. */
  put(value: T): Promise<void>;
  /** Says that there are no more, or that making them failed. */
  end(error?: unknown): void;
}

/** A handover without memory of its own: it holds what was put and not taken. */
export function createHandover<T>(): Handover<T> {
  const offers: { readonly value: T; taken(): void }[] = [];
  let ending: { readonly error?: unknown } | undefined;
  let left = false;
  let wake = (): void => undefined;
  async function* walk(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const offer = offers.shift();
        if (offer) {
          offer.taken();
          yield offer.value;
        } else if (ending?.error !== undefined) throw ending.error as Error;
        else if (ending) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      left = true;
      for (const { taken } of offers) taken();
    }
  }
  return {
    put: (value) =>
      new Promise((taken) => {
        if (left) return taken();
        offers.push({ value, taken });
        wake();
      }),
    end(error) {
      ending ??= { error };
      wake();
    },
    [Symbol.asyncIterator]: walk,
  };
}
