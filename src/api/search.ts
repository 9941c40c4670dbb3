/** `whither/search`: images of the same scene among many, by one vector each. */
export * from '../find/index.ts';
