import { openAuditLog, type AuditLog } from '@postern/audit';
import { expectOk, failed, ok, Secret } from '@postern/kernel';
import { providerId } from '@postern/protocol';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { createKeyUses, type KeyUses } from './key-uses.ts';

const OPENAI = providerId.from('openai');
const GROQ = providerId.from('groq');

let nowMs: number;
let log: AuditLog;
let open: AuditLog | undefined;
let uses: KeyUses;

beforeEach(async () => {
  nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const actor = { uid: 1, pid: 2, executable: null };
  const key = Secret.of('5a'.repeat(32));
  log = expectOk(
    await openAuditLog({ directory: scratchDirectory(), key, clock, actor, lockWaitMs: 0 }),
  );
  open = log;
  uses = createKeyUses({ clock, log: () => open });
  onTestFinished(() => log.close());
});

async function recorded(): Promise<readonly string[]> {
  const records = expectOk(await log.tail(99)).filter(({ action }) => action === 'secret.use');
  return records.map(({ subject, count }) =>
    subject?.kind === 'provider' ? `${subject.id} ${String(count)}` : '-',
  );
}

describe('uses of provider keys', () => {
  test('are recorded once for the first and once for the others of a minute', async () => {
    expect(await uses.used(OPENAI)).toEqual(ok());
    expect(await recorded()).toEqual(['openai 1']);
    for (let at = 0; at < 40; at += 1) expect(await uses.used(OPENAI)).toEqual(ok());
    expect(await uses.used(GROQ)).toEqual(ok());
    nowMs = 59_999;
    await uses.look();
    expect(await recorded()).toEqual(['openai 1', 'groq 1']);
    nowMs = 60_000;
    await uses.look();
    expect(await recorded()).toEqual(['openai 1', 'groq 1', 'openai 40']);
    expect(await uses.used(OPENAI)).toEqual(ok());
    expect(await recorded()).toEqual(['openai 1', 'groq 1', 'openai 40', 'openai 1']);
  });

  test('are all recorded when the vault is locked', async () => {
    await Promise.all([OPENAI, OPENAI, OPENAI, GROQ].map((id) => uses.used(id)));
    await uses.flush();
    expect((await recorded()).toSorted()).toEqual(['groq 1', 'openai 1', 'openai 2']);
    await uses.flush();
    expect(await recorded()).toHaveLength(3);
  });

  test("are rejected if they can't be recorded, and counted once they can", async () => {
    open = undefined;
    expect(await uses.used(OPENAI)).toMatchObject({ failure: { reason: 'vault-locked' } });
    const full = failed({ reason: 'disk-full', path: 'somewhere' } as const);
    open = { ...log, append: () => Promise.resolve(full) };
    expect(await uses.used(OPENAI)).toMatchObject({
      failure: { reason: 'use-unrecorded', failure: { reason: 'disk-full' } },
    });
    open = log;
    for (let at = 0; at < 3; at += 1) expect(await uses.used(OPENAI)).toEqual(ok());
    open = { ...log, append: () => Promise.resolve(full) };
    await uses.flush();
    expect(await uses.used(OPENAI)).toEqual(ok());
    open = log;
    await uses.flush();
    expect(await recorded()).toEqual(['openai 1', 'openai 3']);
  });
});
