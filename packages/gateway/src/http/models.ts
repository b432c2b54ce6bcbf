import type { Dialect, ModelEntry } from '@postern/dialects';
import {
  commonFacts,
  completeFacts,
  type ModelFacts,
  type Provider,
  type ProviderId,
} from '@postern/protocol';
import type { ServerResponse } from 'node:http';
import { translatedHeaders } from '../headers/answer-headers.ts';
import { refusedModel } from '../keys/scopes.ts';
import type { GatewayDeps, Grant } from '../ports.ts';
import { builtInFacts } from '../prices/price-table.ts';
import { sendFailure } from '../relay/send-failure.ts';
import type { Alias } from '../route/aliases.ts';
import { chooseProvider } from '../route/choose-provider.ts';
import { chooseTargets } from '../route/choose-targets.ts';
import { modelsPage, type PageFailure } from './models-page.ts';

/** Claude Code waits three seconds for the list. */
const LIST_TIMEOUT_MS = 2000;

type ModelsDeps = Pick<
  GatewayDeps,
  'providers' | 'models' | 'defaultProvider' | 'routing' | 'prices'
>;

/** The models of providers, with what is known about them. */
type Lists = ReadonlyMap<ProviderId, readonly ModelEntry[]>;

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
    const targets = new Set<string>(alias.tiers.flat().map(({ provider }) => provider));
    const lists = await listsOf(
      deps,
      deps.providers.all.filter(({ id: provider }) => targets.has(provider)),
    );
    const [entry] = aliasEntries(deps, [alias], request, lists);
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
  const lists = await listsOf(deps, [provider]);
  const entry = lists.get(provider.id)?.find((other) => other.id === model);
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

/**
 * The aliases of which the key may call a target. What the operator doesn't say about one is what holds for all of
 * these targets.
 */
function aliasEntries(
  deps: ModelsDeps,
  aliases: Iterable<Alias>,
  { dialect, grant }: Pick<ModelsRequest, 'dialect' | 'grant'>,
  lists: Lists,
): readonly ModelEntry[] {
  return [...aliases].flatMap(({ name, label, facts }) => {
    const input = { name, dialect: dialect.id, grant, conversation: () => 0 };
    const targets = chooseTargets(input, deps);
    if (!targets.ok) return [];
    const ofTargets = targets.value.map(
      ({ provider, model }) =>
        lists.get(provider.id)?.find(({ id }) => id === model) ??
        withFacts(deps, provider, { id: model, label: model }),
    );
    return [{ id: name, label, ...completeFacts(limitedFacts(facts), commonFacts(ofTargets)) }];
  });
}

/** A context window of the operator's replaces what the targets say about the longest prompt. */
function limitedFacts(facts: ModelFacts): ModelFacts {
  return { ...facts, maxInput: facts.contextWindow };
}

/**
 * Lists the models that the key may call: the aliases, then those of the dialect's default provider by their
 * own names, then those of every provider as `provider/model`. An alias replaces a model of the same name.
 */
async function listModels(
  deps: ModelsDeps,
  request: ModelsRequest,
): Promise<readonly ModelEntry[]> {
  const { dialect, grant } = request;
  const { aliases } = deps.routing;
  const providers = deps.providers.all.filter(({ inProcess }) => !inProcess);
  const lists = await listsOf(deps, providers);
  const isDefault = (provider: Provider): boolean =>
    provider.id === deps.defaultProvider[dialect.id];
  const named = (provider: Provider, nameOf: (model: string) => string): readonly ModelEntry[] =>
    (lists.get(provider.id) ?? []).flatMap((entry) => {
      const id = nameOf(entry.id);
      const refused = refusedModel(grant, id, { provider, model: entry.id });
      return refused === undefined ? [{ ...entry, id }] : [];
    });
  return [
    ...aliasEntries(deps, aliases.values(), request, lists),
    ...providers
      .filter(isDefault)
      .flatMap((provider) => named(provider, (id) => id))
      .filter(({ id }) => !aliases.has(id)),
    ...providers.flatMap((provider) => named(provider, (id) => `${provider.id}/${id}`)),
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

/** The lists of several providers. A list that fails or is slow is replaced by the models in the provider table. */
async function listsOf(deps: ModelsDeps, providers: readonly Provider[]): Promise<Lists> {
  return new Map(
    await Promise.all(
      providers.map(async (provider): Promise<[ProviderId, readonly ModelEntry[]]> => {
        const models = await modelsInTime(deps, provider);
        return [provider.id, models.map((entry) => withFacts(deps, provider, entry))];
      }),
    ),
  );
}

/**
 * Adds what is known about a model. The price is the one that counts for budgets, if the table has one; for the
 * rest, the provider's own list is right.
 */
function withFacts(
  { prices }: Pick<ModelsDeps, 'prices'>,
  { id: provider }: Provider,
  entry: ModelEntry,
): ModelEntry {
  const price = prices.listedPriceOf(provider, entry.id) ?? entry.price;
  return { ...entry, ...completeFacts(entry, builtInFacts(provider, entry.id)), price };
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
