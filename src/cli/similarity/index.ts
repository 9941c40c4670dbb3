export { addSimilarityCommand } from './similarity-command.ts';
