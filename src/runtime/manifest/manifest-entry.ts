import { ModelError, describe } from '../../core/index.ts';

/** No number of a `model.json` is greater, counts of bytes and weights apart. */
const GREATEST = 1e9;
const LONGEST_LIST = 64;

/** A part of a parsed `model.json`, with the path that leads to it. */
export class Entry {
  readonly value: unknown;
  readonly path: string;
  readonly source: string;

  constructor(value: unknown, path: string, source: string) {
    this.value = value;
    this.path = path;
    this.source = source;
  }

  fail(what: string): ModelError {
    return new ModelError(
      `Expected ${what} ${this.path && `for ${this.path} `}in ${this.source} but received ${describe(this.value)}`,
    );
  }

  get(key: string): Entry {
    const object = this.object();
    // What every object has from its prototype was not said by the file.
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    return new Entry(value, this.path ? `${this.path}.${key}` : key, this.source);
  }

  /** Whether the field is left out, or null. */
  absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  object(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.fail('an object');
    return value as Record<string, unknown>;
  }

  entries(): [string, Entry][] {
    return Object.keys(this.object()).map((key) => [key, this.get(key)]);
  }

  text(): string {
    if (typeof this.value !== 'string' || !this.value) throw this.fail('a text');
    return this.value;
  }

  oneOf<T extends string>(...choices: T[]): T {
    if (!choices.includes(this.value as T)) throw this.fail(choices.map((c) => `"${c}"`).join(' or '));
    return this.value as T;
  }

  /** Beyond the bound a number is a mistake, and what is computed with it is not finite. */
  number(): number {
    if (typeof this.value !== 'number' || !(Math.abs(this.value) <= GREATEST)) throw this.fail('a number');
    return this.value;
  }

  integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): number {
    const value = this.value as number;
    if (!Number.isInteger(value) || value < minimum) throw this.fail(`an integer of at least ${minimum}`);
    if (value > maximum) throw this.fail(`an integer of at most ${maximum}`);
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.fail('true or false');
    return this.value;
  }

  list<T>(read: (entry: Entry) => T): T[] {
    if (!Array.isArray(this.value) || !this.value.length) throw this.fail('a list');
    if (this.value.length > LONGEST_LIST) throw this.fail(`a list of at most ${LONGEST_LIST}`);
    return this.value.map((item, i) => read(new Entry(item, `${this.path}[${i}]`, this.source)));
  }

  /** The values of black and of white. */
  range(): [number, number] {
    const bounds = this.list((bound) => bound.number());
    if (bounds.length !== 2 || bounds[0] >= bounds[1]) throw this.fail('[black, white]');
    return [bounds[0], bounds[1]];
  }

  record<T>(read: (entry: Entry) => T): Record<string, T> {
    return Object.fromEntries(this.entries().map(([key, entry]) => [key, read(entry)]));
  }
}

/** A field that may be left out. */
export function optional<Key extends string, T>(
  key: Key,
  parent: Entry,
  read: (entry: Entry) => T,
): Partial<Record<Key, T>> {
  const entry = parent.get(key);
  return (entry.absent() ? {} : { [key]: read(entry) }) as Partial<Record<Key, T>>;
}

/** A number above 0. */
export function positive(entry: Entry): number {
  const value = entry.number();
  if (value <= 0) throw entry.fail('a number above 0');
  return value;
}

/** A number other than 0. */
export function nonZero(entry: Entry): number {
  const value = entry.number();
  if (value === 0) throw entry.fail('a number other than 0');
  return value;
}
