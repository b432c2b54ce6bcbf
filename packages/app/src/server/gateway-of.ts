import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import { perDialect, providerId, type Config, type Provider } from '@postern/protocol';
import {
  createGateway,
  DEFAULT_LIMITS,
  priceTable,
  SqliteAdmission,
  type AddressAdmission,
  type Gateway,
  type GatewayDeps,
  type GatewayLimits,
  type KeyRefusal,
  type UpstreamCredentialFailure,
  type UsageEntry,
} from '@postern/gateway';
import { upstreamOf } from '@postern/upstreams';
import { record } from '../audit/audit.ts';
import { parseDurationMs } from '../config/duration.ts';
import { bodyLogOf } from '../gateway/log-bodies.ts';
import { logRouting, routingAuditEvent, routingOf } from '../gateway/routing-of.ts';
import type { ProcessLog } from '../log/process-log.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Postern } from '../postern.ts';
import type { UpstreamKeyFailure } from '../providers/upstream-keys.ts';
import { heldModelLists, type ModelLists } from '../providers/model-lists.ts';
import { partOfLimit, type ProcessPart } from './part-of-limit.ts';

const LIST_TIMEOUT_MS = 2000;
/** How many of the largest bodies are accepted at once, whatever the limit is. */
const BODIES_IN_MEMORY = 4;

const WHOLE: ProcessPart = { index: 0, count: 1 };

export interface GatewayParts {
  readonly metrics?: GatewayMetrics;
  /** Where several processes share the limits by address. Default: those of this process alone. */
  readonly addresses?: AddressAdmission | undefined;
  /** Which part of the concurrency limit and of the queue this process has. Default: all. */
  readonly part?: ProcessPart | undefined;
}

/** The gateway of this process: with its vault, its stores and its current providers. */
export function gatewayOf(
  postern: Postern,
  randomness: Randomness,
  { metrics, addresses, part = WHOLE }: GatewayParts = {},
): Gateway {
  const limits = { ...limitsOf(postern.config().gateway, part) };
  const addressLimits = { ...postern.config().gateway.perAddress };
  const routing = routingOf(() => postern.config());
  const models = heldModelLists({
    clock: postern.clock,
    request: async (provider) => await requestModels(postern, provider),
  });
  let defaultProvider = defaultProvidersOf(postern.config());
  let prices = priceTable(postern.content().prices);
  const gateway = createGateway({
    ...storesOf(postern, models, metrics),
    bodyLog: bodyLogOf(postern.log),
    credentials: credentialsOf(postern),
    upstreams: postern.connections,
    providers: {
      get: (id) => postern.providers().get(id),
      get all() {
        return postern.providers().all;
      },
    },
    get prices() {
      return prices;
    },
    models,
    get routing() {
      return routing();
    },
    onRouting: (event) => {
      logRouting(postern.log, event);
      const audited = routingAuditEvent(event);
      const log = postern.stores()?.audit;
      if (audited !== undefined && log !== undefined) void record(log, audited);
    },
    get defaultProvider() {
      return defaultProvider;
    },
    limits,
    addressLimits,
    addresses,
    clock: postern.clock,
    randomness,
  });
  postern.onConfigChange(() => {
    Object.assign(limits, limitsOf(postern.config().gateway, part));
    Object.assign(addressLimits, postern.config().gateway.perAddress);
    defaultProvider = defaultProvidersOf(postern.config());
    prices = priceTable(postern.content().prices);
    models.forget();
    gateway.resize();
  });
  metrics?.measure(gateway);
  return gateway;
}

function defaultProvidersOf({ gateway }: Config): GatewayDeps['defaultProvider'] {
  return perDialect((dialect) => providerId.from(gateway.defaultProvider[dialect]));
}

function limitsOf(gateway: Config['gateway'], part: ProcessPart): GatewayLimits {
  const { maxBodyBytes, queueTimeout } = gateway;
  const { headTimeout, streamHeadAfter, pingAfter } = gateway;
  return {
    ...DEFAULT_LIMITS,
    maxBodyBytes,
    maxConcurrent: partOfLimit(gateway.maxConcurrent, part),
    maxQueued: partOfLimit(gateway.maxQueued, part),
    queueTimeoutMs: parseDurationMs(queueTimeout) ?? DEFAULT_LIMITS.queueTimeoutMs,
    headTimeoutMs: parseDurationMs(headTimeout) ?? DEFAULT_LIMITS.headTimeoutMs,
    streamHeadAfterMs: parseDurationMs(streamHeadAfter) ?? DEFAULT_LIMITS.streamHeadAfterMs,
    pingAfterMs: parseDurationMs(pingAfter) ?? DEFAULT_LIMITS.pingAfterMs,
    allKeys: gateway.limits,
    bodyMemoryBytes: Math.max(DEFAULT_LIMITS.bodyMemoryBytes, BODIES_IN_MEMORY * maxBodyBytes),
  };
}

const LOCKED: Result<never, { readonly reason: 'locked' }> = failed({ reason: 'locked' });

/** Keys and usage in the open stores. While the vault is locked, no key can be checked. */
function storesOf(
  postern: Postern,
  models: ModelLists,
  metrics: GatewayMetrics | undefined,
): Pick<
  GatewayDeps,
  'keys' | 'usage' | 'callLimits' | 'idempotency' | 'onRepeated' | 'onRefused' | 'isReady'
