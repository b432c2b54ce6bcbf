import type { Dialect, ModelEntry } from '@postern/dialects';
import type { Provider } from '@postern/protocol';
import type { ServerResponse } from 'node:http';
import { SAFE_HEADERS } from '../headers/answer-headers.ts';
import type { GatewayDeps } from '../ports.ts';

/** Claude Code waits three seconds for the list. */
const LIST_TIMEOUT_MS = 2000;

/**
 * Lists the models that can be called: those of the dialect's default provider by their own names, then those of every provider as `provider/model`. If a provider's list fails or is slow, it is replaced by the
 * models in the provider table.
 */
async function listModels(
  deps: Pick<GatewayDeps, 'providers' | 'models' | 'defaultProvider'>,
  dialect: Dialect,
): Promise<readonly ModelEntry[]> {
  const providers = deps.providers.all.filter(({ inProcess }) => !inProcess);
  const lists = await Promise.all(
    providers.map(async (provider) => ({ provider, models: await modelsInTime(deps, provider) })),
  );
  const bare = lists.filter(({ provider }) => provider.id === deps.defaultProvider[dialect.id]);
  return [
    ...bare.flatMap(({ models }) => models),
    ...lists.flatMap(({ provider, models }) =>
      models.map((model) => ({ ...model, id: `${provider.id}/${model.id}` })),
    ),
  ];
}

export async function answerModels(
  response: ServerResponse,
  deps: GatewayDeps,
  dialect: Dialect,
  requestId: string,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(dialect.encodeModels(await listModels(deps, dialect))));
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...SAFE_HEADERS,
    [dialect.requestIdHeader]: requestId,
  });
  response.end(body);
}

async function modelsInTime(
  { models }: Pick<GatewayDeps, 'models'>,
  provider: Provider,
): Promise<readonly ModelEntry[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, LIST_TIMEOUT_MS);
  });
  const list = await Promise.race([models.modelsOf(provider).catch(() => undefined), tooLate]);
  clearTimeout(timer);
  return list ?? provider.models.map((id) => ({ id, label: id }));
}
