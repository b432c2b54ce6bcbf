import { eraseSecret, failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { parseReceiver } from './audit/forward-receiver.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { readPrices, type OwnPrices } from './config/load-prices.ts';
import { Postern, type PosternParts } from './postern.ts';
import { connectionsOf } from './providers/connections.ts';
import { clearWhereWanted } from './vault/delete-on-exit.ts';
import type { HomeVault } from './vault/home-vault.ts';

type ComposeParts = Omit<PosternParts, 'vault' | 'loaded' | 'keyring' | 'connections' | 'prices'>;

/**
 * Creates the product for an opened vault, if the configuration is valid.
 *
 * @param parts With prices that another process has read. Default: those of the price file.
 */
export async function composePostern(
  parts: ComposeParts & { readonly prices?: OwnPrices },
  { vault, loaded, probe }: HomeVault,
): Promise<Result<Postern, Problem>> {
  const keyring = await probe();
  const receiver = parseReceiver(loaded.config);
  if (!receiver.ok) return receiver;
  const prices = parts.prices ? ok(parts.prices) : readPrices(loaded.config.gateway.prices);
  if (!prices.ok) return prices;
  const connections = connectionsOf(loaded.config);
  const own = parts.isWorker === true ? ofWorker(loaded) : loaded;
  clearWhereWanted(parts.home, own.config, parts.say);
  return Postern.create({
    ...{ ...parts, vault, loaded: own, keyring, connections },
    prices: prices.value,
  });
}

/**
 * Unlocks the vault if that needs no prompt; a vault in a file waits for its passphrase in the
 * page. If the keyring didn't unlock it, that is a notice, not a failure, unless a database doesn't
 * open.
 */
export async function unlockAtStart(
  postern: Postern,
  givenPassphrase: () => Result<Secret, Problem> | undefined,
): Promise<Result<Problem | undefined, Problem>> {
  const { vault } = postern;
  if (vault.state === 'absent') return ok(undefined);
  if (vault.storage === 'keyring') {
    const unlocked = await postern.unlock({ keyring: true });
    if (unlocked.ok) return ok(undefined);
    return unlocked.failure.code.startsWith('DATABASE') ? unlocked : ok(unlocked.failure);
  }
  const given = givenPassphrase();
  if (given?.ok !== true) return given ?? ok(undefined);
  const passphrase = given.value;
  const unlocked = await postern.unlockWith({ with: 'passphrase', passphrase });
  eraseSecret(passphrase);
  return unlocked.ok ? ok(undefined) : unlocked;
}

/**
 * Unlocks the vault for a service. It fails if the vault doesn't unlock, because a service has no page on which
 * it could be unlocked later.
 */
export async function unlockForService(
  postern: Postern,
  passphrase: () => Promise<Result<Secret, Problem> | undefined>,
): Promise<Result<undefined, Problem>> {
  const { vault } = postern;
  if (vault.state === 'absent') {
    const remedy = 'Create it first, with the same --home: postern secret set NAME.';
    return failed(problem('VAULT_NOT_SET_UP', undefined, remedy));
  }
  if (vault.storage === 'keyring') {
    const unlocked = await postern.unlock({ keyring: true });
    return unlocked.ok ? ok() : unlocked;
  }
  const given = (await passphrase()) ?? failed(NO_PASSPHRASE);
  if (!given.ok) return given;
  const unlocked = await postern.unlockWith({ with: 'passphrase', passphrase: given.value });
  eraseSecret(given.value);
  return unlocked.ok ? ok() : unlocked;
}

const NO_PASSPHRASE = problem(
  'VAULT_LOCKED',
  'The vault is locked, and no passphrase was passed.',
  'Pass it as the systemd credential postern-passphrase, or with --passphrase-fd N.',
);

/** What the process that started the workers does alone: forwarding the audit log, and locking. */
function ofWorker({ config, written }: LoadedConfig): LoadedConfig {
  const vault = { lockAfterIdle: 'never', lockOnSuspend: false, deleteKeysOnExit: false } as const;
  const privacy = { ...config.privacy, clearHistoryOnExit: false };
  return { config: { ...config, audit: {}, vault, privacy }, written };
}
