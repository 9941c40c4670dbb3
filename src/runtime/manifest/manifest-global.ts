import type { Entry } from './manifest-entry.ts';
import type { ModelManifest } from './model-manifest.ts';

/** `model.json` of what describes a whole image by one vector. */
export interface GlobalManifest extends ModelManifest {
  readonly task: 'global';
  /** The installed model whose graph `trunk` gives the features. */
  readonly trunk: string;
  /** The longer side that images are brought to, both sides being 32 k + 1 pixels; RGB planes from `range[0]` to `range[1]`. */
  readonly input: { readonly side: number; readonly range: readonly [number, number] };
  /** The trunk's outputs whose means are pooled, in the order that the head takes them. */
  readonly outputs: readonly string[];
  /** Cells of hue, saturation and value that colours are counted in. */
  readonly colors: readonly [hue: number, saturation: number, value: number];
  /** Numbers of the descriptor, a multiple of 16. */
  readonly length: number;
}

/** Reads the fields of task `global`. */
export function parseGlobal(manifest: ModelManifest, root: Entry): GlobalManifest {
  if (!manifest.files.head) throw root.get('files').get('head').fail('the head graph');
  const [input, length] = [root.get('input'), root.get('length')];
  const colors = root.get('colors').list((count) => count.integer(1, 64));
  if (colors.length !== 3) throw root.get('colors').fail('[hue, saturation, value]');
  if (length.integer(16, 4096) % 16) throw length.fail('a multiple of 16');
  return {
    ...manifest,
    task: 'global',
    trunk: root.get('trunk').text(),
    input: { side: input.get('side').integer(33, 4096), range: input.get('range').range() },
    outputs: root.get('outputs').list((output) => output.text()),
    colors: [colors[0], colors[1], colors[2]],
    length: length.integer(16, 4096),
  };
}
