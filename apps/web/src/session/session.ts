import type { AppState } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { clearPageSecret, savePageSecret } from '../api/page-secret.ts';
import { watchRequests, type ApiResult } from '../api/request.ts';
import { createStore } from '../state/store.ts';

/** The connection between the page and the Postern process. */
export type Session =
  | { readonly at: 'starting' }
  /** No valid session; `problem` is set when a sign-in link failed. */
  | { readonly at: 'signed-out'; readonly problem: RequestProblem | undefined }
  /** The first request failed. */
  | { readonly at: 'failed'; readonly problem: RequestProblem }
  | {
      readonly at: 'open';
      readonly state: AppState;
      /** The set-up steps are not finished, even if the vault already exists. */
      readonly firstRun: boolean;
      /** The process stopped responding. */
      readonly lost: boolean;
    };

export const session = createStore<Session>({ at: 'starting' });

/** Stores a newer app state. */
export function applyState(state: AppState): void {
  session.update((now) => ({
    at: 'open',
    state,
    firstRun: state.phase === 'setup' || (now.at === 'open' && now.firstRun),
    lost: false,
  }));
}

export function finishFirstRun(): void {
  session.update((now) => (now.at === 'open' ? { ...now, firstRun: false } : now));
}

/** Reloads the app state. */
export async function refresh(): Promise<void> {
  const state = await appApi.state();
  if (state.ok) {
    applyState(state.value);
    return;
  }
  session.update((now) => {
    if (state.failure.code === 'SESSION_REQUIRED') return signedOut(now);
    return now.at === 'open' ? now : { at: 'failed', problem: state.failure };
  });
}

/** Reloads the state, but applies it only if the vault has locked: polling redraws nothing. */
export async function checkLock(): Promise<void> {
  const now = session.get();
  if (now.at !== 'open' || now.state.phase !== 'ready') return;
  const state = await appApi.state();
  if (state.ok && state.value.phase !== 'ready') applyState(state.value);
}

/** Signs in with the launch code from the URL, if there is one, and loads the state. */
export async function start(launchCode: string | undefined): Promise<void> {
  session.set({ at: 'starting' });
  if (launchCode !== undefined) {
    const signedIn = await appApi.signIn(launchCode);
    if (signedIn.ok) savePageSecret(signedIn.value.secret);
    else if (signedIn.failure.reason !== 'unreachable') {
      session.set({ at: 'signed-out', problem: signedIn.failure });
      const state = await appApi.state();
      // Opening a used link is harmless in a browser that is already signed in.
      if (state.ok) applyState(state.value);
      return;
    }
  }
  await refresh();
}

/** Ends this browser’s session in all its tabs. */
export async function signOut(): Promise<ApiResult<undefined>> {
  const ended = await appApi.signOut();
  if (ended.ok) {
    clearPageSecret();
    session.set({ at: 'signed-out', problem: undefined });
  }
  return ended;
}

/** Watches every response for an ended session, a locked vault or a lost connection. */
export function watchSession(): () => void {
  return watchRequests((outcome) => {
    const now = session.get();
    if (now.at !== 'open') return;
    if (outcome === 'answered') {
      if (now.lost) session.set({ ...now, lost: false });
    } else if (outcome.reason === 'unreachable') {
      if (!now.lost) session.set({ ...now, lost: true });
    } else if (outcome.code === 'SESSION_REQUIRED') {
      session.update(signedOut);
    } else if (outcome.code === 'VAULT_LOCKED' && now.state.phase === 'ready') {
      session.set({ ...now, state: { ...now.state, phase: 'locked' } });
    }
  });
}

function signedOut(now: Session): Session {
  return now.at === 'signed-out' ? now : { at: 'signed-out', problem: undefined };
}

/** Stores newer settings. */
export function applySettings(settings: AppState['settings']): void {
  session.update((now) =>
    now.at === 'open' ? { ...now, state: { ...now.state, settings } } : now,
  );
}
