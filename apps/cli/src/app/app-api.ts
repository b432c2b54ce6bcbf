import { Hono, type Context, type Next } from 'hono';
import { setCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';
import { ok, type Result } from '@postern/kernel';
import { SessionInputSchema } from '@postern/protocol';
import { described, type Described } from '../failure/described.ts';
import type { RequestOrigin } from '../server/host-guard.ts';
import { SECURITY_HEADERS } from '../server/security-headers.ts';
import { record } from '../services/audit.ts';
import type { Postern } from '../services/postern.ts';
import { failureResponse, MAX_APP_BODY_BYTES, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import { stateRoutes } from './state-routes.ts';
import { turnRoutes } from './turn-routes.ts';

/**
 * The app API as one function from `Request` to `Response`. Every route but the one that opens a
 * session needs the session's cookie; every request needs a known host and no foreign origin.
 */
export function createAppApi(parts: AppApiParts): Hono {
  const app = new Hono();
  app.use('*', async (context, next) => {
    if (!parts.guard.admits(originOf(context.req.raw.headers))) {
      return withSecurityHeaders(failureResponse(described('ORIGIN_REFUSED')));
    }
    await next();
    context.res = withSecurityHeaders(context.res);
    return undefined;
  });
  app.use('*', limitBody);
  openSessionRoute(app, parts);
  app.use('*', async (context, next) => {
    const token = parse(context.req.raw.headers.get('cookie') ?? '')[sessionCookie(parts)];
    if (token === undefined || !parts.sessions.isValid(token)) {
      return failureResponse(described('SESSION_REQUIRED'));
    }
    // The page asks for the state by itself, all the time.
    if (context.req.path !== '/api/state') parts.postern.locking.used();
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

/** Refuses a body over the limit before it is read; one without a length is of no known size. */
async function limitBody(context: Context, next: Next): Promise<Response | undefined> {
  const { headers } = context.req.raw;
  if (headers.has('transfer-encoding')) {
    return failureResponse(described('REQUEST_INVALID', 'The body must come with its length.'));
  }
  if (Number(headers.get('content-length') ?? '0') > MAX_APP_BODY_BYTES) {
    return failureResponse(described('REQUEST_TOO_LARGE'));
  }
  await next();
  return undefined;
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
    const told = await tellSignIn(parts.postern, token !== undefined);
    if (!told.ok) return failureResponse(told.failure);
    if (token === undefined) return failureResponse(described('LAUNCH_CODE_INVALID'));
    setCookie(context, sessionCookie(parts), token, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    });
    return context.body(null, 204);
  });
}

/** A code that is none is only said, for anybody can try one: it must not fill the audit log. */
async function tellSignIn(
  postern: Postern,
  succeeded: boolean,
): Promise<Result<undefined, Described>> {
  const message = succeeded
    ? 'Somebody signed in to the page.'
    : 'A launch code that opens nothing was tried.';
  postern.log.write(succeeded ? 'info' : 'warn', 'app.sign-in', message, { succeeded });
  const audit = postern.stores()?.audit;
  if (!succeeded || audit === undefined) return ok();
  return await record(audit, { action: 'app.session.begin', outcome: 'success' });
}

function originOf(headers: Headers): RequestOrigin {
  return {
    host: headers.get('host') ?? undefined,
    origin: headers.get('origin') ?? undefined,
    fetchSite: headers.get('sec-fetch-site') ?? undefined,
  };
}

function withSecurityHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  return response;
}
