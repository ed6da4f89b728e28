import type { SourceFile } from './source-imports.ts';

/** The imports among files, within a package. */
export function fileArrows(files: readonly SourceFile[]): Map<string, Set<string>> {
  return new Map(files.map((file) => [file.path, new Set(file.files)]));
}

/** The imports among the rooms of a package: `core/upgrade` to `core/file`. Doors of packages and loose files are left out. */
export function roomArrows(files: readonly SourceFile[]): Map<string, Set<string>> {
  const rooms = new Map(
    files.map((file) => [file.path, file.room && `${file.home.split('/')[1]}/${file.room}`]),
  );
  const arrows = new Map<string, Set<string>>();
  for (const file of files) {
    const from = rooms.get(file.path);
    if (!from) continue;
    const to = arrows.get(from) ?? new Set();
    arrows.set(from, to);
    for (const path of file.files) {
      const room = rooms.get(path);
      if (room && room !== from) to.add(room);
    }
  }
  return arrows;
}
