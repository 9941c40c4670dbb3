import type { ModelInput, Session } from '../runtime/index.ts';
import type { FoundSizes } from './find-sizes.ts';
import { shiftScene, zoomScene } from './probe-scenes.ts';
import { describeRules, describeUnits, nameRules } from './tell-flow.ts';
import { isLargeEnough, tryRules, usualRules } from './try-rules.ts';
import type { FlowUnits, GivenValues, Trial, ValueRules } from './try-rules.ts';
import type { Notes } from './types.ts';

/** How images are given to a network, and what its output means. */
export interface FlowValues {
  readonly rules: ValueRules;
  readonly units: FlowUnits;
}

/** Of two errors the lower one must be this much lower to count as a finding. */
const CLEAR = 0.8;

/** Tries what is usual, where the caller does not say it, on scenes that are known. */
export async function findFlowValues(
  session: Session,
  input: ModelInput,
  { output, size }: FoundSizes,
  given: GivenValues & { readonly probe?: boolean },
  notes: Notes,
): Promise<FlowValues> {
  const candidates = usualRules(given);
  if (given.probe === false || !isLargeEnough(size)) {
    notes.warnings.push(`Nothing was probed: what no option says is the usual, ${nameRules(candidates[0])}`);
    return {
      rules: candidates[0],
      units: { channels: given.order === 'vu' ? [1, 0] : [0, 1], scale: given.scale ?? 1 },
    };
  }
  const scenes = [shiftScene(size), zoomScene(size)];
  const attempt = (rules: ValueRules) => tryRules(session, input, rules, output, scenes, given);
  const trials: Trial[] = [];
  for (const rules of candidates) trials.push(await attempt(rules));
  const alike = alikeOf(trials);
  const best = given.channels ? alike[0] : await chooseChannels(alike[0], attempt, notes);
  notes.found.push(describeRules(best, trials), describeUnits(best));
  if (alike.length > 1)
    notes.warnings.push(
      `The probe hardly tells ${alike.map(({ rules }) => nameRules(rules)).join(' from ')}: ` +
        'the first is taken; give the range if you know it',
    );
  return best;
}

/** Those that are about as good as the best, in the order in which they were tried. */
function alikeOf(trials: readonly Trial[]): Trial[] {
  const least = Math.min(...trials.map(({ error }) => error));
  return trials.filter(({ error }) => least >= CLEAR * error);
}

/** Tries blue first, which is told from red first where it fits clearly better. */
async function chooseChannels(
  best: Trial,
  attempt: (rules: ValueRules) => Promise<Trial>,
  notes: Notes,
): Promise<Trial> {
  const swapped = await attempt({ ...best.rules, channels: 'BGR' });
  if (swapped.error < CLEAR * best.error) return swapped;
  if (best.error > CLEAR * swapped.error)
    notes.warnings.push(
      `The probe hardly tells RGB from BGR (${best.error.toFixed(2)} and ${swapped.error.toFixed(2)} px): RGB is taken; ` +
        'give the channels if you know them',
    );
  return best;
}
