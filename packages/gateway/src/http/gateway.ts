import type { Dialect } from '@postern/dialects';
import { secretsOf, type ProviderId, type SecretName } from '@postern/protocol';
import { failed, ok, sortableId, whenReady, type Result } from '@postern/kernel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AddressLimits, type AddressAdmission } from '../admit/address-limits.ts';
import { ConcurrencyLimiter } from '../admit/concurrency-limiter.ts';
import { readRequestHead, type RequestHead } from '../admit/request-head.ts';
import { Shares } from '../admit/shares.ts';
import { Turns } from '../body/turns.ts';
import { CredentialCooldowns } from '../credentials/credential-cooldowns.ts';
import { captureFor } from '../debug/body-capture.ts';
import type { GatewayFailure } from '../failure.ts';
import { refusedScope } from '../keys/scopes.ts';
import type { Callers, GatewayDeps, Grant } from '../ports.ts';
import {
  dialectOf,
  modelPathOf,
  meantPath,
  routeAt,
  type CallRoute,
  type ModelsRoute,
} from '../route/routes.ts';
import type { StoreFailure } from '../store/store-failure.ts';
import { parseTarget, type Target } from '../route/target.ts';
import { CircuitBreakers } from '../route/circuit-breakers.ts';
import { inAddressRanges } from './address-ranges.ts';
import { allowOrigin, answerPreflight } from './cross-origin.ts';
import { Call } from './call.ts';
import type { CallInput, CallResources } from './call-input.ts';
import { outwardReason, uncheckedKey } from './key-failure.ts';
import { answerModels } from './models.ts';
import { answerProbe } from './probes.ts';
import { discardBody } from './read-body.ts';
import { RevokedCalls } from './revoked-calls.ts';
import { RunningCalls } from './running-calls.ts';
import { sendFailure } from '../relay/send-failure.ts';

/** Why calls end early: the process stops, or the vault is locked. */
export type DrainReason = 'draining' | 'vault-locked';

/** The data plane: everything that `isGatewayTarget` names. */
export interface Gateway {
  /** Handles one request. Never throws, and always responds. */
  handle(request: IncomingMessage, response: ServerResponse, callers: Callers): void;
  /**
   * Refuses new calls, waits for the running ones, ends those that still run after `timeoutMs`, and flushes the
   * usage log.
   */
  drain(timeoutMs: number, reason: DrainReason): Promise<void>;
  /** Accepts new calls again after `drain`. */
  resume(): void;
  /** Applies the limits of its dependencies again, after one has changed. */
  resize(): void;
  /** The number of running calls. */
  readonly runningCalls: number;
  /** The number of calls that wait for their turn. */
  readonly queuedCalls: number;
  /** How many keys aren't used now, for each provider that has several. */
  readonly coolingKeys: ReadonlyMap<ProviderId, number>;
}

export function createGateway(deps: GatewayDeps): Gateway {
  return new DataPlane(deps);
}

/** A request before its body is read. */
interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly target: Target | undefined;
  readonly dialect: Dialect;
  readonly requestId: string;
  /** In the clock's monotonic time. */
  readonly arrivedMs: number;
  readonly callers: Callers;
  /** The origin of a page that isn't Postern's own, if a key lists it. */
  foreignOrigin: string | undefined;
  /** The client's, as `Callers` gives it. */
  readonly address: string;
}

