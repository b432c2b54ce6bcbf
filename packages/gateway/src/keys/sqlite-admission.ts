import { failed, ok, type Result } from '@postern/kernel';
import type { Grant, KeyAdmission, KeyRefusal } from '../ports.ts';
import type { StoreFailure } from '../store/store-failure.ts';
import type { GatewayKeyStore } from './gateway-key.ts';

const UNAVAILABLE: Result<never, StoreFailure> = failed({ reason: 'unavailable' });

type AdmittingKeys = Pick<GatewayKeyStore, 'resolve' | 'listsOrigin' | 'isLive' | 'isDebugged'>;

/** Admission by the keys in the gateway's database, synchronously. */
export class SqliteAdmission implements KeyAdmission {
  readonly #keys: AdmittingKeys;
  readonly #onRefused: (refusal: KeyRefusal) => void;

  /** @param onRefused Called with the exact reason for each refused token. */
  constructor(keys: AdmittingKeys, onRefused: (refusal: KeyRefusal) => void) {
    this.#keys = keys;
    this.#onRefused = onRefused;
  }

  admit(token: string): Result<Grant | undefined, StoreFailure> {
    const resolved = this.#keys.resolve(token);
    if (!resolved.ok) return UNAVAILABLE;
    const verdict = resolved.value;
    if (verdict.ok) return ok(verdict.grant);
    this.#onRefused(verdict);
    return ok(undefined);
  }

  listsOrigin(origin: string): boolean {
    const listed = this.#keys.listsOrigin(origin);
    return listed.ok && listed.value;
  }

  isLive(grant: Grant): Result<boolean, StoreFailure> {
    const live = this.#keys.isLive(grant);
    return live.ok ? live : UNAVAILABLE;
  }

  isDebugged(grant: Grant): Result<boolean, StoreFailure> {
    const debugged = this.#keys.isDebugged(grant);
    return debugged.ok ? debugged : UNAVAILABLE;
  }
}
