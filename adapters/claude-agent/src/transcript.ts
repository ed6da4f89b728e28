import { existsSync } from 'node:fs';
import { createSession, openArchive, openSession } from '@varve/core';
import { ClaudeMapper, type TranscriptContext } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { readEntries } from './read-entries.ts';
import type { SessionKey, SessionStoreEntry } from './sdk-types.ts';
import type { StandardTables } from './standard-tables.ts';
import type { ToolFacts } from './tool-facts.ts';
import { type Hand, TranscriptFile } from './transcript-file.ts';
import { agentIdOf, fileOf, folderOf, partId, transcriptId } from './transcript-place.ts';

export interface TranscriptParts {
  readonly key: SessionKey;
  readonly dir: string;
  readonly archiveDir: string;
  readonly lineage: Lineage<StandardTables>;
  readonly family: TranscriptContext['family'];
  readonly tools: ToolFacts;
}

/** What is stored here is a copy: the SDK's own transcript is on the disk before it is told. */
const durability = 'process';

/** One transcript that is being written: its session file, and those of sub-agents whose entries stand in it. */
export class Transcript {
  readonly #parts: TranscriptParts;
  readonly #id: string;
  readonly #files = new Map<string, TranscriptFile>();
  readonly #hand: Hand = { entry: undefined, isKept: false, isReplay: false };
  readonly #mapper: ClaudeMapper;

  constructor(parts: TranscriptParts) {
    this.#parts = parts;
    this.#id = transcriptId(parts.key);
    const { sessionId } = parts.key;
    const agentId = agentIdOf(parts.key);
    const context = { mtimeMs: Date.now(), family: parts.family, session: (id: string) => this.#file(id) };
    const own = parts.key.subpath === undefined || agentId !== undefined ? sessionId : this.#id;
    this.#mapper = new ClaudeMapper(context, { sessionId: own, agentId });
    this.#recall();
  }

  get files(): readonly TranscriptFile[] {
    return [...this.#files.values()];
  }

  append(entries: readonly SessionStoreEntry[]): void {
    const main = this.#file(this.#id);
    main.session.batch(() => {
      for (const entry of entries) this.#take(main, entry);
      for (const file of this.files) file.flush();
    });
  }

  /** The paths of the archives. */
  seal(): string[] {
    this.#mapper.end();
    const folder = folderOf(this.#parts.archiveDir, this.#parts.key.projectKey);
    return this.files.map((file) => {
      file.flush();
      const status = file.fact('status') === 'interrupted' ? 'interrupted' : 'completed';
      return file.session.seal(folder, { status });
    });
  }

  close(): void {
    for (const { session } of this.files) session.close();
  }

  #take(main: TranscriptFile, entry: SessionStoreEntry): void {
    const { uuid } = entry;
    if (typeof uuid === 'string' && this.files.some((file) => file.knows(uuid))) return;
    Object.assign(this.#hand, { entry, isKept: false });
    const reason = this.#mapper.map({ value: entry });
    if (reason !== undefined && typeof uuid === 'string') main.claim(uuid);
    const kind = typeof entry.type === 'string' ? entry.type : 'entry';
    if (!this.#hand.isKept) main.keep(kind, Date.parse(entry.timestamp ?? '') || Date.now());
  }

  #file(id: string): TranscriptFile {
    const known = this.#files.get(id);
    if (known) return known;
    const { dir, archiveDir, lineage, key, tools } = this.#parts;
    let part = 1;
    while (existsSync(fileOf(archiveDir, key.projectKey, partId(id, part)))) part += 1;
    const fileId = partId(id, part);
    const path = fileOf(dir, key.projectKey, fileId);
    const row = { id: fileId, agentName: 'claude-code', conversationId: key.sessionId };
    const after = part === 1 ? {} : { parentSessionId: partId(id, part - 1) };
    const session = existsSync(path)
      ? openSession(path, { lineage, durability })
      : createSession(folderOf(dir, key.projectKey), { lineage, durability, session: { ...row, ...after } });
    const kept = { tables: lineage.tables, hand: this.#hand, tools };
    const file = new TranscriptFile({ id: fileId, session, isMain: id === this.#id, ...kept });
    this.#files.set(id, file);
    return file;
  }

  /** What the mapper had in mind of the entries that are there, it has again. */
  #recall(): void {
    const { lineage, key, archiveDir } = this.#parts;
    this.#hand.isReplay = true;
    const main = this.#file(this.#id);
    for (const entry of readEntries(main.session.db, lineage.tables)) this.#take(main, entry);
    this.#hand.isReplay = false;
    for (let part = 1; ; part++) {
      const path = fileOf(archiveDir, key.projectKey, partId(this.#id, part));
      if (!existsSync(path)) return;
      using archive = openArchive(path, { lineage });
      for (const { uuid } of readEntries(archive.db, lineage.tables)) if (uuid) main.claim(uuid);
    }
  }
}
