export { addSteadyCommand } from './steady-command.ts';
