import type { FoundSizes } from './find-sizes.ts';
import type { ImageInputs } from './graph-inputs.ts';
import { SHIFT } from './probe-scenes.ts';
import { IMAGENET } from './try-rules.ts';
import type { Trial, ValueRules } from './try-rules.ts';
import type { Proof } from './types.ts';

/** What the graph takes and gives. */
export function describeGraph(
  { names, stack, size, type }: ImageInputs,
  { multipleOf, smallest, output }: FoundSizes,
  outputs: readonly string[],
): string {
  const images = stack ? `Both images in ${names[0]}` : `Images in ${names.join(' and ')}`;
  const halves = type === 'float16' ? ', as half-precision floats' : '';
  const sizes = size
    ? `of ${size.width} x ${size.height} pixels alone`
    : `of sizes that are multiples of ${multipleOf}${smallest ? `, from ${smallest} on` : ''}`;
  const count = outputs.length > 1 ? ` of ${outputs.length} outputs` : '';
  const cells = output.stride > 1 ? `, one value for ${output.stride} x ${output.stride} pixels` : '';
  const last = output.layout === 'NHWC' ? ', channels last' : '';
  return `${images}${halves}, ${sizes}; the flow is ${output.name}${count}${cells}${last}`;
}

/** Values of black and white, and what is done to them. */
export function nameRules({ range, mean, std }: ValueRules): string {
  const normalised = [mean && `less ${mean.join(', ')}`, std && `by ${std.join(', ')}`].filter(Boolean);
  if (mean === IMAGENET.mean && std === IMAGENET.std) return `${range.join(' to ')} less ImageNet's mean`;
  return `${range.join(' to ')}${normalised.length ? ` ${normalised.join(' ')}` : ''}`;
}

/** The trial that was chosen, and the others, the best first. */
export function describeRules(chosen: Trial, trials: readonly Trial[]): string {
  const off = ({ error }: Trial): string => `${error.toFixed(2)} px`;
  const others = trials
    .filter(({ rules }) => nameRules(rules) !== nameRules(chosen.rules))
    .sort((a, b) => a.error - b.error);
  const next = others.map((trial) => `${nameRules(trial.rules)} ${off(trial)}`).join(', ');
  return `Values from ${nameRules(chosen.rules)}: ${off(chosen)} off on average${next && `; ${next}`}`;
}

/** What the output means. */
export function describeUnits({ rules, units, measured }: Trial): string {
  const { scale, channels } = units;
  const from = scale < 0 ? 'from B to A, turned round' : 'from A to B';
  const size = Math.abs(scale) === 1 ? 'pixels' : `pixels once multiplied by ${Math.abs(scale)}`;
  const first = channels[0] ? 'v before u' : 'u before v';
  return `${rules.channels}; the flow is ${from}, in ${size} (measured: ${measured.toPrecision(3)}), ${first}`;
}

/** How a scene came out. */
export function describeProof(name: 'shift' | 'zoom', { mean, error }: Proof): string {
  const off = `${error.toFixed(2)} px off on average`;
  if (name === 'zoom') return `A known zoom: ${off}`;
  return `A shift of (${SHIFT.join(', ')}) px came out as (${mean.map((value) => value.toFixed(2)).join(', ')}): ${off}`;
}
