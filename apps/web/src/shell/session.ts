import type { AppState } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { Problem } from '../api/problem.ts';
import { forgetPageSecret, keepPageSecret } from '../api/page-secret.ts';
import { watchRequests, type Answer } from '../api/request.ts';
import { createStore } from '../state/store.ts';

/** How the page stands with the process. */
export type Session =
  | { readonly at: 'starting' }
  /** Without both halves of a session; `problem` where a launch link did not work. */
  | { readonly at: 'signed-out'; readonly problem: Problem | undefined }
  /** The first answer never came. */
  | { readonly at: 'failed'; readonly problem: Problem }
  | {
      readonly at: 'open';
      readonly state: AppState;
      /** The first steps are not through, though the vault may be there already. */
      readonly firstRun: boolean;
      /** The process stopped answering. */
      readonly lost: boolean;
    };

export const session = createStore<Session>({ at: 'starting' });

/** Takes a newer state of the app. */
export function takeState(state: AppState): void {
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

/** Asks the process anew how things stand. */
export async function refresh(): Promise<void> {
  const state = await appApi.state();
  if (state.ok) {
    takeState(state.value);
    return;
  }
  session.update((now) => {
    if (state.failure.code === 'SESSION_REQUIRED') return signedOut(now);
    return now.at === 'open' ? now : { at: 'failed', problem: state.failure };
  });
}

/** Takes the state where the vault is no longer open; an answer that changes nothing redraws nothing. */
export async function noticeLock(): Promise<void> {
  const now = session.get();
  if (now.at !== 'open' || now.state.phase !== 'ready') return;
  const state = await appApi.state();
  if (state.ok && state.value.phase !== 'ready') takeState(state.value);
}

/** Signs in with the launch code of the address, where there is one, and reads the state. */
export async function start(launchCode: string | undefined): Promise<void> {
  session.set({ at: 'starting' });
  if (launchCode !== undefined) {
    const signedIn = await appApi.signIn(launchCode);
    if (signedIn.ok) keepPageSecret(signedIn.value.secret);
    else if (signedIn.failure.reason !== 'unreachable') {
      session.set({ at: 'signed-out', problem: signedIn.failure });
      const state = await appApi.state();
      // A link opened twice in a browser that is signed in already is no trouble.
      if (state.ok) takeState(state.value);
      return;
    }
  }
  await refresh();
}

/** Ends the session of this browser, in all its tabs. */
export async function signOut(): Promise<Answer<undefined>> {
  const ended = await appApi.signOut();
  if (ended.ok) {
    forgetPageSecret();
    session.set({ at: 'signed-out', problem: undefined });
  }
  return ended;
}

/** Notices, whatever was asked, that the session ended, the vault was locked or nobody answers. */
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

/** Takes newer settings. */
export function takeSettings(settings: AppState['settings']): void {
  session.update((now) =>
    now.at === 'open' ? { ...now, state: { ...now.state, settings } } : now,
  );
}
