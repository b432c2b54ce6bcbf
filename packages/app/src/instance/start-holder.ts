import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import type { Vault } from '@postern/vault';
import { openExisting } from '../vault/connect-or-open.ts';
import type { OpenParts } from '../vault/front-end.ts';
import { unlockAndRecord, unlockByPassphrase } from '../vault/unlock-and-record.ts';
import { askRunning } from './ask-running.ts';
import { connect } from './connect.ts';
import { agentPlace, holderPlaces } from './control-address.ts';
import { refuseSecondHolder } from './hold-open.ts';

export interface StartHolderParts extends OpenParts {
  /**
   * Starts a process that calls `holdOpen` on this home, with the passphrase if the vault needs
   * one. Resolves when that process has ended.
   */
  readonly start: (passphrase: Secret | undefined) => Promise<unknown>;
}

/** Unlocks the vault once to check that it opens, then makes another process keep it unlocked. */
export async function startHolder(parts: StartHolderParts): Promise<Result<undefined, Problem>> {
  const alone = await refuseSecondHolder(parts);
  if (!alone.ok) return alone;
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const { vault } = opened.value;
  const passphrase = await passphraseOf(parts, vault);
  if (!passphrase.ok) return passphrase;
  vault.lock();
  return await waitForHolder(parts, parts.start(passphrase.value));
}

/**
 * The passphrase for the other process; undefined if the keyring unlocks the vault. The vault is
 * unlocked afterwards.
 */
async function passphraseOf(
  parts: OpenParts,
  vault: Vault,
): Promise<Result<Secret | undefined, Problem>> {
  if (vault.storage === 'file') {
    const unlocked = await unlockByPassphrase(parts, vault);
    return unlocked.ok ? ok(unlocked.value.passphrase) : unlocked;
  }
  const unlocked = await unlockAndRecord(parts, vault, { way: { with: 'keyring' } });
  return unlocked.ok ? ok(undefined) : unlocked;
}

const TRIES = 100;
const PAUSE_MS = 100;

async function waitForHolder(
  { home }: OpenParts,
  end: Promise<unknown>,
): Promise<Result<undefined, Problem>> {
  const ended = end.then(() => true);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const held = await connect([agentPlace(home)]);
    if (!held.ok) return held;
    if (held.value !== undefined) return ok();
    if (await Promise.race([ended, pause()])) break;
  }
  return failed(problem('VAULT_LOCKED', "The agent didn't start."));
}

async function pause(): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return false;
}

/** Makes every process with an unlocked vault lock it. Returns their number. */
export async function lockHolders({
  home,
}: Pick<OpenParts, 'home'>): Promise<Result<number, Problem>> {
  const answers = await Promise.all(
    holderPlaces(home).map(async (place) => await askRunning(place, 'POST', '/lock')),
  );
  // All reachable processes are asked before an unreachable one causes a failure.
  const failure = answers.find((answer) => !answer.ok);
  if (failure?.ok === false) return failure;
  return ok(answers.filter((answer) => answer.ok && answer.value?.status === 200).length);
}
