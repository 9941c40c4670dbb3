import { expected } from './errors.ts';

/** The name of each option of a type: one that is missing here, or too much, does not compile. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Checks at a public function that its options are an object and have no name that the function does not know, such as one
 * that is misspelled.
 *
 * @param called the function, for the message
 */
export function checkOptions<Options extends object>(
  options: Options,
  names: OptionNames<Options>,
  called: string,
): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw expected('an object of options', called, options);
  for (const name of Object.keys(options))
    if (!Object.hasOwn(names, name))
      throw new TypeError(
        `Expected an option of ${called} (${Object.keys(names).join(', ')}) but received ${name}`,
      );
  return options;
}

/** Those options of a larger set that a function knows. */
export function pickOptions<Options extends object>(options: Options, names: OptionNames<Options>): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(names, name)),
  ) as Options;
}
