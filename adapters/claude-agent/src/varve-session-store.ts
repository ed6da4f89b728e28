import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, type Redact, readSession } from '@varve/core';
import { redactRow, type TranscriptContext } from '@varve/core/internal';
import { type Lineage, standardLineage } from '@varve/migrations';
import { readEntries } from './read-entries.ts';
import type {
  HookCallback,
  ListedSession,
  SessionHooks,
  SessionKey,
  SessionStoreEntry,
} from './sdk-types.ts';
import type { StandardTables } from './standard-tables.ts';
import { type ToolFact, ToolFacts } from './tool-facts.ts';
import { Transcript } from './transcript.ts';
import {
  fileOf,
  listSessionsIn,
  listSubpathsIn,
  partId,
  type SessionOf,
  transcriptId,
} from './transcript-place.ts';

export interface VarveSessionStoreOptions {
  /** The folder of live sessions; each project has a folder in it. */
  readonly dir: string;
  /** Where sessions are sealed; unless given, `archives` in the folder of live sessions. */
  readonly archiveDir?: string;
  /** A lineage with the standard tables; unless given, the standard lineage. */
  readonly lineage?: Lineage<StandardTables>;
  /** Applied to each entry before anything of it is stored: a session that is resumed has what it left. */
  readonly redact?: Redact;
}

const stores = new Set<VarveSessionStore>();

/**
 * A `SessionStore` of the Claude Agent SDK that keeps each transcript as a session file: messages, model calls with their
 * usage and tool calls, mapped as `varve import claude-code` maps them, and the entries themselves, for the SDK to resume.
 * Sub-agents are sessions that name their parent. An entry whose `uuid` was seen is not stored again. What is open when the
 * process exits is sealed then; a session that goes on after that has a further archive, which the store reads as one.
 *
 * Nothing is deleted: the store has no `delete`.
 *
 * @throws from each method what goes wrong with the file: the SDK tells of it in a message and goes on.
 *
 * @example
 * ```ts
 * import { VarveSessionStore } from '@varve/claude-agent';
 *
 * const sessionStore = new VarveSessionStore({ dir: 'live', archiveDir: 'archives' });
 * // query({ prompt, options: { sessionStore, hooks: sessionStore.hooks() } })
 * const key = { projectKey: 'project', sessionId: 'session' };
 * await sessionStore.append(key, [{ type: 'user', message: { role: 'user', content: 'hello' } }]);
 * console.log((await sessionStore.load(key))?.length); // 1
 * ```
 */
export class VarveSessionStore {
  readonly #options: VarveSessionStoreOptions;
  readonly #archiveDir: string;
  readonly #lineage: Lineage<StandardTables>;
  readonly #transcripts = new Map<string, { readonly key: SessionKey; readonly transcript: Transcript }>();
  readonly #families = new Map<string, TranscriptContext['family']>();
  readonly #tools: ToolFacts;

  constructor(options: VarveSessionStoreOptions) {
    this.#options = options;
    this.#archiveDir = options.archiveDir ?? join(options.dir, 'archives');
    this.#lineage = options.lineage ?? standardLineage;
    this.#tools = new ToolFacts((...told) => this.#applyFact(...told), options.redact);
    if (stores.size === 0) process.once('exit', sealStores);
    stores.add(this);
  }

  /** Stores the entries, all of them or none. Those whose `uuid` was seen are left out. */
  async append(key: SessionKey, entries: readonly SessionStoreEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { redact } = this.#options;
    const left = redact ? entries.map((it) => redactRow(redact, 'entries', it)) : entries;
    const transcript = this.#open(key);
    try {
      transcript.append(left as readonly SessionStoreEntry[]);
    } catch (error) {
      // What it has in mind may be more than the file has: it is read again.
      this.#transcripts.delete(nameOf(key));
      transcript.close();
      throw error;
    }
  }

