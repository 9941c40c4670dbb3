import { ModelError, describe } from '../../core/index.ts';

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
    return new Entry(this.object()[key], this.path ? `${this.path}.${key}` : key, this.source);
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

  number(): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) throw this.fail('a number');
    return this.value;
  }

  integer(minimum: number): number {
    const value = this.number();
    if (!Number.isInteger(value) || value < minimum) throw this.fail(`an integer of at least ${minimum}`);
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.fail('true or false');
    return this.value;
  }

  list<T>(read: (entry: Entry) => T): T[] {
    if (!Array.isArray(this.value) || !this.value.length) throw this.fail('a list');
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
