import { problem } from '@postern/protocol';
import { Hono } from 'hono';
import type { RequestOrigin } from '../server/host-guard.ts';
import { SECURITY_HEADERS } from '../server/security-headers.ts';
import { failureResponse, limitBody, MAX_APP_BODY_BYTES } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { browserRoutes } from './browser-routes.ts';
import { branchRoutes, forkRoute } from './branch-routes.ts';
import { conversationRoutes, messageRoutes, removalRoutes } from './conversation-routes.ts';
import { draftRoutes } from './draft-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { organiseRoutes } from './organise-routes.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { privateChatRoutes } from './private-chat-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import { requireSession, type AppEnv } from './require-session.ts';
import { sessionRoutes, signInRoute } from './session-routes.ts';
import { renewalRoute } from './renewal-route.ts';
import { stateRoutes } from './state-routes.ts';
import { storageRoutes } from './storage-routes.ts';
import { trashRoutes } from './trash-routes.ts';
import { turnRoutes } from './turn-routes.ts';

/**
 * The app API as one function from `Request` to `Response`. Every route except signing in needs
 * both halves of a session, and every request needs the page's host and no foreign origin.
 */
export function createAppApi(parts: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use('*', async (context, next) => {
    if (!parts.place.guard.admits(originOf(context.req.raw.headers))) {
      return withSecurityHeaders(failureResponse(problem('ORIGIN_REFUSED')));
    }
    await next();
    context.res = withSecurityHeaders(context.res);
    return undefined;
  });
  app.route('/', signInRoute(parts));
  app.use('*', requireSession(parts), limitBody(MAX_APP_BODY_BYTES));
  app.route('/api', sessionRoutes(parts));
  app.route('/api', browserRoutes(parts));
  app.route('/api', stateRoutes(parts));
  app.route('/api', renewalRoute(parts));
  app.route('/api', storageRoutes(parts));
  app.route('/api', providerRoutes(parts.postern));
  app.route('/api', conversationRoutes(parts.postern));
  app.route('/api', messageRoutes(parts.postern));
  app.route('/api', removalRoutes(parts.postern));
  app.route('/api', organiseRoutes(parts.postern));
  app.route('/api', branchRoutes(parts.postern));
  app.route('/api', forkRoute(parts.postern));
  app.route('/api', draftRoutes(parts.postern));
  app.route('/api', trashRoutes(parts.postern));
  app.route('/api', exportRoutes(parts.postern));
  app.route('/api', turnRoutes(parts));
  app.route('/api', privateChatRoutes(parts.postern));
  app.route('/api', privacyRoutes(parts.postern));
  app.route('/api', eventRoutes(parts.postern));
  app.notFound(() => failureResponse(problem('ROUTE_UNKNOWN')));
  app.onError((fault) => {
    parts.onFault(fault);
    return withSecurityHeaders(failureResponse(problem('INTERNAL')));
  });
  return app;
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