  /** The entries in the order in which they came; null where there are none. */
  async load(key: SessionKey): Promise<SessionStoreEntry[] | null> {
    const id = transcriptId(key);
    const entries: SessionStoreEntry[] = [];
    for (let part = 1; ; part++) {
      const read = this.#readPart(key, partId(id, part));
      if (!read) break;
      entries.push(...read);
    }
    return entries.length > 0 ? entries : null;
  }

  /** Of a project, in no order, live and sealed. */
  async listSessions(projectKey: string): Promise<ListedSession[]> {
    return listSessionsIn([this.#options.dir, this.#archiveDir], projectKey);
  }

  /** The transcripts beside a session's main one: `subagents/agent-…`. */
  async listSubkeys(key: SessionOf): Promise<string[]> {
    return listSubpathsIn([this.#options.dir, this.#archiveDir], key);
  }

  /**
   * For the SDK's `hooks`: they measure how long tools take and tell which were refused, which transcripts tell in words at
   * best. They change nothing of what the agent does, and never throw.
   */
  hooks(): SessionHooks {
    const on = (work: (toolUseId: string, input: object) => void): { hooks: HookCallback[] }[] => {
      const hook: HookCallback = async (input, toolUseId) => {
        const id = toolUseId ?? (input as { tool_use_id?: string })?.tool_use_id;
        if (id !== undefined) work(id, input as object);
        return {};
      };
      return [{ hooks: [hook] }];
    };
    return {
      PreToolUse: on((id) => this.#tools.start(id)),
      PostToolUse: on((id, input) => this.#tools.end(id, input)),
      PostToolUseFailure: on((id, input) => this.#tools.fail(id, input)),
      PermissionDenied: on((id, input) => this.#tools.deny(id, input)),
    };
  }

  #applyFact(toolUseId: string, fact: ToolFact): boolean {
    return [...this.#transcripts.values()].some(({ transcript }) =>
      transcript.files.some((file) => file.applyFact(toolUseId, fact)),
    );
  }

  /** Ends a session and those of its sub-agents. The paths of their archives. */
  seal({ projectKey, sessionId }: SessionOf): string[] {
    return this.#sealWhere(({ key }) => key.projectKey === projectKey && key.sessionId === sessionId);
  }

  /** Ends all sessions that are open. The paths of their archives. */
  sealAll(): string[] {
    return this.#sealWhere(() => true);
  }

  #sealWhere(isMeant: (open: { readonly key: SessionKey }) => boolean): string[] {
    return [...this.#transcripts.values()].filter(isMeant).flatMap(({ key, transcript }) => {
      this.#transcripts.delete(nameOf(key));
      return transcript.seal();
    });
  }

  #open(key: SessionKey): Transcript {
    const known = this.#transcripts.get(nameOf(key));
    if (known) return known.transcript;
    const { projectKey, sessionId } = key;
    const familyName = nameOf({ projectKey, sessionId });
    const family = this.#families.get(familyName) ?? {
      starts: new Map(),
      owner: (_key: string, id: string) => id,
    };
    this.#families.set(familyName, family);
    const place = { dir: this.#options.dir, archiveDir: this.#archiveDir };
    const transcript = new Transcript({ key, ...place, lineage: this.#lineage, family, tools: this.#tools });
    this.#transcripts.set(nameOf(key), { key, transcript });
    return transcript;
  }

  #readPart({ projectKey }: SessionKey, id: string): SessionStoreEntry[] | undefined {
    const lineage = this.#lineage;
    const archive = fileOf(this.#archiveDir, projectKey, id);
    if (existsSync(archive)) {
      using reader = openArchive(archive, { lineage });
      return readEntries(reader.db, lineage.tables);
    }
    const live = fileOf(this.#options.dir, projectKey, id);
    if (!existsSync(live)) return undefined;
    using reader = readSession(live, { lineage });
    return readEntries(reader.db, lineage.tables);
  }
}

function nameOf({ projectKey, sessionId, subpath = '' }: SessionKey): string {
  return JSON.stringify([projectKey, sessionId, subpath]);
}

function sealStores(): void {
  for (const store of stores) {
    try {
      store.sealAll();
    } catch {}
  }
}
