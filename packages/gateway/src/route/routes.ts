import type { DialectId } from '@postern/protocol';

/** What stands at a path. */
export type Route = CallRoute | ModelsRoute | ProbeRoute;

/** A call that goes on to an upstream. */
export interface CallRoute {
  readonly kind: 'call';
  readonly method: 'POST';
  readonly dialect: DialectId;
  /** Appended to the provider's base URL. */
  readonly upstreamPath: string;
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

/** Every route of the data plane. A path that is not here does not exist. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  [
    '/v1/chat/completions',
    {
      kind: 'call',
      method: 'POST',
      dialect: 'openai-chat',
      upstreamPath: '/chat/completions',
      metered: true,
    },
  ],
  [
    '/v1/messages',
    {
      kind: 'call',
      method: 'POST',
      dialect: 'anthropic-messages',
      upstreamPath: '/v1/messages',
      metered: true,
    },
  ],
  [
    '/v1/messages/count_tokens',
    {
      kind: 'call',
      method: 'POST',
      dialect: 'anthropic-messages',
      upstreamPath: '/v1/messages/count_tokens',
      metered: false,
    },
  ],
  ['/v1/models', { kind: 'models', method: 'GET' }],
  ['/', { kind: 'presence', method: 'HEAD' }],
  ['/healthz', { kind: 'liveness', method: 'GET' }],
  ['/readyz', { kind: 'readiness', method: 'GET' }],
]);

/**
 * The dialect in which to speak about a path: the route's own; for a path shared by both or unknown,
 * the one that the `anthropic-version` header or the path's beginning shows.
 */
export function dialectOf(path: string, hasAnthropicVersion: boolean): DialectId {
  const route = ROUTES.get(path);
  if (route?.kind === 'call') return route.dialect;
  return hasAnthropicVersion || path.startsWith('/v1/messages')
    ? 'anthropic-messages'
    : 'openai-chat';
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
