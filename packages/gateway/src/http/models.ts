import type { Dialect, ModelEntry } from '@postern/dialects';
import type { Provider } from '@postern/protocol';
import type { ServerResponse } from 'node:http';
import { translatedHeaders } from '../headers/answer-headers.ts';
import { refusedModel } from '../keys/scopes.ts';
import type { GatewayDeps, Grant } from '../ports.ts';
import { sendFailure } from '../relay/send-failure.ts';
import type { Alias } from '../route/aliases.ts';
import { chooseProvider } from '../route/choose-provider.ts';
import { chooseTargets } from '../route/choose-targets.ts';
import { modelsPage, type PageFailure } from './models-page.ts';

/** Claude Code waits three seconds for the list. */
const LIST_TIMEOUT_MS = 2000;

type ModelsDeps = Pick<GatewayDeps, 'providers' | 'models' | 'defaultProvider' | 'routing'>;

export interface ModelsRequest {
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly grant: Grant;
  /** With its question mark, or empty. */
  readonly query: string;
  /** The model that is requested alone, as in the path; undefined for the list. */
  readonly modelPath: string | undefined;
}

/** Responds with the models that the key may call, or with one of them. */
export async function answerModels(
  response: ServerResponse,
  deps: ModelsDeps,
  request: ModelsRequest,
): Promise<void> {
  if (request.modelPath !== undefined)
    await answerModel(response, deps, request.modelPath, request);
  else await answerList(response, deps, request);
}

async function answerList(
  response: ServerResponse,
  deps: ModelsDeps,
  request: ModelsRequest,
): Promise<void> {
  const { dialect, query } = request;
  const models = await listModels(deps, request);
  const page = dialect.pagesModels
    ? modelsPage(models, query)
    : { ok: true as const, value: { models, hasMore: false } };
  if (page.ok) send(response, request, dialect.encodeModels(page.value.models, page.value.hasMore));
  else fail(response, request, page.failure);
}

async function answerModel(
  response: ServerResponse,
  deps: ModelsDeps,
  modelPath: string,
  request: ModelsRequest,
): Promise<void> {
  const id = decoded(modelPath);
  const { dialect, grant } = request;
  const alias = id === undefined ? undefined : deps.routing.aliases.get(id);
  if (alias !== undefined) {
    const [entry] = aliasEntries(deps, [alias], request);
    if (entry === undefined) fail(response, request, { reason: 'model-unknown' });
    else send(response, request, dialect.encodeModel(entry));
    return;
  }
  const choice =
    id === undefined
      ? undefined
      : chooseProvider(id, dialect.id, deps.providers, deps.defaultProvider);
  if (id === undefined || choice?.ok !== true || refusedModel(grant, id, choice.value)) {
    fail(response, request, { reason: 'model-unknown' });
    return;
  }
  const { provider, model } = choice.value;
  const models = await modelsInTime(deps, provider);
  const entry = models.find((other) => other.id === model);
  if (entry === undefined) fail(response, request, { reason: 'model-unknown' });
  else send(response, request, dialect.encodeModel({ ...entry, id }));
}

/** Clients encode the slash of `provider/model`. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** The aliases of which the key may call a target. */
function aliasEntries(
  deps: ModelsDeps,
  aliases: Iterable<Alias>,
  { dialect, grant }: Pick<ModelsRequest, 'dialect' | 'grant'>,
): readonly ModelEntry[] {
  return [...aliases].flatMap(({ name, label }) => {
    const input = { name, dialect: dialect.id, grant, conversation: () => 0 };
    return chooseTargets(input, deps).ok ? [{ id: name, label }] : [];
  });
}

/**
 * Lists the models that the key may call: the aliases, then those of the dialect's default provider by their
 * own names, then those of every provider as `provider/model`. An alias replaces a model of the same name. If a provider's list fails or is slow, it is replaced by the
 * models in the provider table.
 */
async function listModels(
  deps: ModelsDeps,
  request: ModelsRequest,
): Promise<readonly ModelEntry[]> {
  const { dialect, grant } = request;
  const { aliases } = deps.routing;
  const providers = deps.providers.all.filter(({ inProcess }) => !inProcess);
  const lists = await Promise.all(
    providers.map(async (provider) => ({ provider, models: await modelsInTime(deps, provider) })),
  );
  const isDefault = (provider: Provider): boolean =>
    provider.id === deps.defaultProvider[dialect.id];
  const named = (
    { provider, models }: (typeof lists)[number],
    nameOf: (model: string) => string,
  ): readonly ModelEntry[] =>
    models.flatMap((entry) => {
      const id = nameOf(entry.id);
      const refused = refusedModel(grant, id, { provider, model: entry.id });
      return refused === undefined ? [{ ...entry, id }] : [];
    });
  return [
    ...aliasEntries(deps, aliases.values(), request),
    ...lists
      .filter(({ provider }) => isDefault(provider))
      .flatMap((list) => named(list, (id) => id))
      .filter(({ id }) => !aliases.has(id)),
    ...lists.flatMap((list) => named(list, (id) => `${list.provider.id}/${id}`)),
  ];
}

function send(
  response: ServerResponse,
  { dialect, requestId }: ModelsRequest,
  value: ReturnType<Dialect['encodeModel']>,
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(200, translatedHeaders(dialect, requestId, body.length, []));
  response.end(body);
}

function fail(
  response: ServerResponse,
  { dialect, requestId }: ModelsRequest,
  failure: PageFailure | { readonly reason: 'model-unknown' },
): void {
  sendFailure(response, dialect, requestId, failure);
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
