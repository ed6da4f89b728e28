import type { Pages } from './pages.ts';

/** https://www.sqlite.org/fileformat.html#the_database_header */
const header = { pageCount: 28, firstFree: 32, freeCount: 36, format: 44, largestRoot: 52 };

/** Whether a file has as many pages as it says, writes records as files do today, and keeps no other account of its pages. */
export function isPlainFile(image: Buffer): boolean {
  const size = image.readUInt16BE(16);
  const count = image.length / (size === 1 ? 65_536 : size);
  return (
    image.readUInt32BE(header.pageCount) === count &&
    image.readUInt32BE(header.format) === 4 &&
    image.readUInt32BE(header.largestRoot) === 0
  );
}

/** Gives pages that nothing uses any more to the list of the free ones. */
export function releasePages({ image, sizeBytes }: Pages, numbers: readonly number[]): void {
  for (const page of numbers) {
    const base = (page - 1) * sizeBytes;
    image.fill(0, base, base + sizeBytes);
    image.writeUInt32BE(image.readUInt32BE(header.firstFree), base);
    image.writeUInt32BE(page, header.firstFree);
    image.writeUInt32BE(image.readUInt32BE(header.freeCount) + 1, header.freeCount);
  }
}
