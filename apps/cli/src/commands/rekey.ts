import { once } from 'node:events';
import { join } from 'node:path';
import { takeLock, type HeldLock } from '@postern/disk';
import { revealSecret, type Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import {
  describeVaultFailure,
  type RekeyOptions,
  type RekeyStep,
  type Vault,
} from '@postern/vault';
import { localVault, type RecoveredRekey } from '@postern/app';
import { presentPassphrase } from '../terminal/passphrase.ts';
import { refuseWhileHeld } from './backup.ts';
import {
  type CommandContext,
  fail,
  openExistingVault,
  openHome,
  orFail,
  recordEvent,
  report,
  sayRecovered,
  unlockByPassphrase,
  unlockVault,
} from './context.ts';
import { announceRecoveryCode } from './create-vault.ts';
import { startSelf } from './start-self.ts';

/**
 * `postern auth storage rekey`: a new data key for the secrets, the databases and every way in, then
 * a new process that opens everything with it before the old key is destroyed.
 */
export async function rekeyVault(context: CommandContext): Promise<void> {
  await whileAlone(context, async () => {
    const { vault } = await openExistingVault(context);
    const { recovered, recoveryCode } = await renewKey(context, vault);
    const resumed = recovered !== undefined && recovered.outcome !== 'undone';
    const code = context.json ? { recoveryCode: revealSecret(recoveryCode) } : {};
    report(context, { rekeyed: true, resumed, ...code }, [
      'The vault and its databases use a new data key; the old one was destroyed.',
    ]);
  });
}

/** Works while no other Postern of this home has a database open. */
export async function whileAlone(
  context: CommandContext,
  work: () => Promise<void>,
): Promise<void> {
  openHome(context);
  await refuseWhileHeld(context);
  const alone = holdAlone(context);
  try {
    await work();
  } finally {
    alone.release();
  }
}

interface RenewedKey {
  readonly recovered: RecoveredRekey | undefined;
  readonly recoveryCode: Secret;
}

/**
 * Opens the vault and gives it a new data key and recovery code. A change that was cut off is completed
 * first: who has seen its code, nobody knows.
 */
export async function renewKey(context: CommandContext, vault: Vault): Promise<RenewedKey> {
  const { passphrase, recovered } = await unlockForRekey(context, vault);
  sayRecovered(context, recovered);
  if (recovered?.outcome === 'in-force') await confirmInNewProcess(context, vault, passphrase);
  const recoveryCode = await changeKey(context, vault, passphrase && { passphrase });
  return { recovered, recoveryCode };
}

/** `postern auth storage rekey --confirm`: completes a change that another process made. */
export async function confirmRekeyed(context: CommandContext): Promise<void> {
  const { vault } = await openExistingVault(context);
  const recovered = await unlockVault(context, vault, { isSilent: true });
  if (recovered?.outcome === 'in-force') {
    const { why } = recovered;
    const cause = why === undefined ? undefined : describeVaultFailure(why).message;
    fail(problem('VAULT_REKEY_UNCONFIRMED', cause));
  }
  const confirmed = recovered?.outcome === 'confirmed';
  report(context, { confirmed }, [
    confirmed
      ? 'Confirmed: everything opens with the new data key. The old one was destroyed.'
      : 'There is no data key change to confirm.',
  ]);
}

/** No Postern may open the databases while their keys change; it would keep one that is gone. */
function holdAlone(context: CommandContext): HeldLock {
  const lock = takeLock(join(context.home.dataDir, 'instance.lock'));
  if (lock.ok) return lock.value;
  if (lock.failure.reason === 'lock-held') {
    const running = problem('ALREADY_RUNNING', 'A running Postern is using this home directory.');
    fail({ ...running, remedy: 'Stop it first: postern stop.' });
  }
  const code = lock.failure.reason === 'disk-full' ? 'DISK_FULL' : 'HOME_READ_ONLY';
  return fail(problem(code, `Can't write ${lock.failure.path}.`));
}

/** Opens the vault; answers its passphrase where it has one, since its slot is made anew. */
async function unlockForRekey(
  context: CommandContext,
  vault: Vault,
): Promise<{
  readonly passphrase: Secret | undefined;
  readonly recovered: RecoveredRekey | undefined;
}> {
  if (vault.storage === 'file') return await unlockByPassphrase(context, vault, { isSilent: true });
  const recovered = await unlockVault(context, vault, { way: { with: 'keyring' }, isSilent: true });
  if (vault.slots.every(({ kind }) => kind !== 'passphrase')) {
    return { passphrase: undefined, recovered };
  }
  const found = await presentPassphrase(
    context,
    'The vault also has a passphrase, which is needed to change its data key.',
  );
  return { passphrase: orFail(found), recovered };
}

/** A new data key for an open vault, and with it a new recovery code, which is announced. */
export async function changeKey(
  context: CommandContext,
  vault: Vault,
  passphrases: Pick<RekeyOptions, 'passphrase' | 'newPassphrase'> = {},
): Promise<Secret> {
  const { terminal } = context;
  const changed = await vault.rekey({
    ...passphrases,
    onProgress: (step) => {
      terminal.note(`postern: ${wordsOf(step)}`);
    },
  });
  if (!changed.ok) {
    const failure = describeVaultFailure(changed.failure);
    await recordEvent(context, localVault(vault), {
      action: 'vault.rekey',
      outcome: 'failure',
      reason: failure.code,
    });
    return fail(failure);
  }
  const { recoveryCode } = changed.value;
  // Before anything else can go wrong: from now on the code before may be of no use.
  if (!context.json) announceRecoveryCode(context, recoveryCode);
  await confirmInNewProcess(context, vault, passphrases.newPassphrase ?? passphrases.passphrase);
  return recoveryCode;
}

function wordsOf(step: RekeyStep): string {
  switch (step.step) {
    case 'slots':
      return 'creating a new data key and wrapping it for each key slot…';
    case 'secrets':
      return 're-encrypting the secrets…';
    case 'database':
      return `re-encrypting ${step.purpose.replace('database/', '')}…`;
    case 'switch':
      return 'switching to the new key…';
  }
}

/** What this process has in memory proves nothing: another one opens everything from the disk. */
export async function confirmInNewProcess(
  context: CommandContext,
  vault: Vault,
  passphrase: Secret | undefined,
): Promise<void> {
  context.terminal.note('postern: verifying that a new process can open everything with it…');
  const child = startSelf(context, {
    parameters: ['auth', 'storage', 'rekey', '--confirm'],
    passphrase: vault.storage === 'file' ? passphrase : undefined,
    as: 'child',
  });
  await once(child, 'close');
  const waits = orFail(await vault.isRekeyUnconfirmed(), describeVaultFailure);
  if (waits) fail(problem('VAULT_REKEY_UNCONFIRMED'));
}
