import { Entry } from './manifest-entry.ts';
import { parseFlow } from './manifest-flow.ts';
import type { FlowManifest } from './manifest-flow.ts';
import { parseGlobal } from './manifest-global.ts';
import type { GlobalManifest } from './manifest-global.ts';
import { parseHomography } from './manifest-homography.ts';
import type { HomographyManifest } from './manifest-homography.ts';
import { parsePair, parsePatch } from './manifest-patch.ts';
import type { PairManifest, PatchManifest } from './manifest-patch.ts';
import { parseSemantic } from './manifest-semantic.ts';
import type { SemanticManifest } from './manifest-semantic.ts';
import type { ModelFile, ModelManifest } from './model-manifest.ts';

/** A manifest with the fields of its task, or the common fields alone where the task is none that is known here. */
export type AnyManifest =
  | ModelManifest
  | FlowManifest
  | GlobalManifest
  | HomographyManifest
  | PatchManifest
  | PairManifest
  | SemanticManifest;

/** What reads the fields of each task. */
const TASKS: ReadonlyMap<string, (manifest: ModelManifest, root: Entry) => AnyManifest> = new Map<
  string,
  (manifest: ModelManifest, root: Entry) => AnyManifest
>([
  ['flow', parseFlow],
  ['global', parseGlobal],
  ['homography', parseHomography],
  ['patch', parsePatch],
  ['pair', parsePair],
  ['semantic', parseSemantic],
]);

/**
 * Checks the contents of a `model.json`.
 *
 * @param source where it came from, for the error's sentence
 * @throws ModelError that names the field, what was expected there and what it holds
 */
export function parseManifest(json: unknown, source: string): AnyManifest {
  const root = new Entry(json, '', source);
  const manifest: ModelManifest = {
    name: root.get('name').text(),
    task: root.get('task').text(),
    version: root.get('version').text(),
    description: root.get('description').text(),
    files: root.get('files').record(parseFile),
    licence: {
      code: root.get('licence').get('code').text(),
      weights: root.get('licence').get('weights').text(),
    },
    trainingData: root.get('trainingData').text(),
    scores: root.get('scores').record((set) => set.record((score) => score.number())),
    parameters: root.get('parameters').integer(0),
  };
  const parse = TASKS.get(manifest.task);
  return parse ? parse(manifest, root) : manifest;
}

function parseFile(entry: Entry): ModelFile {
  const file = entry.get('file').text();
  const sha256 = entry.get('sha256').text();
  // A name with a path in it could lead out of the model's folder.
  if (!/^[\w.-]+$/.test(file) || file.startsWith('.')) throw entry.get('file').fail('a plain file name');
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw entry.get('sha256').fail('64 hexadecimal digits');
  return { file, sha256, bytes: entry.get('bytes').integer(1) };
}
