import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { assistant, importText, session, user, uuid } from '../testing/claude-records.ts';
import { dumpArchives, jsonLines, rowsOf } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

describe('transcripts of one family', () => {
  it("makes sessions of sub-agents, also of those that stand among the parent's records, with the call that started them", async () => {
    const side = { isSidechain: true };
    const { dumps } = await importText(
      jsonLines(
        user(1, 'go'),
        assistant(2, [{ type: 'tool_use', id: 'task', name: 'Task', input: { prompt: 'look around' } }]),
        user(11, 'look around', { ...side, parentUuid: null }),
        assistant(12, [{ type: 'text', text: 'looked' }], {}, { ...side, parentUuid: uuid(11) }),
        user(3, [{ type: 'tool_result', tool_use_id: 'task', content: 'looked' }], { parentUuid: uuid(2) }),
      ),
    );
    const child = Object.keys(dumps).find((id) => id !== session) ?? '';
    expect(child).toMatch(/sidechain/);
    const [call] = dumps[session]?.tool_calls ?? [];
    expect(dumps[child]?.sessions).toMatchObject([
      { parent_session_id: session, parent_call_seq: call?.seq, parent_tool_call_id: 'task' },
    ]);
    expect(dumps[child]?.messages).toHaveLength(2);
    expect(dumps[session]?.messages).toHaveLength(3);
  });

  it('reads records that were put into one list as it reads their lines', async () => {
    const records = [user(1, 'a'), assistant(2, [{ type: 'text', text: 'b' }])];
    const read = async (text: string) => {
      const { dumps } = await importFiles('auto', { [`${session}.json`]: text });
      return rowsOf(dumps, 'messages');
    };
    const rows = await read(jsonLines(...records));
    expect(rows).toHaveLength(2);
    for (const indent of [undefined, 1])
      expect(await read(JSON.stringify(records, null, indent))).toEqual(rows);
  });

  it('counts an answer once that another log tells again under other ids', async () => {
    const copy = 'eeeeeeee-6a51-4c56-9a4e-3f1d5f0c7a11';
    const answer = assistant(2, [{ type: 'text', text: 'b' }]);
    const { dumps, report } = await importFiles('claude-code', {
      [`${session}.jsonl`]: jsonLines(user(1, 'a'), answer),
      [`${copy}.jsonl`]: jsonLines(
        user(11, 'a', { sessionId: copy }),
        { ...answer, uuid: uuid(12), parentUuid: uuid(11), sessionId: copy },
        user(13, 'c', { sessionId: copy }),
      ),
    });
    expect(rowsOf(dumps, 'model_calls')).toHaveLength(1);
    expect(dumps[copy]?.messages.map((row) => row.message_id)).toEqual([uuid(11), uuid(13)]);
    expect(report.skipped).toEqual({ 'copied from the session it was forked from': 1 });
  });

  it('gives a fork only what it adds to the session that it was forked from', async () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const fork = 'ffffffff-6a51-4c56-9a4e-3f1d5f0c7a11';
    const shared = [user(1, 'a'), assistant(2, [{ type: 'text', text: 'b' }])];
    const moved = { sessionId: fork, forkedFrom: { sessionId: session } };
    writeFileSync(join(from, `${session}.jsonl`), jsonLines(...shared));
    writeFileSync(
      join(from, `${fork}.jsonl`),
      jsonLines(...shared.map((it) => ({ ...it, ...moved })), user(3, 'c', moved)),
    );
    const report = await importLogs('claude-code', from, { into });
    const dumps = dumpArchives(into);
    expect(dumps[fork]?.messages.map((row) => row.message_id)).toEqual([uuid(3)]);
    expect(dumps[fork]?.sessions).toMatchObject([{ parent_session_id: session }]);
    expect(rowsOf(dumps, 'model_calls')).toHaveLength(1);
    expect(report.skipped).toEqual({ 'copied from the session it was forked from': 2 });
  });
});
