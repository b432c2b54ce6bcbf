import { Hono } from 'hono';
import { failed, ok, type Result } from '@postern/kernel';
import {
  type BrowserAnswer,
  BrowserInputSchema,
  type BrowserView,
  problem,
  type Problem,
  type SignedSessionInput,
  problemSaying,
} from '@postern/protocol';
import { record } from '../audit/audit.ts';
import { describeBrowser } from '../server/describe-browser.ts';
import type { RememberedBrowser, RememberedBrowsers } from '../server/remembered-browsers.ts';
import type { SessionPass, SignIn } from '../server/sessions.ts';
import { parsePublicKey } from '../server/session-challenges.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { lockedFailure } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

/** Remembering and forgetting browsers. */
export function browserRoutes(parts: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const { postern, sessions, browsers, place } = parts;
  app.get('/browsers', (context) => {
    const listed = browsers.list();
    if (!listed.ok) return failureResponse(listed.failure);
    const { remembered } = context.get('session');
    const views = listed.value.map(
      ({ id, browser, rememberedAtMs, lastUsedAtMs }): BrowserView => ({
        ...{ id, browser, rememberedAtMs, lastUsedAtMs },
        current: id === remembered,
      }),
    );
    return context.json(views);
  });
  app.post('/browsers', async (context) => {
    const input = await parseBody(context, BrowserInputSchema);
    if (!input.ok) return input.response;
    const { publicKey } = input.value;
    if (parsePublicKey(publicKey) === undefined) {
      return failureResponse(
        problemSaying('REQUEST_INVALID', '{field} is invalid.', { field: 'publicKey' }),
      );
    }
    const session = context.get('session');
    if (!session.mayRemember) return failureResponse(problem('SIGN_IN_LINK_REQUIRED'));
    const audit = postern.stores()?.audit;
    if (audit === undefined) return failureResponse(lockedFailure(postern));
    const recorded = await record(audit, { action: 'app.browser.remember', outcome: 'success' });
    if (!recorded.ok) return failureResponse(recorded.failure);
    const browser = describeBrowser(context.req.header('user-agent') ?? '');
    const added = browsers.add({ publicKey, origin: place.pageOrigin, browser });
    if (!added.ok) return failureResponse(added.failure);
    session.remembered = added.value;
    return context.json({ id: added.value } satisfies BrowserAnswer);
  });
  app.delete('/browsers/:id', async (context) => {
    const id = context.req.param('id');
    const forgotten = browsers.forget((each) => each.id === id);
    if (!forgotten.ok) return failureResponse(forgotten.failure);
    const session = context.get('session');
    sessions.endRemembered(id, session.id);
    if (session.remembered === id) session.remembered = undefined;
    const audit = postern.stores()?.audit;
    const recorded =
      audit === undefined
        ? ok()
        : await record(audit, { action: 'app.browser.forget', outcome: 'success' });
    return recorded.ok ? context.body(null, 204) : failureResponse(recorded.failure);
  });
  return app;
}

/**
 * Signs in a remembered browser. While the vault is locked, the list of browsers can't be verified,
 * so the session can only ask for the passphrase; `isStillRemembered` decides after that.
 */
export function admitBrowser(
  { postern, sessions, browsers, challenges, place }: AppApiParts,
  input: SignedSessionInput,
  from: SignIn,
): Result<SessionPass, Problem> {
  const isLocked = postern.stores() === undefined;
  const browser = isLocked ? browsers.findUnverified(input.browser) : find(browsers, input.browser);
  const origin = place.pageOrigin;
  if (
    browser?.origin !== origin ||
    !challenges.accepts(input, { origin, publicKey: browser.publicKey })
  ) {
    postern.log.write('warn', 'app.sign-in', 'Invalid signature of a browser.', {
      succeeded: false,
    });
    return failed(problem('BROWSER_NOT_REMEMBERED'));
  }
  if (isLocked && postern.vault.storage !== 'file') return failed(lockedFailure(postern));
  if (!isLocked) {
    const used = browsers.used(browser.id);
    if (!used.ok) return used;
  }
  return ok(sessions.admit(browser.id, from, isLocked ? 'locked' : 'open'));
}

function find(browsers: RememberedBrowsers, wanted: string): RememberedBrowser | undefined {
  const listed = browsers.list();
  return listed.ok ? listed.value.find(({ id }) => id === wanted) : undefined;
}

/** After an unlock: whether the verified list has the browser of a session that began locked. */
export function isStillRemembered(
  { browsers }: AppApiParts,
  remembered: string | undefined,
): boolean {
  return remembered === undefined || find(browsers, remembered) !== undefined;
}
