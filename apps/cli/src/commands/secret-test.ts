import type { Result } from '@postern/kernel';
import { type AnswerFailure, type Config, problem, secretName } from '@postern/protocol';
import {
  describeUpstreamFailure,
  listModels,
  providerTable,
  type Connections,
} from '@postern/upstreams';
import { DEFAULT_FIELD } from '@postern/vault';
import { connectionsOf, type OpenVault } from '@postern/app';
import {
  fail,
  connectOrUnlock,
  openHome,
  orFail,
  report,
  recordEvent,
  type CommandContext,
} from './context.ts';
import { nameOf } from './name-of.ts';

/** `postern secret test NAME`: one cheap request with it to the provider that uses it. */
export async function testSecret(context: CommandContext, nameText: string): Promise<void> {
  const name = nameOf(nameText);
  const vault = await connectOrUnlock(context);
  const { config } = openHome(context);
  const { all } = orFail(providerTable(config), describeUpstreamFailure);
  const record = orFail(await vault.get(name, { action: 'secret.use' }));
  const key = record?.fields.get(DEFAULT_FIELD);
  if (key === undefined) fail(problem('SECRET_NOT_FOUND', `No secret is named ${name}.`));
  const provider = all.find(({ secret, auth }) => secret === name && auth !== 'none');
  if (provider === undefined) {
    fail(problem('PROVIDER_UNKNOWN', `No provider uses the secret ${name}.`));
  }
  const begunMs = context.clock.monotonicMs();
  const models = await connected(config, vault, async (connections) => {
    return await listModels(connections, provider, key, new AbortController().signal);
  });
  const latencyMs = Math.round(context.clock.monotonicMs() - begunMs);
  await recordEvent(context, vault, {
    action: 'secret.test',
    subject: { kind: 'secret', name },
    ...(models.ok ? { outcome: 'success' } : { outcome: 'failure', reason: models.failure.code }),
  });
  const { length } = orFail(models, ({ code, message }) => problem(code, message));
  const value = { name, provider: provider.id, accepted: true, modelCount: length, latencyMs };
  report(context, value, [
    `${provider.label} accepts ${name} (${String(length)} models, ${String(latencyMs)} ms).`,
  ]);
}

async function connected<T>(
  config: Config,
  vault: OpenVault,
  use: (connections: Connections) => Promise<Result<T, AnswerFailure>>,
): Promise<Result<T, AnswerFailure>> {
  const connections = connectionsOf(config);
  try {
    const name = secretName.parse(config.proxy?.passwordSecret ?? '');
    if (name !== undefined) {
      const used = await vault.get(name, { action: 'secret.use' });
      const password = orFail(used);
      connections.useProxyPassword(password?.fields.get(DEFAULT_FIELD));
    }
    return await use(connections);
  } finally {
    await connections.close();
  }
}
