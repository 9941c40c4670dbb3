/** The Python side of the benches on real pairs: one process that answers requests, and the pairs that it names. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readFlow, readImage } from '../src/index.ts';
import type { FlowField, Image } from '../src/index.ts';

/** Two images with the true flow between them. */
export interface Pair {
  readonly set: string;
  readonly name: string;
  readonly imageA: Image;
  readonly imageB: Image;
  readonly truth: FlowField;
}

/** Where the Python side says that the pairs lie. */
export interface PairFiles {
  readonly set: string;
  readonly name: string;
  readonly a: string;
  readonly b: string;
}

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

/** Reads all pairs; the Python side writes each truth into `scratch`. */
export async function readPairs(
  python: Python,
  pairs: readonly PairFiles[],
  scratch: string,
): Promise<Pair[]> {
  const path = join(scratch, 'truth.flo');
  const all: Pair[] = [];
  for (const [i, { set, name, a, b }] of pairs.entries()) {
    await python.ask({ kind: 'truth', pair: i, path });
    all.push({
      set,
      name,
      imageA: await readImage(a),
      imageB: await readImage(b),
      truth: await readFlow(path),
    });
  }
  return all;
}

/** Pixels of all pairs, in millions. */
export const megapixels = (pairs: readonly Pair[]): number =>
  pairs.reduce((sum, { imageA }) => sum + imageA.width * imageA.height, 0) / 1e6;
