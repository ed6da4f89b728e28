export { Stage, type StagedArchive } from './stage.ts';
