import { Hono, type Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { SessionInputSchema } from '@postern/protocol';
import { described } from '../failure/described.ts';
import type { HostGuard } from '../server/host-guard.ts';
import { SECURITY_HEADERS } from '../server/security-headers.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../services/postern.ts';
import { failureResponse, MAX_APP_BODY_BYTES, parseBody } from './answers.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import { stateRoutes } from './state-routes.ts';
import { turnRoutes } from './turn-routes.ts';

export interface AppApiParts {
  readonly postern: Postern;
  readonly sessions: Sessions;
  readonly guard: HostGuard;
  readonly version: string;
  readonly gatewayUrl: string;
  /** A fault reached the outermost frame; its message may hold anything and is not shown. */
  readonly onFault: (fault: unknown) => void;
}

/**
 * The app API as one function from `Request` to `Response`. Every route but the one that opens a
 * session needs the session's cookie; every request needs a known host and no foreign origin.
 */
export function createAppApi(parts: AppApiParts): Hono {
  const app = new Hono();
  app.use('*', async (context, next) => {
    if (!parts.guard.admits(originOf(context))) {
      return withSecurityHeaders(failureResponse(described('ORIGIN_REFUSED')));
    }
    await next();
    context.res = withSecurityHeaders(context.res);
    return undefined;
  });
  app.use('*', async (context, next) => {
    const length = Number(context.req.header('content-length') ?? 0);
    if (length > MAX_APP_BODY_BYTES) return failureResponse(described('REQUEST_TOO_LARGE'));
    await next();
    return undefined;
  });
  openSessionRoute(app, parts);
  app.use('*', async (context, next) => {
    const token = getCookie(context, sessionCookie(parts));
    if (token === undefined || !parts.sessions.isValid(token)) {
      return failureResponse(described('SESSION_REQUIRED'));
    }
    await next();
    return undefined;
  });
  app.route('/api', stateRoutes(parts));
  app.route('/api', providerRoutes(parts.postern));
  app.route('/api', conversationRoutes(parts.postern));
  app.route('/api', turnRoutes(parts.postern));
  app.notFound(() => failureResponse(described('ROUTE_UNKNOWN')));
  app.onError((fault) => {
    parts.onFault(fault);
    return withSecurityHeaders(failureResponse(described('INTERNAL')));
  });
  return app;
}

/** Cookies do not know ports: the name does, so that two homes do not sign each other out. */
function sessionCookie(parts: AppApiParts): string {
  return `postern-session-${new URL(parts.gatewayUrl).port}`;
}

function openSessionRoute(app: Hono, parts: AppApiParts): void {
  app.post('/api/session', async (context) => {
    const input = await parseBody(context, SessionInputSchema);
    if (!input.ok) return input.response;
    const token = parts.sessions.redeem(input.value.code);
    if (token === undefined) return failureResponse(described('LAUNCH_CODE_INVALID'));
    setCookie(context, sessionCookie(parts), token, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    });
    return context.body(null, 204);
  });
}

function originOf(context: Context): Parameters<HostGuard['admits']>[0] {
  return {
    host: context.req.header('host'),
    origin: context.req.header('origin'),
    fetchSite: context.req.header('sec-fetch-site'),
  };
}

function withSecurityHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  return response;
}
