/** Image search on the command line. */
export { addDuplicatesCommand } from './duplicates-command.ts';
export { addIndexCommand } from './index-command.ts';
export { addSearchCommand } from './search-command.ts';
