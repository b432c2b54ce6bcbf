import { retryAfterMs } from '@postern/dialects';
import { failed, ok, type Result } from '@postern/kernel';
import { secretsOf, type Provider, type SecretName } from '@postern/protocol';
import { headerReader, type Credential } from '@postern/upstreams';
import type { GatewayFailure } from '../failure.ts';
import type { UpstreamCredentials } from '../ports.ts';
import type { EarlyEnd } from '../relay/retry-policy.ts';
import type { Choice } from '../route/choose-provider.ts';
import { byRendezvous } from '../route/rendezvous.ts';
import type {
  CredentialCooldowns,
  CredentialStatus,
  CredentialUse,
} from './credential-cooldowns.ts';

export interface CallCredentialsDeps {
  readonly source: UpstreamCredentials;
  readonly cooldowns: CredentialCooldowns;
  /** A hash of the conversation. Called only for a provider with several credentials. */
  readonly conversation: () => number;
}

/**
 * The credentials with which one call makes its attempts. If a provider has several, a conversation stays with
 * one of them, because prompt caches are the account's, and the others take over while that one cools down.
 */
export class CallCredentials {
  readonly #deps: CallCredentialsDeps;
  /** The running attempt, if the provider has several credentials. */
  #use: CredentialUse | undefined;
  /** Uses that got 403 in this call. The reason may also be the request. */
  readonly #doubted: CredentialUse[] = [];

  constructor(deps: CallCredentialsDeps) {
    this.#deps = deps;
  }

  /**
   * The credential for the next attempt; undefined if the provider needs none.
   *
   * @param endpoint The suffix of the route, because counting tokens has limits of its own.
   */
  async next(
    { provider, model }: Choice,
    endpoint: string,
  ): Promise<Result<Credential | undefined, GatewayFailure>> {
    const { source, cooldowns } = this.#deps;
    this.#use = undefined;
    if (provider.auth === 'none') return ok();
    const scope = model + endpoint;
    const secrets = secretsOf(provider);
    const isOneOfSeveral = secrets.length > 1;
    let refusal: GatewayFailure = { reason: 'upstream-key-missing' };
    for (const secret of this.#inOrder(provider, secrets)) {
      const found = await source.find(provider, secret);
      if (!found.ok && found.failure.reason === 'upstream-key-missing') continue;
      if (!found.ok) return found;
      const { changedAtMs } = found.value;
      // A provider can have lost its other keys by a reload. What happens to the last one is the client's to see.
      const waitMs = isOneOfSeveral ? this.#waitMs(provider, secret, scope, changedAtMs) : 0;
      if (waitMs > 0) {
        refusal = soonest(refusal, waitMs);
        continue;
      }
      const credential = await found.value.use();
      if (!credential.ok || !isOneOfSeveral) return credential;
      this.#use = { provider, secret, changedAtMs, scope, order: cooldowns.begin() };
      return credential;
    }
    return failed(refusal);
  }

  /**
   * Takes the end of the running attempt. If the credential is the reason, it isn't used for some time.
   *
   * @returns What the attempt failed with then: the provider's error could show which credential was used.
   */
  refused(end: EarlyEnd): GatewayFailure | undefined {
    const use = this.#use;
    const status = credentialStatus(end);
    this.#use = undefined;
    if (use === undefined || status === undefined) return undefined;
    if (status === 403) this.#doubted.push(use);
    else this.#deps.cooldowns.cool(use, status, askedWaitMs(end));
    const { provider, scope } = use;
    const waits = secretsOf(provider).map((secret) => this.#waitMs(provider, secret, scope));
    return exhausted(Math.min(...waits));
  }

  /** The provider responds to the running attempt without an error. */
  accepted(): void {
    const use = this.#use;
    if (use === undefined) return;
    this.#deps.cooldowns.succeed(use);
    for (const each of this.#doubted) {
      const isSame = each.provider.id === use.provider.id && each.scope === use.scope;
      if (isSame) this.#deps.cooldowns.cool(each, 403);
    }
  }

  /** Infinite for a credential that this call must not use again. */
  #waitMs(provider: Provider, secret: SecretName, scope: string, changedAtMs?: number): number {
    const isDoubted = this.#doubted.some(
      (use) => use.provider.id === provider.id && use.secret === secret && use.scope === scope,
    );
    if (isDoubted) return Infinity;
    return this.#deps.cooldowns.waitMs({ provider, secret }, scope, changedAtMs);
  }

  #inOrder({ id }: Provider, secrets: readonly SecretName[]): readonly SecretName[] {
    if (secrets.length === 1) return secrets;
    // With the provider's id, because the hash has already chosen the provider among others.
    const shares = secrets.map((secret) => ({ id: `${id} ${secret}`, weight: 1, secret }));
    return byRendezvous(shares, this.#deps.conversation()).map(({ secret }) => secret);
  }
}

function exhausted(waitMs: number): GatewayFailure {
  return {
    reason: 'credentials-exhausted',
    retryAfterMs: waitMs === Infinity ? undefined : waitMs,
  };
}

function soonest(before: GatewayFailure, waitMs: number): GatewayFailure {
  const known = before.reason === 'credentials-exhausted' ? before.retryAfterMs : undefined;
  return exhausted(Math.min(known ?? Infinity, waitMs));
}

const STATUSES: readonly CredentialStatus[] = [401, 402, 403, 429];

function credentialStatus(end: EarlyEnd): CredentialStatus | undefined {
  switch (end.reason) {
    case 'failure':
      return undefined;
    case 'status':
      return STATUSES.find((status) => status === end.status);
    case 'opening-error':
      return STATUSES.find((status) => status === end.error.status);
  }
}

/** How long the provider asks to wait. */
function askedWaitMs(end: EarlyEnd): number | undefined {
  if (end.reason === 'failure') return undefined;
  const headers = end.reason === 'status' ? end.headers : (end.error.headers ?? {});
  return retryAfterMs(headerReader(headers));
}
