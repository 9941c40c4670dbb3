export { addMatchCommand } from './match-command.ts';
