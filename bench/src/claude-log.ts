import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Text as source code has it: quotes, line breaks, and arrows as Claude Code numbers its lines with. */
function code(lines: number): string {
  const line = (n: number) =>
    `  ${n}→  const value${n} = read("path/${n}", { deep: [1, 2, ${n}] }); // keep it`;
  return Array.from({ length: lines }, (_, n) => line(n)).join('\n');
}

/**
 * Writes a transcript of about `megabytes` as Claude Code does: of five calls of tools one has a long result, told twice, and
 * a fifth of the bytes is progress. Returns its path.
 */
export function writeClaudeLog(dir: string, megabytes: number): string {
  const sessionId = randomUUID();
  const path = join(dir, `${sessionId}.jsonl`);
  const text: string[] = [];
  let [size, parentUuid, turn]: [number, string | null, number] = [0, null, 0];
  const add = (record: object) => {
    const uuid = randomUUID();
    const timestamp = new Date(1_767_225_600_000 + turn * 1000).toISOString();
    const base = {
      parentUuid,
      isSidechain: false,
      userType: 'external',
      cwd: '/work',
      sessionId,
      version: '2.1.0',
      gitBranch: 'main',
    };
    const line = JSON.stringify({ ...base, ...record, uuid, timestamp });
    text.push(line);
    size += Buffer.byteLength(line) + 1;
    parentUuid = uuid;
  };
  while (size < megabytes * 1e6) {
    turn++;
    const [id, requestId, call] = [
      `msg_${randomBytes(12).toString('hex')}`,
      `req_${turn}`,
      `toolu_${randomBytes(12).toString('hex')}`,
    ];
    const usage = {
      input_tokens: 3,
      cache_read_input_tokens: 50_000,
      cache_creation_input_tokens: 900,
      output_tokens: 200,
    };
    const message = (content: object) => ({
      model: 'claude-x',
      id,
      type: 'message',
      role: 'assistant',
      content: [content],
      stop_reason: null,
      usage,
    });
    add({
      type: 'assistant',
      requestId,
      message: message({
        type: 'thinking',
        thinking: code(4),
        signature: randomBytes(300).toString('base64'),
      }),
    });
    add({
      type: 'assistant',
      requestId,
      message: message({
        type: 'tool_use',
        id: call,
        name: 'Read',
        input: { file_path: `/work/${turn}.ts` },
      }),
    });
    for (let at = 0; at < 3; at++)
      add({
        type: 'progress',
        data: { type: 'bash_progress', output: code(4), elapsedTimeSeconds: at },
        toolUseID: call,
      });
    const content = code(turn % 5 === 0 ? 120 : 12);
    const result = { type: 'tool_result', tool_use_id: call, content };
    add({
      type: 'user',
      message: { role: 'user', content: [result] },
      toolUseResult: { type: 'text', file: { content, numLines: 12 } },
    });
  }
  writeFileSync(path, `${text.join('\n')}\n`);
  return path;
}
