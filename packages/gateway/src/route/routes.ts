import { DIALECTS, FALLBACK_DIALECT, type Dialect, type DialectRoute } from '@postern/dialects';
import type { EndpointName } from '@postern/protocol';
import type { RequestHead } from '../admit/request-head.ts';

/** The route at a path. */
export type Route = CallRoute | ModelsRoute | ProbeRoute;

/** A call to an upstream. */
export interface CallRoute {
  readonly kind: 'call';
  readonly method: 'POST';
  readonly dialect: Dialect;
  /** Its name in the scopes of a key. */
  readonly endpoint: EndpointName;
  /** Appended to the provider's answer path for the dialect. */
  readonly suffix: string;
  /** Replaces the answer path and the suffix. */
  readonly ownPath?: string;
  readonly metered: DialectRoute['metered'];
  readonly encodeCount?: DialectRoute['encodeCount'];
}

/** The list of models, in the dialect that the headers show. */
export interface ModelsRoute {
  readonly kind: 'models';
  readonly method: 'GET';
  readonly endpoint: EndpointName;
}

/** Probes: they need no key, and only show whether the gateway is there. */
export interface ProbeRoute {
  readonly kind: 'presence' | 'liveness' | 'readiness';
  readonly method: 'GET' | 'HEAD';
}

const CALLS: readonly (readonly [string, CallRoute])[] = Object.values(DIALECTS).flatMap(
  (dialect) =>
    dialect.routes.map(({ path, ...route }): readonly [string, CallRoute] => [
      path,
      { kind: 'call', method: 'POST', dialect, ...route },
    ]),
);

const MODELS_ROUTE: ModelsRoute = { kind: 'models', method: 'GET', endpoint: 'models' };

/** Every route of the data plane. Other paths don't exist, except those of single models. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ...CALLS,
  ['/v1/models', MODELS_ROUTE],
  ['/', { kind: 'presence', method: 'HEAD' }],
  ['/healthz', { kind: 'liveness', method: 'GET' }],
  ['/readyz', { kind: 'readiness', method: 'GET' }],
]);

const MODEL = '/v1/models/';

/** The route at a path, also for one model. */
export function routeAt(path: string): Route | undefined {
  return ROUTES.get(path) ?? (modelPathOf(path) === undefined ? undefined : MODELS_ROUTE);
}

/**
 * The path that a client with a wrong base URL meant: one without `/v1`, with `/v1` twice, or with a slash at
 * the end.
 */
export function meantPath(path: string): string | undefined {
  const bare = path.replace(/\/+$/, '');
  const candidates = [bare, `/v1${bare}`, bare.replace(/^\/v1(?=\/v1\/)/, '')];
  return candidates.find(
    (candidate) => candidate !== path && ROUTES.get(candidate)?.kind === 'call',
  );
}

/** The model in the path of a request for one model, still percent-encoded. */
export function modelPathOf(path: string): string | undefined {
  return path.startsWith(MODEL) && path.length > MODEL.length
    ? path.slice(MODEL.length)
    : undefined;
}

/**
 * The dialect for the response at a path: the route's own. For shared and unknown paths it is the one that a
 * client header or the start of the path shows.
 */
export function dialectOf(path: string, { forwarded }: Pick<RequestHead, 'forwarded'>): Dialect {
  const route = ROUTES.get(path) ?? ROUTES.get(meantPath(path) ?? '');
  if (route?.kind === 'call') return route.dialect;
  const shown = Object.values(DIALECTS).find(
    ({ clientHeader }) => clientHeader !== undefined && forwarded.includes(clientHeader),
  );
  const [, below] = CALLS.find(([served]) => path.startsWith(served)) ?? [];
  return shown ?? below?.dialect ?? FALLBACK_DIALECT;
}

/** Whether the gateway handles this request, and not another handler on its port. */
export function isGatewayTarget(
  method: string | undefined,
  rawTarget: string | undefined,
): boolean {
  const path = (rawTarget ?? '').split('?', 1)[0] ?? '';
  if (path === '/') return method === 'HEAD';
  // It says which path is meant.
  if (method === 'POST' && meantPath(path) !== undefined) return true;
  return path === '/v1' || path.startsWith('/v1/') || path === '/healthz' || path === '/readyz';
}

/** The path of a target if it is a route, from a fixed set; `other` for any other one. */
export function routeName(rawTarget: string | undefined): string {
  const [path = ''] = (rawTarget ?? '').split('?', 1);
  return ROUTES.has(path) ? path : 'other';
}
