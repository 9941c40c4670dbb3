import { createRequire } from 'node:module';
import type * as Commander from 'commander';

/** By `require`, as sharp is. */
export const { Command, InvalidArgumentError, Option } = createRequire(import.meta.url)(
  'commander',
) as typeof Commander;

export type Command = Commander.Command;
export type Option = Commander.Option;
