import { failed, ok, type Clock, type Result } from '@postern/kernel';
import {
  problem,
  secretsOf,
  type AnswerFailure,
  type Config,
  type Problem,
  type Provider,
  type SecretName,
} from '@postern/protocol';
import {
  describeUpstreamFailure,
  providerTable,
  storedKey,
  upstreamOf,
  type Connections,
  type Credential,
} from '@postern/upstreams';
import { DEFAULT_FIELD } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { connectionsOf, useProxyPassword } from './connections.ts';
import { secretNotFound } from '../secrets/secret-name.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** The response of a provider that accepts a key. */
export interface AcceptedKey {
  readonly modelCount: number;
  readonly latencyMs: number;
}

/** Sends one cheap request with a key: for the provider's list of models. */
export async function testKey(
  { connections, clock }: { readonly connections: Connections; readonly clock: Clock },
  provider: Provider,
  credential: Credential | undefined,
  signal: AbortSignal,
): Promise<Result<AcceptedKey, AnswerFailure>> {
  const startedMs = clock.monotonicMs();
  const models = await upstreamOf(connections, provider, credential).listModels(signal);
  const latencyMs = Math.round(clock.monotonicMs() - startedMs);
  return models.ok ? ok({ modelCount: models.value.length, latencyMs }) : models;
}

export interface TestedSecret extends AcceptedKey {
  readonly provider: Provider;
}

/** Tests a secret of the vault with its provider. Records its use and the result. */
export async function testSecret(
  place: AuditPlace,
  vault: OpenVault,
  config: Config,
  name: SecretName,
): Promise<Result<TestedSecret, Problem>> {
  const providers = providerTable(config);
  if (!providers.ok) return failed(describeUpstreamFailure(providers.failure));
  const found = await vault.get(name, { action: 'secret.use' });
  if (!found.ok) return found;
  const key = found.value?.fields.get(DEFAULT_FIELD);
  if (key === undefined) return failed(secretNotFound(name));
  const provider = providers.value.all.find(
    (each) => each.auth !== 'none' && secretsOf(each).includes(name),
  );
  if (provider === undefined) {
    return failed(problem('PROVIDER_UNKNOWN', `No provider uses the secret ${name}.`));
  }
  const connections = connectionsOf(config);
  try {
    const connected = await useProxyPassword(connections, vault, config);
    if (!connected.ok) return connected;
    const signal = new AbortController().signal;
    const tested = await testKey(
      { connections, clock: place.clock },
      provider,
      storedKey(provider, key),
      signal,
    );
    const recorded = await recordEvents(place, vault, [
      {
        action: 'secret.test',
        subject: { kind: 'secret', name },
        ...(tested.ok
          ? { outcome: 'success' }
          : { outcome: 'failure', reason: tested.failure.code }),
      },
    ]);
    if (!recorded.ok) return recorded;
    if (!tested.ok) return failed(problem(tested.failure.code, tested.failure.message));
    return ok({ provider, ...tested.value });
  } finally {
    await connections.close();
  }
}
