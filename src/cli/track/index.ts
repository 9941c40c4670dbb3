export { addTrackCommand } from './track-command.ts';
