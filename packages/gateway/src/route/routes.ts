import { DIALECTS, FALLBACK_DIALECT, type Dialect } from '@postern/dialects';
import type { RequestHead } from '../admit/request-head.ts';

/** What stands at a path. */
export type Route = CallRoute | ModelsRoute | ProbeRoute;

/** A call that goes on to an upstream. */
export interface CallRoute {
  readonly kind: 'call';
  readonly method: 'POST';
  readonly dialect: Dialect;
  /** Appended to the path at which a provider answers in the dialect. */
  readonly suffix: string;
  /** Whether the answer costs tokens. */
  readonly metered: boolean;
}

/** The list of models, in the shape of the dialect that the headers show. */
export interface ModelsRoute {
  readonly kind: 'models';
  readonly method: 'GET';
}

/** Questions that need no key and tell nothing but whether somebody is there. */
export interface ProbeRoute {
  readonly kind: 'presence' | 'liveness' | 'readiness';
  readonly method: 'GET' | 'HEAD';
}

const CALLS: readonly (readonly [string, CallRoute])[] = Object.values(DIALECTS).flatMap(
  (dialect) =>
    dialect.routes.map(({ path, suffix, metered }): readonly [string, CallRoute] => [
      path,
      { kind: 'call', method: 'POST', dialect, suffix, metered },
    ]),
);

/** Every route of the data plane. A path that is not here does not exist. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ...CALLS,
  ['/v1/models', { kind: 'models', method: 'GET' }],
  ['/', { kind: 'presence', method: 'HEAD' }],
  ['/healthz', { kind: 'liveness', method: 'GET' }],
  ['/readyz', { kind: 'readiness', method: 'GET' }],
]);

/**
 * The dialect in which to answer at a path: the route's own; for a path that all share or nobody
 * serves, the one that a header of the client or the path's beginning shows.
 */
export function dialectOf(path: string, { forwarded }: Pick<RequestHead, 'forwarded'>): Dialect {
  const route = ROUTES.get(path);
  if (route?.kind === 'call') return route.dialect;
  const shown = Object.values(DIALECTS).find(
    ({ clientHeader }) => clientHeader !== undefined && forwarded.includes(clientHeader),
  );
  const [, below] = CALLS.find(([served]) => path.startsWith(served)) ?? [];
  return shown ?? below?.dialect ?? FALLBACK_DIALECT;
}

/** Whether the gateway answers this request rather than whatever else shares its port. */
export function isGatewayTarget(
  method: string | undefined,
  rawTarget: string | undefined,
): boolean {
  const path = (rawTarget ?? '').split('?', 1)[0] ?? '';
  if (path === '/') return method === 'HEAD';
  return path === '/v1' || path.startsWith('/v1/') || path === '/healthz' || path === '/readyz';
}