> {
  const onRefused = (refusal: KeyRefusal): void => {
    postern.refusedKeys.refused(refusal);
  };
  const admission = (): SqliteAdmission | undefined => {
    const keys = postern.stores()?.gateway.keys;
    return keys === undefined ? undefined : new SqliteAdmission(keys, onRefused);
  };
  return {
    keys: {
      admit: (token) => {
        const admitted = admission()?.admit(token) ?? LOCKED;
        if (admitted.ok && admitted.value !== undefined) postern.locking.used();
        return admitted;
      },
      listsOrigin: (origin) => admission()?.listsOrigin(origin) ?? false,
      isLive: (grant) => admission()?.isLive(grant) ?? LOCKED,
      isDebugged: (grant) => admission()?.isDebugged(grant) ?? LOCKED,
    },
    usage: {
      record: (entry) => {
        postern.stores()?.gateway.usage.record(entry);
        const isKnownModel = knowsModel(postern, models, entry);
        metrics?.called(entry, isKnownModel ? entry.model : undefined);
        logCall(postern.log, entry, isKnownModel);
      },
      isFull: () => postern.stores()?.gateway.usage.isFull() ?? false,
      flush: () => {
        const flushed = postern.stores()?.gateway.usage.flush();
        return flushed?.ok === false ? failed({ reason: 'unavailable' }) : ok();
      },
    },
    onRefused,
    callLimits: {
      reserve: (request) => postern.stores()?.gateway.limits.reserve(request) ?? LOCKED,
      settle: (reservation, actual) => {
        postern.stores()?.gateway.limits.settle(reservation, actual);
      },
      release: (reservation) => {
        postern.stores()?.gateway.limits.release(reservation);
      },
    },
    ...repetitionsOf(postern),
    isReady: () => postern.stores() !== undefined,
  };
}

function repetitionsOf(postern: Postern): Pick<GatewayDeps, 'idempotency' | 'onRepeated'> {
  const calls = () => postern.stores()?.gateway.idempotency;
  return {
    idempotency: {
      claim: (request) => calls()?.claim(request) ?? LOCKED,
      record: (request, answer, windowMs) => calls()?.record(request, answer, windowMs) ?? LOCKED,
      release: (request) => {
        calls()?.release(request);
      },
    },
    onRepeated: (repeated) => {
      const fields = { ...repeated };
      postern.log.write('info', 'gateway.repeated', 'A request got a recorded answer.', fields);
    },
  };
}

/** Whether the configuration or the provider's own list names the model. */
function knowsModel(
  postern: Postern,
  models: ModelLists,
  { provider, model }: Pick<UsageEntry, 'provider' | 'model'>,
): boolean {
  const inTable = postern.providers().get(provider)?.models.includes(model);
  const aliases = Object.values(postern.config().gateway.models);
  const isTarget = aliases.some(({ targets }) =>
    targets.some((target) => target.model === `${provider}/${model}`),
  );
  return inTable === true || isTarget || models.isListed(provider, model);
}

/** The model only if the provider has it: any other name is the client's text. */
function logCall(log: ProcessLog, entry: UsageEntry, isKnownModel: boolean): void {
  if (!log.shows('info')) return;
  const { requestId, keyId, provider, model, dialect, status, ending, streamed, usage } = entry;
  const fields = {
    ...{ requestId, keyId, provider, dialect, status, ending, streamed },
    ...(isKnownModel ? { model } : {}),
    ...(entry.upstreamRequestId === undefined
      ? {}
      : { upstreamRequestId: entry.upstreamRequestId }),
    durationMs: Math.round(entry.durationMs),
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
  };
  log.write('info', 'gateway.call', 'Gateway request finished.', fields);
}

function credentialsOf({ keys }: Postern): GatewayDeps['credentials'] {
  return {
    find: async (provider, secret) => {
      const found = await keys.find(provider, secret);
      if (!found.ok) return failed(credentialFailure(found.failure));
      const { changedAtMs } = found.value;
      return ok({
        changedAtMs,
        use: async () => {
          const credential = await found.value.use();
          if (!credential.ok) return failed(credentialFailure(credential.failure));
          // The gateway asks only for providers that need one.
          const { value } = credential;
          return value === undefined ? failed({ reason: 'upstream-key-missing' }) : ok(value);
        },
      });
    },
  };
}

function credentialFailure({ reason }: UpstreamKeyFailure): UpstreamCredentialFailure {
  switch (reason) {
    case 'upstream-key-missing':
    case 'vault-locked':
      return { reason };
    case 'vault-absent':
      return { reason: 'vault-locked' };
    default:
      return { reason: 'vault-unavailable' };
  }
}

/** A provider's list of models; undefined while its key can't be read. */
async function requestModels(
  postern: Postern,
  provider: Provider,
): Promise<ReturnType<ReturnType<typeof upstreamOf>['listModels']> | undefined> {
  const credential = await postern.keys.credentialFor(provider);
  if (!credential.ok) return undefined;
  const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
  return await upstreamOf(postern.connections, provider, credential.value).listModels(signal);
}
