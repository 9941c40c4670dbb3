export { addSlowCommand } from './slow-command.ts';
