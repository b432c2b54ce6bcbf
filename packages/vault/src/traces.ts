import type { Result } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import type { KeyringPort } from './keyring/keyring-port.ts';
import type { SlotsHeader } from './slots/slots-file.ts';
import { keyringSlotIds } from './slots/slot.ts';
import { readSlots } from './slots/read-slots.ts';
import type { VaultFailure } from './vault-failure.ts';
import { emptyKeyring } from './vault/fill-keyring.ts';
import { headersOf, readJournal, type Journal } from './vault/journal.ts';
import { originOfBackup } from './vault/open-backup.ts';
import { contextOf, type VaultOptions } from './vault/open-vault.ts';
import type { VaultContext } from './vault/vault-context.ts';

/** What a vault has outside of its directory, as its files say without a key. */
export interface VaultTraces {
  /** Undefined without a readable header or journal: then its keyring entries can't be named. */
  readonly vaultId: VaultId | undefined;
  /** The slots whose entries the keyring may have. */
  readonly slotIds: readonly string[];
  readonly usesKeyring: boolean;
}

/** Reads the header and the journal, which aren't verified. Changes nothing. */
export async function findVaultTraces(options: VaultOptions): Promise<VaultTraces> {
  const context = contextOf(options);
  const slots = await readSlots(context);
  const journal = await readJournal(context);
  const headers: readonly SlotsHeader[] = slots.ok && slots.value ? [slots.value.header] : [];
  const known = journal.ok && journal.value ? tracesOf(context, journal.value) : NO_TRACES;
  const slotIds = headers.flatMap(keyringSlotIds);
  return {
    vaultId: headers[0]?.vaultId ?? known.vaultId,
    slotIds: [...new Set([...slotIds, ...known.slotIds])],
    usesKeyring:
      known.usesKeyring ||
      slotIds.length > 0 ||
      headers.some(({ storage }) => storage === 'keyring'),
  };
}

const NO_TRACES: VaultTraces = { vaultId: undefined, slotIds: [], usesKeyring: false };

function tracesOf(context: VaultContext, journal: Journal): VaultTraces {
  const slotIds = slotIdsOf(context, journal);
  const { vaultId, operation } = journal;
  const usesKeyring = slotIds.length > 0 || operation === 'migrate' || operation === 'restore';
  return { vaultId, slotIds, usesKeyring };
}

function slotIdsOf(context: VaultContext, journal: Journal): readonly string[] {
  switch (journal.operation) {
    case 'create':
      return journal.keyringSlotId === null ? [] : [journal.keyringSlotId];
    case 'migrate':
      return [...journal.newSlotIds, ...journal.oldSlotIds];
    case 'rekey': {
      const headers = headersOf(context, journal);
      if (!headers.ok) return [];
      const { oldHeader, newHeader } = headers.value;
      return [oldHeader, newHeader].flatMap(keyringSlotIds);
    }
    case 'slots':
      return journal.slotIds;
    case 'restore':
      return [];
  }
}

/** Removes every entry of a vault from the keyring. Returns how many there were. Can be repeated. */
export async function removeKeyringTraces(
  keyring: KeyringPort,
  vault: VaultId,
  slotIds: readonly string[],
): Promise<Result<number, VaultFailure>> {
  const removed = await emptyKeyring(keyring, vault, slotIds);
  return removed.ok ? { ok: true, value: removed.value.length } : removed;
}

/** The vault that a backup was made of; undefined if the file isn't a backup. Needs no passphrase. */
export async function vaultOfBackup(
  options: VaultOptions,
  file: string,
): Promise<VaultId | undefined> {
  return await originOfBackup(contextOf(options), file);
}
