/** The Python side of a bench: one process that answers requests. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Answers requests in the order they come. */
export interface Python {
  ask<T>(request: object): Promise<T>;
  close(): void;
}

/** Starts a script that reads a request a line and answers with JSON a line. */
export function startPython(script: string, ...args: string[]): Python {
  const child = spawn('python3', [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<T>(request: object) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('The Python side has ended; see its message above');
      return JSON.parse(value as string) as T;
    },
    close: () => child.stdin.end(),
  };
}
