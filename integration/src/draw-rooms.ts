/** Prints the rooms of each package and the arrows among them as Mermaid, from the code's own imports. */
import { roomArrows } from './rooms/room-arrows.ts';
import { readSourceImports } from './rooms/source-imports.ts';

const files = readSourceImports();
for (const home of new Set(files.map((file) => file.home))) {
  const own = files.filter((file) => file.home === home);
  console.log(`## ${home}\n\n\`\`\`mermaid\nflowchart TD`);
  for (const [from, targets] of roomArrows(own)) {
    const room = from.split('/')[1];
    console.log(`  ${room}["${room} (${own.filter((file) => file.room === room).length})"]`);
    for (const to of targets) console.log(`  ${room} --> ${to.split('/')[1]}`);
  }
  console.log('```\n');
}
