/** A part of `pnpm lint`: no import cycle, among files or rooms, and no import that passes a door. */
import { findCycles } from './rooms/find-cycles.ts';
import { findPassedDoors } from './rooms/find-passed-doors.ts';
import { fileArrows, roomArrows } from './rooms/room-arrows.ts';
import { readSourceImports } from './rooms/source-imports.ts';

const files = readSourceImports();
const faults = [
  ...findPassedDoors(files),
  ...findCycles(fileArrows(files)).map((cycle) => `a cycle of imports: ${cycle.join(', ')}`),
  ...findCycles(roomArrows(files)).map((cycle) => `a cycle of rooms: ${cycle.join(', ')}`),
];
for (const fault of faults) console.error(fault);
console.log(`${files.length} source files, ${faults.length} imports that pass a door or run in a circle`);
process.exitCode = faults.length === 0 ? 0 : 1;
