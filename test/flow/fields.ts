/** Small inputs that several tests build, and the golden files. */
import { readFileSync } from 'node:fs';
import type { FlowField, Image } from '../../src/core/types.ts';

export function flowFrom(
  width: number,
  height: number,
  at: (x: number, y: number) => readonly [number, number],
): FlowField {
  const data = new Float32Array(width * height * 2);
  for (let i = 0; i < width * height; i++) data.set(at(i % width, Math.floor(i / width)), i * 2);
  return { width, height, data };
}

export function imageFrom(
  width: number,
  height: number,
  at: (x: number, y: number) => readonly [number, number, number],
): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(at(i % width, Math.floor(i / width)), i * 3);
  return { width, height, data };
}

/** Every pixel another colour. */
export function testImage(width: number, height: number): Image {
  return imageFrom(width, height, (x, y) => [(x * 37 + y * 11) % 256, (x * 5 + y * 83) % 256, (x * y) % 256]);
}

export function pixel(image: Image, x: number, y: number): number[] {
  return [...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3)];
}

/** Mean and greatest distance of two flows, in pixels. */
export function distances(a: Float32Array, b: Float32Array): { mean: number; greatest: number } {
  let [sum, greatest] = [0, 0];
  for (let i = 0; i < a.length; i += 2) {
    const distance = Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1]);
    sum += distance;
    greatest = Math.max(greatest, distance);
  }
  return { mean: sum / (a.length / 2), greatest };
}

/** Numbers from 0 to 1, the same in every run (Numerical Recipes' generator). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(goldenPath(`${name}.json`), 'utf8')) as T;
}

export function goldenPath(file: string): URL {
  return new URL(`../../fixtures/golden/${file}`, import.meta.url);
}
