export { guardInterrupts } from './interrupt.ts';
export type { InterruptGuard } from './interrupt.ts';
export { checkApart, checkExtension, checkOutputs } from './output-path.ts';
export { startProgress } from './progress.ts';
export type { Progress } from './progress.ts';
export { reportError } from './report-error.ts';
export { formatTable } from './table.ts';
export { collectGarbage, tuneEngine } from './tune-engine.ts';
