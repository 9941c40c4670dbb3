/** Comparisons of a place with the neighbourhood of its counterpart, as layers of pair networks take them. */
export { neighbourhoodDifferences } from './differences.ts';
export { normalizedCorrelation } from './normalized-correlation.ts';
export { neighbourhoodDifferencesReference, normalizedCorrelationReference } from './reference.ts';
export type { NormalizedCorrelationOptions } from './types.ts';
