import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeDisk } from '@postern/disk';
import { expectOk, failed, ok, Secret } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { flips, truncations } from '../testing/damage.ts';
import { memoryKeyring } from '../testing/memory-keyring.ts';
import { systemWorld, temporaryDirectory } from '../testing/test-world.ts';
import { JOURNAL_FILE, readJournal, removeJournal, writeJournal, type Journal } from './journal.ts';
import type { VaultContext } from './vault-context.ts';

const SLOT = 'AAAAAAAAAAAAAAAA';
const started = { version: 1, vaultId: vaultId.from('01arz3ndektsv4rrffq69g5fav') } as const;

const JOURNALS: readonly Journal[] = [
  { ...started, operation: 'create', keyringSlotId: null },
  { ...started, operation: 'create', keyringSlotId: SLOT },
  {
    ...started,
    operation: 'migrate',
    from: 'file',
    to: 'keyring',
    removeSource: true,
    newSlotIds: [SLOT],
    oldSlotIds: [],
  },
  { ...started, operation: 'slots', slotIds: [SLOT] },
  {
    ...started,
    operation: 'rekey',
    oldHeader: '{"format":"postern-slots"}\n',
    newHeader: '{"format":"postern-slots","version":1}\n',
    newDataKeyId: SLOT,
    newKey: { nonce: SLOT, wrapped: 'A'.repeat(64) },
  },
  { ...started, operation: 'restore' },
];

async function world(): Promise<VaultContext> {
  return {
    directory: await temporaryDirectory(),
    disk: nodeDisk,
    lock: { hold: (work) => work() },
    ...systemWorld,
    keyring: memoryKeyring(),
    machineId: Secret.of('machine-1'),
    databases: [],
    placeRestored: () => Promise.resolve(ok()),
    isReadOnly: false,
  };
}

describe.each(JOURNALS)('the journal of "$operation"', (journal) => {
  it('is read back unchanged, and can be removed', async () => {
    const context = await world();
    expect(await readJournal(context)).toEqual(ok(undefined));
    expectOk(await writeJournal(context, journal));
    expect(await readJournal(context)).toEqual(ok(journal));
    expectOk(await removeJournal(context));
    expect(await readJournal(context)).toEqual(ok(undefined));
  });

  it('is damaged for every flipped byte and truncation', async () => {
    const context = await world();
    expectOk(await writeJournal(context, journal));
    const path = join(context.directory, JOURNAL_FILE);
    const bytes = await readFile(path);
    for (const [at, damaged] of flips(bytes)) {
      await writeFile(path, damaged);
      expect(await readJournal(context), `byte ${String(at)}`).toMatchObject({
        failure: { reason: 'vault-damaged', file: JOURNAL_FILE },
      });
    }
    for (const cut of truncations(bytes)) {
      await writeFile(path, cut);
      expect(await readJournal(context)).toEqual(
        failed({ reason: 'vault-damaged', file: JOURNAL_FILE, damage: 'malformed' }),
      );
    }
  });
});
