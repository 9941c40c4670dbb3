export { addViewCommand } from './view-command.ts';
