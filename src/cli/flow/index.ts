export { DEFAULT_MODEL, addFlowCommand } from './flow-command.ts';
export { round } from './flow-figures.ts';
export { parseCount, parseSchedule } from './flow-options.ts';
