import { describeAuditFailure } from '@postern/audit';
import { failed, ok, type Clock, type Result, type Secret } from '@postern/kernel';
import {
  secretsOf,
  type Problem,
  type Provider,
  type SecretName,
  problemSaying,
} from '@postern/protocol';
import { storedKey, type Credential } from '@postern/upstreams';
import { describeVaultFailure, type Vault, type VaultFailure } from '@postern/vault';
import type { KeyUses, UnrecordedUse } from './key-uses.ts';

/** Why a request gets no key. */
export type UpstreamKeyFailure =
  | VaultFailure
  /** The vault has none for the provider, which is named for people. */
  | { readonly reason: 'upstream-key-missing'; readonly provider: string }
  | UnrecordedUse;

export function describeUpstreamKeyFailure(failure: UpstreamKeyFailure): Problem {
  switch (failure.reason) {
    case 'upstream-key-missing':
      return problemSaying('UPSTREAM_NO_KEY', 'The vault has no key for {provider}.', {
        provider: failure.provider,
      });
    case 'use-unrecorded':
      return describeAuditFailure(failure.failure);
    default:
      return describeVaultFailure(failure);
  }
}

/** The keys for requests to providers, read from the vault when a request needs one. */
export interface UpstreamKeyReader {
  /**
   * Returns a key of the provider for one request and counts it for the audit log; undefined if the provider
   * needs none. If it has several, it is the first one that is in the vault; without any, it is a failure. After
   * a provider rejects a key, it is read again.
   */
  credentialFor(provider: Provider): Promise<Result<Credential | undefined, UpstreamKeyFailure>>;
  /** Finds one of the keys of a provider that needs one. */
  find(
    provider: Provider,
    secret: SecretName,
  ): Promise<Result<FoundUpstreamKey, UpstreamKeyFailure>>;
  /** Clears the cached keys: after a key was changed, and when the vault is locked. */
  forget(): void;
}

export interface FoundUpstreamKey {
  /** When its value last changed, in milliseconds since the epoch. */
  readonly changedAtMs: number;
  /** The key for one request, which is counted for the audit log. */
  use(): Promise<Result<Credential | undefined, UpstreamKeyFailure>>;
}

export interface UpstreamKeyParts {
  readonly clock: Clock;
  readonly uses: KeyUses;
  readonly vault: Pick<Vault, 'secrets'>;
  /** Whether the vault and the log are open. */
  readonly isOpen: () => boolean;
}

interface HeldKey {
  readonly key: Secret;
  readonly changedAtMs: number;
  readonly untilMs: number;
}

/** How long a key is cached for further requests: a keyring call takes milliseconds. */
const HELD_MS = 10_000;

export function readUpstreamKeys(parts: UpstreamKeyParts): UpstreamKeyReader {
  const { clock, uses, vault, isOpen } = parts;
  const held = new Map<SecretName, HeldKey>();
  const read = async (
    provider: Provider,
    secret: SecretName,
  ): Promise<Result<HeldKey, UpstreamKeyFailure>> => {
    const recent = held.get(secret);
    if (recent !== undefined && recent.untilMs > clock.monotonicMs()) return ok(recent);
    held.delete(secret);
    if (!isOpen()) return failed({ reason: 'vault-locked' });
    // Not read through the vault that records each read, because the use is recorded instead.
    const record = await vault.secrets.get(secret);
    if (!record.ok) return record;
    const key = record.value?.fields.get('value');
    if (record.value === undefined || key === undefined) {
      return failed({ reason: 'upstream-key-missing', provider: provider.label });
    }
    const { updatedAtMs: changedAtMs } = record.value;
    const kept = { key, changedAtMs, untilMs: clock.monotonicMs() + HELD_MS };
    held.set(secret, kept);
    return ok(kept);
  };
  const othersOf = async (provider: Provider, secret: SecretName): Promise<readonly Secret[]> => {
    const names = secretsOf(provider).filter((name) => name !== secret);
    const found = await Promise.all(names.map(async (name) => await read(provider, name)));
    return found.flatMap((each) => (each.ok ? [each.value.key] : []));
  };
  const find: UpstreamKeyReader['find'] = async (provider, secret) => {
    const found = await read(provider, secret);
    if (!found.ok) return found;
    const { key, changedAtMs } = found.value;
    const refused = (): void => {
      if (held.get(secret)?.key === key) held.delete(secret);
    };
    const use: FoundUpstreamKey['use'] = async () => {
      const recorded = await uses.used(provider.id);
      if (!recorded.ok) return recorded;
      return ok(storedKey(provider, key, refused, await othersOf(provider, secret)));
    };
    return ok({ changedAtMs, use });
  };
  return {
    find,
    credentialFor: async (provider) => {
      if (provider.auth === 'none') return ok(undefined);
      const found = await findFirst(find, provider);
      return found.ok ? await found.value.use() : found;
    },
    forget: () => {
      held.clear();
    },
  };
}

async function findFirst(
  find: UpstreamKeyReader['find'],
  provider: Provider,
): Promise<Result<FoundUpstreamKey, UpstreamKeyFailure>> {
  const [first, ...others] = secretsOf(provider);
  let found = await find(provider, first);
  for (const secret of others) {
    if (found.ok || found.failure.reason !== 'upstream-key-missing') break;
    found = await find(provider, secret);
  }
  return found;
}
