import { ModelError, describe } from '../../core/index.ts';
import { resolveMetric } from './metrics.ts';
import type { LearnedMetric, Metric } from './metrics.ts';

/**
 * A metric as JSON text, learned ones with all their numbers; `parseMetric` reads it back.
 *
 * @example
 * import { writeFile } from 'node:fs/promises';
 * import { fitLda, serializeMetric } from 'whither/evaluate';
 *
 * await writeFile('metric.json', serializeMetric(fitLda(descriptors, labels)));
 */
export function serializeMetric(metric: Metric): string {
  const resolved = resolveMetric(metric);
  return JSON.stringify(
    'projection' in resolved ? { ...resolved, projection: Array.from(resolved.projection) } : resolved,
  );
}

/**
 * The metric that a JSON text holds.
 *
 * @param source where it came from, for the error's sentence
 * @throws {ModelError} where it holds none
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { pairwiseDistances, parseMetric } from 'whither/evaluate';
 *
 * const metric = parseMetric(await readFile('metric.json', 'utf8'), 'metric.json');
 * const { data } = await pairwiseDistances(queries, descriptors, metric);
 */
export function parseMetric(text: string, source = 'the text'): Metric {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ModelError(`Expected a metric as JSON in ${source} but ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== 'object' || value === null)
    throw new ModelError(`Expected a metric as JSON in ${source} but received ${describe(value)}`);
  try {
    return resolveMetric('projection' in value ? withTypedProjection(value as Saved) : (value as Metric));
  } catch (cause) {
    throw new ModelError(`Expected a metric in ${source}: ${(cause as Error).message}`, { cause });
  }
}

type Saved = Omit<LearnedMetric, 'projection'> & { readonly projection: unknown };

function withTypedProjection(saved: Saved): LearnedMetric {
  const { projection } = saved;
  if (!Array.isArray(projection) || !projection.every((value) => Number.isFinite(value)))
    throw new TypeError('Expected a list of finite numbers for projection');
  return { ...saved, projection: Float64Array.from(projection as number[]) };
}
