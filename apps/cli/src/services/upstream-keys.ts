import { failed, ok, type Clock, type Result, type Secret } from '@postern/kernel';
import type { Provider } from '@postern/protocol';
import { described, type Described } from '../failure/described.ts';
import type { OpenVault } from './open-vault.ts';

/** The keys of upstreams, read from the vault when a request needs one. */
export interface UpstreamKeyReader {
  /** The provider's key; undefined where it needs none. No key where one is needed is a failure. */
  keyFor(provider: Provider): Promise<Result<Secret | undefined, Described>>;
  /** Forgets what it holds: after a key was changed, and when the vault is locked. */
  forget(): void;
}

/** How long a key read once serves further requests: a keyring call takes milliseconds. */
const HELD_MS = 10_000;

export function readUpstreamKeys(
  vault: () => OpenVault | undefined,
  clock: Clock,
): UpstreamKeyReader {
  const held = new Map<string, { readonly key: Secret; readonly untilMs: number }>();
  return {
    keyFor: async (provider) => {
      if (provider.auth === 'none') return ok(undefined);
      const recent = held.get(provider.secret);
      if (recent !== undefined && recent.untilMs > clock.monotonicMs()) return ok(recent.key);
      held.delete(provider.secret);
      const open = vault();
      if (open === undefined) return failed(described('VAULT_LOCKED'));
      const record = await open.get(provider.secret);
      if (!record.ok) return record;
      const key = record.value?.fields.get('value');
      if (key === undefined) {
        return failed(
          described('UPSTREAM_NO_KEY', `There is no key for ${provider.label} in the vault.`),
        );
      }
      held.set(provider.secret, { key, untilMs: clock.monotonicMs() + HELD_MS });
      return ok(key);
    },
    forget: () => {
      held.clear();
    },
  };
}
