import { InvalidArgumentError } from 'commander';
import { crc32 } from '../../io/records/index.ts';

/** One of several parts that a list of inputs falls into. */
export interface Shard {
  /** From 1 to `count`. */
  readonly number: number;
  readonly count: number;
}

/** Reads `3/16`, the third of sixteen parts. */
export function parseShard(text: string): Shard {
  const [, number, count] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (!(number >= 1 && number <= count))
    throw new InvalidArgumentError('Expected a part and their number such as 3/16.');
  return { number, count };
}

/**
 * Whether an input belongs to a shard. The parts are disjoint, and together all inputs. It depends on the name alone, so that
 * inputs which are added later move no other.
 */
export const inShard = (name: string, shard: Shard | undefined): boolean =>
  !shard || crc32(Buffer.from(name)) % shard.count === shard.number - 1;
