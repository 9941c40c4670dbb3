export { addStitchCommand } from './stitch-command.ts';
