import { ModelError } from '../core/index.ts';
import { readModelFile } from './files/index.ts';
import type { InstalledModel } from './files/index.ts';
import { createSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';

/** What a graph must take and give, by name. */
export interface GraphSignature {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * Loads one of a model's graphs, after checking its bytes against the hash and its inputs and outputs against their
 * names.
 *
 * @param part key of `manifest.files`, such as `patch`
 * @throws {ModelError} where the file is missing or damaged, or the graph another
 */
export async function loadGraph(
  model: InstalledModel,
  part: string,
  { inputs, outputs }: GraphSignature,
  options: SessionOptions = {},
): Promise<Session> {
  const label = `${model.manifest.name} ${part}`;
  const session = await createSession(await readModelFile(model, part), label, options);
  const lacks = (names: readonly string[], of: readonly string[]): boolean =>
    names.some((name) => !of.includes(name));
  if (!lacks(inputs, session.inputs) && !lacks(outputs, session.outputs)) return session;
  await session.dispose();
  throw new ModelError(
    `Expected a graph ${inputs.join(', ')} -> ${outputs.join(', ')} for ${label} but received ` +
      `${session.inputs.join(', ')} -> ${session.outputs.join(', ')}`,
  );
}
