/** What was found, matched geometrically. */
export { readForMatch, verifyResults } from './verify-results.ts';
export type { VerifiedResult, VerifyResultsOptions } from './verify-results.ts';
