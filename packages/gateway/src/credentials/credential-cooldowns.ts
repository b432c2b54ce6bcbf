import type { Clock } from '@postern/kernel';
import type { Provider, SecretName } from '@postern/protocol';

/** One attempt with one of a provider's credentials. */
export interface CredentialUse {
  readonly provider: Provider;
  readonly secret: SecretName;
  /** When its value last changed, in milliseconds since the epoch. Failures of an earlier value don't count. */
  readonly changedAtMs: number;
  /** Model and endpoint, each of which can have limits of its own. */
  readonly scope: string;
  /** From `begin`: orders attempts and cooldowns. */
  readonly order: number;
}

/** A status with which a provider responds if the credential is the reason. */
export type CredentialStatus = 401 | 402 | 403 | 429;

/** A credential that began to fail, or works again. */
export type CredentialChange =
  | { readonly kind: 'credential-cooling'; readonly status: CredentialStatus; readonly use: Used }
  | { readonly kind: 'credential-recovered'; readonly use: Used };

type Used = Pick<CredentialUse, 'provider' | 'secret'>;

interface Cooldown {
  readonly changedAtMs: number;
  readonly order: number;
  readonly failures: number;
  readonly untilMs: number;
}

const MIN_MS = 1000;
/** Also for a longer `retry-after`: the provider may accept the credential earlier than it said. */
const MAX_MS = 3_600_000;
/** Doubled with each failure in a row. */
const FIRST_MS: Readonly<Record<CredentialStatus, number>> = {
  401: 60_000,
  402: 60_000,
  403: 60_000,
  429: 10_000,
};
/** An invalid key and an account without credit fail for every model. */
const ALL_SCOPES = '';
/** More than the models of a configuration. Clients can name any model. */
const MAX_COOLDOWNS = 1000;

/**
 * Which credentials of the providers aren't used for some time, because the provider refused them. The state is
 * in memory.
 */
export class CredentialCooldowns {
  readonly #clock: Clock;
  readonly #onChange: (change: CredentialChange) => void;
  /** Only credentials that failed last. */
  readonly #cooldowns = new Map<string, Cooldown>();
  #order = 0;

  constructor(clock: Clock, onChange: (change: CredentialChange) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** The order of an attempt that begins now. */
  begin(): number {
    return (this.#order += 1);
  }

  /**
   * Milliseconds until the credential may be used; 0 for now.
   *
   * @param changedAtMs When its value last changed; undefined if that isn't known.
   */
  waitMs(of: Used, scope: string, changedAtMs?: number): number {
    if (this.#cooldowns.size === 0) return 0;
    return Math.max(
      this.#leftMs(keyOf(of, ALL_SCOPES), changedAtMs),
      this.#leftMs(keyOf(of, scope), changedAtMs),
    );
  }

  /** The provider refused the credential. */
  cool(use: CredentialUse, status: CredentialStatus, retryAfterMs?: number): void {
    const key = keyOf(use, status === 401 || status === 402 ? ALL_SCOPES : use.scope);
    const before = this.#cooldowns.get(key);
    // Attempts that ran at the same time are one failure.
    if (before !== undefined && use.order < before.order) return;
    const known = before?.changedAtMs === use.changedAtMs ? before : undefined;
    const failures = (known?.failures ?? 0) + 1;
    const asked = status === 429 ? retryAfterMs : undefined;
    const ms = Math.max(MIN_MS, asked ?? FIRST_MS[status] * 2 ** (failures - 1));
    this.#makeRoom(key);
    this.#cooldowns.set(key, {
      changedAtMs: use.changedAtMs,
      order: this.begin(),
      failures,
      untilMs: this.#clock.monotonicMs() + Math.min(MAX_MS, ms),
    });
    if (known === undefined) this.#onChange({ kind: 'credential-cooling', status, use });
  }

  /** The provider accepted the credential. */
  succeed(use: CredentialUse): void {
    if (this.#cooldowns.size === 0) return;
    const ended = [ALL_SCOPES, use.scope].filter((scope) => {
      const key = keyOf(use, scope);
      const cooldown = this.#cooldowns.get(key);
      // An attempt from before the failure says nothing about the credential now.
      return cooldown !== undefined && use.order > cooldown.order && this.#cooldowns.delete(key);
    });
    if (ended.length > 0) this.#onChange({ kind: 'credential-recovered', use });
  }

  /** Whether the credential isn't used now, for some model at least. */
  isCooling(of: Used): boolean {
    const nowMs = this.#clock.monotonicMs();
    const start = keyOf(of, '');
    for (const [key, { untilMs }] of this.#cooldowns) {
      if (untilMs > nowMs && key.startsWith(start)) return true;
    }
    return false;
  }

  #leftMs(key: string, changedAtMs: number | undefined): number {
    const cooldown = this.#cooldowns.get(key);
    if (cooldown === undefined) return 0;
    if (changedAtMs !== undefined && cooldown.changedAtMs !== changedAtMs) return 0;
    return Math.max(0, cooldown.untilMs - this.#clock.monotonicMs());
  }

  #makeRoom(key: string): void {
    // Set again at the end, so that the oldest failure is the first one.
    this.#cooldowns.delete(key);
    if (this.#cooldowns.size < MAX_COOLDOWNS) return;
    const [oldest = ''] = this.#cooldowns.keys();
    this.#cooldowns.delete(oldest);
  }
}

/** Ids of providers and names of secrets have no spaces. */
function keyOf({ provider, secret }: Used, scope: string): string {
  return `${provider.id} ${secret} ${scope}`;
}
