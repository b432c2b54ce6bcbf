import type { Context, MiddlewareHandler } from 'hono';
import { parse } from 'hono/utils/cookie';
import { PAGE_HEADER, problem, SESSION_HEADER } from '@postern/protocol';
import type { PageOfSession } from '../chat/private-chats.ts';
import type { Session } from '../server/sessions.ts';
import { failureResponse } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';

/** What a route of the app gets besides its request. */
export interface AppEnv {
  readonly Variables: { session: Session };
}

/** The half of a session that a browser sends by itself to every server on this host. */
export function sessionToken(parts: AppApiParts, context: Context): string | undefined {
  return parse(context.req.raw.headers.get('cookie') ?? '')[parts.place.cookie.name];
}

/** The only right of a session while the vault is locked. */
const WHILE_LOCKED: ReadonlySet<string> = new Set([
  'GET /api/state',
  'POST /api/unlock',
  'DELETE /api/session',
]);

/** The page sends these by itself, so they don't count as use. */
const WITHOUT_USE: ReadonlySet<string> = new Set([
  'GET /api/state',
  'GET /api/events',
  'GET /api/conversations',
  'GET /api/drafts',
]);

const PAGE_KEY = /^[0-9a-f]{32}$/;

/** The page that sent the request; undefined if it doesn't say so. */
export function pageOf(context: Context<AppEnv>): PageOfSession | undefined {
  const key = context.req.header(PAGE_HEADER) ?? '';
  return PAGE_KEY.test(key) ? { session: context.get('session'), key } : undefined;
}

/** Accepts only requests with both halves of a session. Neither half works alone. */
export function requireSession(parts: AppApiParts): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const token = sessionToken(parts, context);
    const secret = context.req.header(SESSION_HEADER);
    const session =
      token === undefined || secret === undefined ? undefined : parts.sessions.find(token, secret);
    if (session === undefined) return failureResponse(problem('SESSION_REQUIRED'));
    const { method, path } = context.req;
    if (session.isLocked) {
      const isOpen = parts.postern.stores() !== undefined;
      if (isOpen || !WHILE_LOCKED.has(`${method} ${path}`)) {
        return failureResponse(problem('SESSION_REQUIRED'));
      }
    }
    if (!WITHOUT_USE.has(`${method} ${path}`)) {
      session.lastUsedAtMs = parts.postern.clock.nowMs();
      if (!session.isLocked) parts.postern.locking.used();
    }
    context.set('session', session);
    await next();
    return undefined;
  };
}
