/** Runs one piece of work after the other, in the order they came. One that fails tells its caller alone. */
export type Queue = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Makes a queue that is empty. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
