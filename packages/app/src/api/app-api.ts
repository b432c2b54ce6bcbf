import { problem } from '@postern/protocol';
import { Hono } from 'hono';
import type { RequestOrigin } from '../server/host-guard.ts';
import { SECURITY_HEADERS } from '../server/security-headers.ts';
import { failureResponse, limitBody, MAX_APP_BODY_BYTES } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { backupRoutes } from './backup-routes.ts';
import { browserRoutes } from './browser-routes.ts';
import { branchRoutes, forkRoute } from './branch-routes.ts';
import { conversationRoutes, messageRoutes, removalRoutes } from './conversation-routes.ts';
import { draftRoutes } from './draft-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { libraryRoutes, presetRoutes, promptRoutes } from './library-routes.ts';
import { organiseRoutes } from './organise-routes.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { importRoutes } from './import-routes.ts';
import { privateChatRoutes } from './private-chat-routes.ts';
import { gatewayKeyRoutes } from './gateway-key-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import { requireSession, type AppEnv } from './require-session.ts';
import { restoreRoutes } from './restore-routes.ts';
import { sessionRoutes, signInRoute } from './session-routes.ts';
import { renewalRoute } from './renewal-route.ts';
import { settingsRoutes } from './settings-routes.ts';
import { stateRoutes } from './state-routes.ts';
import { storageRoutes } from './storage-routes.ts';
import { trashRoutes } from './trash-routes.ts';
import { turnRoutes } from './turn-routes.ts';

const POLICY_HEADER = 'content-security-policy';

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
  app.use('*', requireSession(parts));
  // Files have a limit of their own.
  app.route('/api', attachmentRoutes(parts.postern));
  app.use('*', limitBody(MAX_APP_BODY_BYTES));
  app.route('/api', sessionRoutes(parts));
  app.route('/api', browserRoutes(parts));
  app.route('/api', stateRoutes(parts));
  app.route('/api', renewalRoute(parts));
  app.route('/api', storageRoutes(parts));
  app.route('/api', backupRoutes(parts));
  app.route('/api', restoreRoutes(parts));
  app.route('/api', gatewayKeyRoutes(parts.postern));
  app.route('/api', providerRoutes(parts.postern));
  app.route('/api', conversationRoutes(parts.postern));
  app.route('/api', messageRoutes(parts.postern));
  app.route('/api', removalRoutes(parts.postern));
  app.route('/api', organiseRoutes(parts.postern));
  app.route('/api', branchRoutes(parts.postern));
  app.route('/api', forkRoute(parts.postern));
  app.route('/api', draftRoutes(parts.postern));
  app.route('/api', settingsRoutes(parts.postern));
  app.route('/api', libraryRoutes(parts.postern));
  app.route('/api', presetRoutes(parts.postern));
  app.route('/api', promptRoutes(parts.postern));
  app.route('/api', trashRoutes(parts.postern));
  app.route('/api', exportRoutes(parts.postern));
  app.route('/api', importRoutes(parts.postern));
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

/** A route may set a policy of its own, which is stricter. */
function withSecurityHeaders(response: Response): Response {
  const { headers } = response;
  const policy = headers.get(POLICY_HEADER);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  if (policy !== null) headers.set(POLICY_HEADER, policy);
  return response;
}
