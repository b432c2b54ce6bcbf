import { Hono, type Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { failed, ok, type Result } from '@postern/kernel';
import {
  type ChallengeAnswer,
  problem,
  type Problem,
  type SessionAnswer,
  type SessionInput,
  SessionInputSchema,
  type SessionView,
} from '@postern/protocol';
import { describeBrowser } from '../server/describe-browser.ts';
import type { SessionPass, SignIn } from '../server/sessions.ts';
import { record } from '../audit/audit.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, limitBody, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { admitBrowser } from './browser-routes.ts';
import { sessionToken, type AppEnv } from './require-session.ts';

/** More than the size of a launch code or a signature in JSON. A client without a session may send no more. */
const MAX_SIGN_IN_BYTES = 1024;

/** Signing in. Only these routes need no session. */
export function signInRoute(parts: AppApiParts): Hono {
  const app = new Hono();
  const attempts = failedAttempts(parts.postern);
  app.post('/api/session/challenge', limitBody(0), (context) =>
    context.json({ challenge: parts.challenges.issue() } satisfies ChallengeAnswer),
  );
  app.post('/api/session', limitBody(MAX_SIGN_IN_BYTES), async (context) => {
    const input = await parseBody(context, SessionInputSchema);
    if (!input.ok) return input.response;
    const browser = describeBrowser(context.req.header('user-agent') ?? '');
    const token = sessionToken(parts, context);
    const pass = passFor(parts, input.value, { browser, token });
    if (!pass.ok) return failureResponse(pass.failure ?? attempts.refuse());
    const recorded = await recordSignIn(parts.postern);
    if (!recorded.ok) return failureResponse(recorded.failure);
    givePass(parts, context, pass.value);
    return context.json({ secret: pass.value.secret } satisfies SessionAnswer);
  });
  return app;
}

/** Fails without a problem if a launch code is wrong. */
function passFor(
  parts: AppApiParts,
  input: SessionInput,
  from: SignIn,
): Result<SessionPass, Problem | undefined> {
  if ('browser' in input) return admitBrowser(parts, input, from);
  const pass = parts.sessions.redeem(input.code, from);
  return pass === undefined ? failed(undefined) : ok(pass);
}

/** Lists and ends sessions. Ending one forgets its browser, so that it can't sign in again. */
export function sessionRoutes(parts: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const { sessions } = parts;
  // Without an unlocked vault, the file can't be written. The page deletes its own key.
  const forget = (isMeant: (id: string) => boolean): Result<undefined, Problem> =>
    parts.postern.stores() === undefined ? ok() : parts.browsers.forget(({ id }) => isMeant(id));
  app.delete('/session', (context) => {
    const session = context.get('session');
    const forgotten = forget((id) => id === session.remembered);
    if (!forgotten.ok) return failureResponse(forgotten.failure);
    sessions.end(session.id);
    const { name, path } = parts.place.cookie;
    deleteCookie(context, name, { path });
    return context.body(null, 204);
  });
  app.get('/sessions', (context) => {
    const current = context.get('session');
    const views = sessions.list().map(({ id, browser, beganAtMs, lastUsedAtMs }): SessionView => ({
      id,
      browser,
      beganAtMs,
      lastUsedAtMs,
      current: id === current.id,
    }));
    return context.json(views);
  });
  app.delete('/sessions', (context) => {
    const current = context.get('session');
    const forgotten = forget((id) => id !== current.remembered);
    if (!forgotten.ok) return failureResponse(forgotten.failure);
    sessions.endOthers(current.id);
    return context.body(null, 204);
  });
  app.delete('/sessions/:id', (context) => {
    const id = context.req.param('id');
    const ending = sessions.list().find((each) => each.id === id);
    const forgotten = forget((browser) => browser === ending?.remembered);
    if (!forgotten.ok) return failureResponse(forgotten.failure);
    sessions.end(id);
    return context.body(null, 204);
  });
  return app;
}

/** Sets the cookie half in the browser; the body carries the other half for the page. */
export function givePass(parts: AppApiParts, context: Context, pass: SessionPass): void {
  const { name, ...attributes } = parts.place.cookie;
  setCookie(context, name, pass.token, { httpOnly: true, ...attributes });
}

async function recordSignIn(postern: Postern): Promise<Result<undefined, Problem>> {
  postern.log.write('info', 'app.sign-in', 'Signed in to the page.', { succeeded: true });
  const audit = postern.stores()?.audit;
  if (audit === undefined) return ok();
  return await record(audit, { action: 'app.session.begin', outcome: 'success' });
}

const ATTEMPTS_PER_WINDOW = 10;
const WINDOW_MS = 60_000;

/**
 * Handles wrong launch codes. Any program on the machine can try one, so they are logged but not
 * recorded in the audit log, and many within a minute get a different error. A valid code always
 * works: its 128 bits can't be guessed, and no program must be able to lock the user out.
 */
function failedAttempts({ clock, log }: Postern): { refuse(): Problem } {
  let [windowAtMs, inWindow] = [Number.NEGATIVE_INFINITY, 0];
  return {
    refuse: () => {
      log.write('warn', 'app.sign-in', 'Invalid launch code.', { succeeded: false });
      const nowMs = clock.monotonicMs();
      if (nowMs - windowAtMs >= WINDOW_MS) [windowAtMs, inWindow] = [nowMs, 0];
      inWindow += 1;
      return problem(
        inWindow > ATTEMPTS_PER_WINDOW ? 'LAUNCH_ATTEMPTS_LIMITED' : 'LAUNCH_CODE_INVALID',
      );
    },
  };
}
