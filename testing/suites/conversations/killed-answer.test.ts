import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { plainText } from '@postern/protocol';
import { expect, test } from 'vitest';
import { openStore, scratchPath } from './store.ts';

interface PrintedWord {
  readonly word: number;
  readonly timeMs: number;
}

/** Starts a process that records an answer, and kills it once it has printed `words` words. */
async function killAfter(path: string, words: number): Promise<readonly PrintedWord[]> {
  const script = join(import.meta.dirname, 'answer.child.ts');
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > words) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').map(Number))
    .map(([word = 0, timeMs = 0]) => ({ word, timeMs }));
}

test.each([1, 50, 150, 333, 500])(
  'an answer whose process is killed after %i words keeps all but the last half second',
  async (words) => {
    const path = scratchPath();
    const printed = await killAfter(path, words);
    const store = openStore(path);
    const [conversation] = expectOk(store.list({ limit: 1 })).conversations;
    if (conversation === undefined) throw new Error('the conversation is gone');
    const before = expectOk(store.open(conversation.id)).messages;
    expect(before.map(({ status }) => status)).toEqual(['streaming']);
    expect(store.markInterrupted()).toEqual({ ok: true, value: 1 });
    const [message] = expectOk(store.open(conversation.id)).messages;
    expect(message?.status).toBe('interrupted');

    const kept = plainText(message?.parts ?? [])
      .split(' ')
      .slice(0, -1)
      .map(Number);
    // A prefix of the printed words: whole and in order.
    expect(kept).toEqual(kept.map((_, index) => index + 1));
    const lost = printed.filter(({ word }) => word > kept.length);
    const lostMs = (lost.at(-1)?.timeMs ?? 0) - (lost[0]?.timeMs ?? 0);
    expect(lostMs).toBeLessThanOrEqual(500);
    if (words > 300) expect(kept.length).toBeGreaterThan(0);
    expect(expectOk(store.search('2 3', 5)).length).toBe(kept.length >= 3 ? 1 : 0);
    store.close();
  },
);
