import { t } from '@lingui/core/macro';
import type { AppState, EraseReport } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { clearPageSecret, savePageSecret } from '../api/page-secret.ts';
import { watchRequests, type ApiResult } from '../api/request.ts';
import { showToast } from '../controls/toasts.tsx';
import { createStore } from '../state/store.ts';
import {
  deleteBrowserKey,
  isRemembered,
  rememberBrowser,
  rememberChoice,
  signInAsRemembered,
} from './remembered-browser.ts';

/** The connection between the page and the Postern process. */
export type Session =
  | { readonly at: 'starting' }
  /** No valid session; `problem` is set when a sign-in link failed. */
  | { readonly at: 'signed-out'; readonly problem: RequestProblem | undefined }
  /** The first request failed. */
  | { readonly at: 'failed'; readonly problem: RequestProblem }
  /** Everything was erased, and Postern has stopped. */
  | { readonly at: 'erased'; readonly report: EraseReport }
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
  if (state.failure.code === 'SESSION_REQUIRED') {
    await signInAgain();
    return;
  }
  session.update((now) => (now.at === 'open' ? now : { at: 'failed', problem: state.failure }));
}

/** While the vault gets a new data key, it is locked and this page’s session ends, which isn’t shown. */
let isRenewing = false;

/** Does something during which this page’s session ends, and that begins a new one. */
export async function whileRenewing<T>(work: () => Promise<T>): Promise<T> {
  isRenewing = true;
  try {
    return await work();
  } finally {
    isRenewing = false;
  }
}

let isChecking = false;

/** A session without access may still ask for the passphrase, which its state says. */
function checkSession(): void {
  if (isChecking) return;
  isChecking = true;
  void refresh().finally(() => {
    isChecking = false;
  });
}

let signingIn: Promise<void> | undefined;

/** The session ended: a remembered browser starts a new one, any other is signed out. */
async function signInAgain(): Promise<void> {
  if (!isRemembered()) session.update(signedOut);
  else {
    signingIn ??= signInByKey().finally(() => {
      signingIn = undefined;
    });
    await signingIn;
  }
}

async function signInByKey(): Promise<void> {
  const signedIn = await signInAsRemembered();
  if (signedIn === undefined) {
    session.update(signedOut);
    return;
  }
  const state = signedIn.ok ? await appApi.state() : signedIn;
  if (state.ok) applyState(state.value);
  // Without a connection, the page shown keeps trying.
  else if (state.failure.reason !== 'unreachable' || session.get().at !== 'open') {
    session.set({ at: 'signed-out', problem: state.failure });
  }
}

/** Remembers this browser if that was chosen before it signed in. */
export async function rememberIfChosen(): Promise<void> {
  const now = session.get();
  const isReady = now.at === 'open' && now.state.phase === 'ready' && !now.firstRun;
  if (!isReady || isRemembered() || !rememberChoice()) return;
  const remembered = await rememberBrowser();
  showToast(
    remembered.ok
      ? t`This browser is remembered. Settings, Sessions forgets it.`
      : t`Couldn’t remember this browser. ${{ reason: remembered.failure.message }}`,
    remembered.ok ? {} : { tone: 'danger' },
  );
}

/** Reloads the state, but applies it only if the vault has locked: polling redraws nothing. */
export async function checkLock(): Promise<void> {
  const now = session.get();
  if (isRenewing || now.at !== 'open' || now.state.phase !== 'ready') return;
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
      else if (isRemembered()) await signInAgain();
      return;
    }
  }
  await refresh();
  await rememberIfChosen();
}

/** Ends this browser’s session in all its tabs, and forgets the browser. */
export async function signOut(): Promise<ApiResult<undefined>> {
  const ended = await appApi.signOut();
  if (ended.ok) {
    await deleteBrowserKey();
    clearPageSecret();
    session.set({ at: 'signed-out', problem: undefined });
  }
  return ended;
}

/** Watches every response for an ended session, a locked vault or a lost connection. */
export function watchSession(): () => void {
  return watchRequests((outcome) => {
    const now = session.get();
    if (isRenewing || now.at !== 'open') return;
    if (outcome === 'answered') {
      if (now.lost) session.set({ ...now, lost: false });
    } else if (outcome.reason === 'unreachable') {
      if (!now.lost) session.set({ ...now, lost: true });
    } else if (outcome.code === 'SESSION_REQUIRED') {
      checkSession();
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
