import { positive } from './manifest-entry.ts';
import type { Entry } from './manifest-entry.ts';
import type { ModelManifest } from './model-manifest.ts';

/** One of the trunk's outputs that is matched: its name in the graph, and how much it counts beside the others. */
export interface SemanticFeature {
  readonly output: string;
  readonly channels: number;
  readonly weight: number;
}

/** How the scores of all pairs of cells become matches. */
export interface SemanticConsensus {
  /** Mutual scores are raised to this before they are counted. */
  readonly power: number;
  /** Cells to each side that agree with a match, see `consensus` of the kernels. */
  readonly neighbours: number;
  /** Of the votes for displacements, in cells, see `voteDisplacements`. */
  readonly sigma: number;
  /** Cells to each side of the best match that its place is the mean of, see `softArgmax`. */
  readonly reach: number;
}

/** `model.json` of what finds the same part of another object. */
export interface SemanticManifest extends ModelManifest {
  readonly task: 'semantic';
  /** Images are brought to `size` x `size` pixels, whatever their shape; RGB planes from `range[0]` to `range[1]`. */
  readonly input: { readonly size: number; readonly range: readonly [number, number] };
  /** Cells to a side that all features are brought to, the corners of all grids on the image's corner pixels. */
  readonly cells: number;
  readonly features: readonly SemanticFeature[];
  readonly consensus: SemanticConsensus;
  /** Cells to a side of the maps that the regressors compare. */
  readonly regression: { readonly cells: number };
}

/** The graphs of such a model. */
const PARTS = ['trunk', 'affine', 'homography', 'tps'];

/** Reads the fields of task `semantic`. */
export function parseSemantic(manifest: ModelManifest, root: Entry): SemanticManifest {
  for (const part of PARTS)
    if (!manifest.files[part]) throw root.get('files').get(part).fail(`the ${part} graph`);
  const [input, consensus] = [root.get('input'), root.get('consensus')];
  return {
    ...manifest,
    task: 'semantic',
    input: { size: input.get('size').integer(33, 4096), range: input.get('range').range() },
    cells: root.get('cells').integer(2, 256),
    features: root.get('features').list((feature) => ({
      output: feature.get('output').text(),
      channels: feature.get('channels').integer(1, 4096),
      weight: positive(feature.get('weight')),
    })),
    consensus: {
      power: positive(consensus.get('power')),
      neighbours: consensus.get('neighbours').integer(0, 64),
      sigma: positive(consensus.get('sigma')),
      reach: consensus.get('reach').integer(0, 256),
    },
    regression: { cells: root.get('regression').get('cells').integer(2, 256) },
  };
}