const HOST = /^[a-z0-9._-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;
const MAX_DISCARDED_BYTES = 1024 * 1024;

class DataPlane implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #resources: CallResources;
  readonly #addresses: AddressAdmission;
  readonly #calls = new RunningCalls<Call>();
  readonly #revokedCalls: RevokedCalls;
  readonly #idPrefix: string;
  #requests = 0;
  /** Why new calls are refused. */
  #draining: DrainReason | undefined;
  readonly #onIdle = new Set<() => void>();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#addresses = deps.addresses ?? new AddressLimits(deps.addressLimits);
    this.#resources = {
      limiter: new ConcurrencyLimiter(deps.limits),
      bodyMemory: new Shares(deps.limits.bodyMemoryBytes),
      turns: new Turns(),
      breakers: new CircuitBreakers(
        () => deps.routing.breaker,
        deps.clock,
        (change) => deps.onRouting?.(change),
      ),
      cooldowns: new CredentialCooldowns(deps.clock, (change) => deps.onRouting?.(change)),
    };
    this.#revokedCalls = new RevokedCalls(deps.keys, this.#calls);
    this.#idPrefix = `req_${sortableId(deps.clock.nowMs(), deps.randomness)}`;
  }

  handle(request: IncomingMessage, response: ServerResponse, callers: Callers): void {
    this.#requests += 1;
    const arrivedMs = this.#deps.clock.monotonicMs();
    const head = readRequestHead(request.rawHeaders);
    const target = parseTarget(request.url);
    const asked: Asked = {
      request,
      response,
      head,
      target,
      dialect: dialectOf(target?.path ?? '', head),
      requestId: `${this.#idPrefix}${this.#requests.toString(36)}`,
      arrivedMs,
      callers,
      foreignOrigin: undefined,
      address: callers.clientAddress(request),
    };
    try {
      asked.foreignOrigin = this.#listedOrigin(head, callers);
      const failure = foreign(asked) ?? this.#dispatch(asked);
      if (failure !== undefined) refuse(asked, failure);
    } catch {
      fault(asked);
    }
  }

  async drain(timeoutMs: number, reason: DrainReason): Promise<void> {
    this.#draining = reason;
    await this.#idle(timeoutMs);
    for (const call of this.#calls.all()) call.stop({ reason });
    await this.#deps.usage.flush();
  }

  resume(): void {
    this.#draining = undefined;
  }

  resize(): void {
    this.#resources.limiter.resize(this.#deps.limits);
    this.#resources.bodyMemory.resize(this.#deps.limits.bodyMemoryBytes);
  }

  get queuedCalls(): number {
    return this.#resources.limiter.queued;
  }

  get runningCalls(): number {
    return this.#calls.size;
  }

  async #idle(timeoutMs: number): Promise<void> {
    if (this.#calls.size === 0) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#onIdle.delete(end);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#onIdle.add(end);
    });
  }

  get coolingKeys(): ReadonlyMap<ProviderId, number> {
    const { cooldowns } = this.#resources;
    const pooled = this.#deps.providers.all.filter((each) => secretsOf(each).length > 1);
    return new Map(
      pooled.map((provider) => {
        const isCooling = (secret: SecretName) => cooldowns.isCooling({ provider, secret });
        return [provider.id, secretsOf(provider).filter(isCooling).length];
      }),
    );
  }

  #listedOrigin({ origin }: RequestHead, callers: Callers): string | undefined {
    if (origin === undefined || callers.allowsOrigin(origin)) return undefined;
    return this.#deps.keys.listsOrigin?.(origin) === true ? origin : undefined;
  }

  #dispatch(asked: Asked): GatewayFailure | undefined {
    const { request, response, target, foreignOrigin } = asked;
    if (target === undefined) return { reason: 'target-invalid' };
    const route = routeAt(target.path);
    if (route === undefined) return unknownRoute(target.path);
    const isKeyed = route.kind === 'call' || route.kind === 'models';
    if (foreignOrigin !== undefined) {
      if (!isKeyed) return { reason: 'origin-refused' };
      if (request.method === 'OPTIONS') {
        answerPreflight(response, foreignOrigin, route.method);
        return undefined;
      }
      allowOrigin(response, foreignOrigin);
    }
    if (request.method !== route.method) {
      return { reason: 'method-not-allowed', allowed: route.method };
    }
    if (isKeyed) this.#admit(asked, route, target.query);
    else answerProbe(response, route.kind, this.#draining === undefined && this.#deps.isReady());
    return undefined;
  }

  #admit(asked: Asked, route: CallRoute | ModelsRoute, query: string): void {
    whenReady(
      this.#addresses.admit(asked.address, this.#deps.clock.nowMs()),
      (retryAfterMs) => {
        const failure: GatewayFailure | undefined =
          retryAfterMs === undefined
            ? this.#checkKey(asked, route, query)
            : { reason: 'address-limited', retryAfterMs };
        if (failure !== undefined && !asked.response.destroyed) refuse(asked, failure);
      },
      () => {
        fault(asked);
      },
    );
  }

  #checkKey(
    asked: Asked,
    route: CallRoute | ModelsRoute,
    query: string,
  ): GatewayFailure | undefined {
    const { token } = asked.head;
    if (token === undefined) return this.#refused(asked, { reason: 'key-required' });
    whenReady(
      this.#deps.keys.admit(token),
      (admitted) => {
        const grant = this.#checked(asked, route, admitted);
        // The client may have disconnected during the request to a remote store.
        if (!grant.ok) {
          const failure = this.#refused(asked, grant.failure);
          if (!asked.response.destroyed) refuse(asked, failure);
          return;
        }
        this.#addresses.accepted(asked.address, this.#deps.clock.nowMs());
        if (!asked.response.destroyed) this.#enter(asked, route, query, grant.value);
      },
      () => {
        this.#addresses.accepted(asked.address, this.#deps.clock.nowMs());
        fault(asked);
      },
    );
    return undefined;
  }

  /** Counts an allowed request for its address: also by itself if its key is invalid. */
  #refused({ address }: Asked, failure: GatewayFailure): GatewayFailure {
    const nowMs = this.#deps.clock.nowMs();
    if (failure.reason === 'key-required') this.#addresses.refused(address, nowMs);
    else this.#addresses.accepted(address, nowMs);
    return failure;
  }

  /** The grant, if it is valid and the gateway accepts calls. */
  #checked(
    asked: Asked,
    route: CallRoute | ModelsRoute,
    admitted: Result<Grant | undefined, StoreFailure>,
  ): Result<Grant, GatewayFailure> {
    if (!admitted.ok) return failed(uncheckedKey(admitted.failure, asked.head.token ?? ''));
    const grant = admitted.value;
    const isValid =
      grant !== undefined && (grant.expiresAtMs ?? Infinity) > this.#deps.clock.nowMs();
    if (!isValid) return failed({ reason: 'key-required' });
    const code = refusedScope(grant, {
      endpoint: route.endpoint,
      foreignOrigin: asked.foreignOrigin,
      isFrom: (ranges) => inAddressRanges(asked.address, ranges),
    });
    if (code !== undefined) {
      this.#deps.onRefused?.({ code, keyId: grant.keyId });
      return failed({ reason: outwardReason(code) });
    }
    return this.#draining === undefined ? ok(grant) : failed({ reason: this.#draining });
  }

  #enter(asked: Asked, route: CallRoute | ModelsRoute, query: string, grant: Grant): void {
    const { request, response, head, dialect, requestId, arrivedMs } = asked;
    if (route.kind === 'call') {
      const capture = captureFor(grant, head.token, this.#deps.clock.nowMs());
      this.#run({ request, response, requestId, head, grant, route, query, capture, arrivedMs });
      return;
    }
    const modelPath = modelPathOf(asked.target?.path ?? '');
    const models = { dialect, requestId, grant, query, modelPath };
    answerModels(response, this.#deps, models).catch(() => {
      fault(asked);
    });
  }

  #run(input: CallInput): void {
    const call = new Call(this.#deps, this.#resources, input);
    this.#calls.add(call);
    const end = (): void => {
      call.close();
      this.#calls.remove(call);
      if (this.#calls.size === 0) for (const onIdle of this.#onIdle) onIdle();
    };
    input.response.once('close', () => {
      if (!call.goesOn(end)) end();
    });
    this.#revokedCalls.watch();
    call.start();
  }
}

function unknownRoute(path: string): GatewayFailure {
  const meant = meantPath(path);
  return meant === undefined ? { reason: 'route-unknown' } : { reason: 'route-unknown', meant };
}

/** What must be refused before any work is done. */
function foreign({ head, callers, foreignOrigin }: Asked): GatewayFailure | undefined {
  if (head.host === undefined || !HOST.test(head.host)) return { reason: 'host-invalid' };
  if (!callers.allowsHost(head.host)) return { reason: 'host-refused' };
  if (foreignOrigin !== undefined) return undefined;
  if (head.origin !== undefined && !callers.allowsOrigin(head.origin)) {
    return { reason: 'origin-refused' };
  }
  return head.crossSite ? { reason: 'origin-refused' } : undefined;
}

function refuse({ request, response, dialect, requestId }: Asked, failure: GatewayFailure): void {
  sendFailure(response, dialect, requestId, failure);
  discardBody(request, MAX_DISCARDED_BYTES);
}

/** Responds after an exception: a bug in one request must not end the others. */
function fault(asked: Asked): void {
  if (asked.response.headersSent) asked.response.destroy();
  else refuse(asked, { reason: 'internal' });
}
