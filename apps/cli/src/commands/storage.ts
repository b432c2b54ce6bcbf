import { EXIT } from '@postern/protocol';
import {
  inspectStorage,
  isUnsafe,
  ROTATION_DAYS,
  testStorage as testVaultStorage,
  type StorageInspection,
} from '@postern/app';
import { findingLines } from './finding-lines.ts';
import { table } from '../terminal/terminal.ts';
import {
  endWith,
  connectOrUnlock,
  inspectionParts,
  orFail,
  report,
  type CommandContext,
} from './context.ts';

/**
 * `postern auth storage status`: where secrets are stored and whether that is safe. Exit code 1 if
 * it isn't.
 */
export async function storageStatus(context: CommandContext): Promise<void> {
  const { backend, state, slots, credentials, findings } = await inspectStorage(
    inspectionParts(context),
  );
  const safe = !isUnsafe(findings);
  report(context, { safe, backend, state, slots, credentials, findings }, [
    `Backend  ${backend ?? 'none yet'}`,
    `State    ${STATES[state]}`,
    `Slots    ${slots.map(({ kind }) => kind).join(', ') || 'none'}`,
    ...credentialLines(credentials),
    '',
    ...findingLines(findings),
  ]);
  if (!safe) endWith(EXIT.failure);
}

const STATES: Readonly<Record<StorageInspection['state'], string>> = {
  absent: 'no vault yet',
  locked: 'locked',
  held: 'unlocked in a running process',
  unlockable: 'locked; unlocks without a passphrase',
  damaged: "can't be read",
};

function credentialLines(credentials: StorageInspection['credentials']): readonly string[] {
  if (credentials === null || credentials.length === 0) return [];
  const rows = credentials.map(({ name, ageDays }) => [
    name,
    `${String(ageDays)} days`,
    ageDays >= ROTATION_DAYS ? 'rotate it' : '',
  ]);
  return ['', table(['CREDENTIAL', 'AGE', 'ADVICE'], rows)];
}

/** `postern auth storage test`: writes, reads and removes a test value in the real storage. */
export async function testStorage(context: CommandContext): Promise<void> {
  const vault = await connectOrUnlock(context);
  const durationMs = orFail(await testVaultStorage(context, vault));
  report(context, { backend: vault.storage, works: true, durationMs }, [
    `The ${vault.storage} storage works: wrote, read and removed a test value (${String(durationMs)} ms).`,
  ]);
}
