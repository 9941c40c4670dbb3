export { DEFAULT_MODEL, addFlowCommand } from './flow-command.ts';
export { round } from './flow-figures.ts';
export { parseCount } from './flow-options.ts';
