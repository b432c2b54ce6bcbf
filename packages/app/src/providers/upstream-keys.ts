import { describeAuditFailure } from '@postern/audit';
import { failed, ok, type Clock, type Result, type Secret } from '@postern/kernel';
import { type Problem, problem, type Provider } from '@postern/protocol';
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
      return problem('UPSTREAM_NO_KEY', `The vault has no key for ${failure.provider}.`);
    case 'use-unrecorded':
      return describeAuditFailure(failure.failure);
    default:
      return describeVaultFailure(failure);
  }
}

/** The keys for requests to providers, read from the vault when a request needs one. */
export interface UpstreamKeyReader {
  /**
   * Returns the provider's key for one request and counts it for the audit log; undefined if the
   * provider needs none. A missing key is a failure. After a provider rejects a key, it is read
   * again.
   */
  credentialFor(provider: Provider): Promise<Result<Credential | undefined, UpstreamKeyFailure>>;
  /** Clears the cached keys: after a key was changed, and when the vault is locked. */
  forget(): void;
}

export interface UpstreamKeyParts {
  readonly clock: Clock;
  readonly uses: KeyUses;
  readonly vault: Pick<Vault, 'secrets'>;
  /** Whether the vault and the log are open. */
  readonly isOpen: () => boolean;
}

/** How long a key is cached for further requests: a keyring call takes milliseconds. */
const HELD_MS = 10_000;

export function readUpstreamKeys(parts: UpstreamKeyParts): UpstreamKeyReader {
  const { clock, uses, vault, isOpen } = parts;
  const held = new Map<string, { readonly key: Secret; readonly untilMs: number }>();
  const find = async (provider: Provider): Promise<Result<Secret, UpstreamKeyFailure>> => {
    const recent = held.get(provider.secret);
    if (recent !== undefined && recent.untilMs > clock.monotonicMs()) return ok(recent.key);
    held.delete(provider.secret);
    if (!isOpen()) return failed({ reason: 'vault-locked' });
    // Not read through the vault that records each read, because the use is recorded instead.
    const record = await vault.secrets.get(provider.secret);
    if (!record.ok) return record;
    const key = record.value?.fields.get('value');
    if (key === undefined) {
      return failed({ reason: 'upstream-key-missing', provider: provider.label });
    }
    held.set(provider.secret, { key, untilMs: clock.monotonicMs() + HELD_MS });
    return ok(key);
  };
  return {
    credentialFor: async (provider) => {
      if (provider.auth === 'none') return ok(undefined);
      const key = await find(provider);
      if (!key.ok) return key;
      const recorded = await uses.used(provider.id);
      if (!recorded.ok) return recorded;
      const refused = (): void => {
        if (held.get(provider.secret)?.key === key.value) held.delete(provider.secret);
      };
      return ok(storedKey(provider, key.value, refused));
    },
    forget: () => {
      held.clear();
    },
  };
}
