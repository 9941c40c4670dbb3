import { InvalidArgumentError } from 'commander';

/** The options of `whither import`, parsed. */
export interface ImportCommandOptions {
  readonly task: 'flow' | 'patch';
  readonly output?: string;
  readonly name?: string;
  readonly inputs?: readonly string[];
  readonly graphOutput?: string;
  readonly range?: readonly [number, number];
  readonly channels?: 'RGB' | 'BGR' | 'grey';
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly multipleOf?: number;
  readonly smallest?: number;
  readonly fit?: 'pad' | 'centre' | 'resize';
  readonly padding?: 'replicate' | 'zero';
  readonly scale?: number;
  readonly order?: 'uv' | 'vu';
  readonly schedule?: readonly number[];
  readonly refine?: boolean;
  readonly size?: number;
  readonly metric?: string;
  readonly probe: boolean;
  readonly description?: string;
  readonly licence?: string;
  readonly trainingData?: string;
  readonly json?: boolean;
  readonly force?: boolean;
}

/** Numbers apart by commas. */
export function parseNumbers(text: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() ? Number(part) : NaN));
  if (!numbers.every(Number.isFinite))
    throw new InvalidArgumentError('Expected numbers such as 0.5,0.5,0.5.');
  return numbers;
}

export function parseRange(text: string): [number, number] {
  const numbers = parseNumbers(text);
  if (numbers.length !== 2 || numbers[0] >= numbers[1])
    throw new InvalidArgumentError('Expected the values of black and white such as -1,1.');
  return [numbers[0], numbers[1]];
}

export function parseNumber(text: string): number {
  const value = Number(text);
  if (!text.trim() || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

export const parseNames = (text: string): string[] => text.split(',');
