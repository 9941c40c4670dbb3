export { addImportCommand } from './import-command.ts';
