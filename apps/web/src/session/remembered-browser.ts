import { t } from '@lingui/core/macro';
import { encodeUtf8, failed, ok, type Result } from '@postern/kernel';
import { signedText } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { savePageSecret } from '../api/page-secret.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';

/*
 * A remembered browser has a private key that not even the page can read, only use. It signs a
 * challenge of Postern in place of a sign-in link.
 */
const ID = 'postern-browser';
const CHOICE = 'postern-remember';
const DATABASE = 'postern';
const STORE = 'browser-keys';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Whether this browser has a key that Postern accepted. */
export function isRemembered(): boolean {
  return window.localStorage.getItem(ID) !== null;
}

/** Whether this browser can keep a key. */
export function canBeRemembered(): boolean {
  return 'indexedDB' in window && window.isSecureContext;
}

/** Whether to remember this browser when it signs in next. Kept, because a link opens a new tab. */
export function rememberChoice(): boolean {
  return window.localStorage.getItem(CHOICE) !== null;
}

export function chooseToRemember(chosen: boolean): void {
  if (chosen) window.localStorage.setItem(CHOICE, '1');
  else window.localStorage.removeItem(CHOICE);
}

/** Creates a key and gives its public half to Postern. Needs a session and an unlocked vault. */
export async function rememberBrowser(): Promise<ApiResult<undefined>> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign']);
  const publicKey = toBase64url(await crypto.subtle.exportKey('spki', pair.publicKey));
  const added = await appApi.rememberBrowser({ publicKey });
  if (!added.ok) return added;
  const { id } = added.value;
  const stored = await withKeys('readwrite', (keys) => keys.put(pair.privateKey, id));
  if (!stored.ok) {
    await appApi.forgetBrowser(id);
    return failed(NOT_KEPT);
  }
  window.localStorage.setItem(ID, id);
  chooseToRemember(false);
  return ok();
}

const NOT_KEPT: RequestProblem = {
  reason: 'garbled',
  code: undefined,
  get message() {
    return t`This browser can’t keep a key.`;
  },
  get remedy() {
    return t`A private window keeps none. Use a normal window.`;
  },
};

/** Signs in with the key. Undefined if this browser has none. */
export async function signInAsRemembered(): Promise<ApiResult<undefined> | undefined> {
  const id = window.localStorage.getItem(ID);
  if (id === null) return undefined;
  const key = await withKeys<unknown>('readonly', (keys) => keys.get(id));
  if (!key.ok || !(key.value instanceof CryptoKey)) {
    await deleteBrowserKey();
    return undefined;
  }
  const issued = await appApi.challenge();
  if (!issued.ok) return issued;
  const { challenge } = issued.value;
  const text = encodeUtf8(signedText(window.location.origin, challenge));
  const signature = toBase64url(await crypto.subtle.sign(ALGORITHM, key.value, text));
  const signedIn = await appApi.signInSigned({ browser: id, challenge, signature });
  if (signedIn.ok) savePageSecret(signedIn.value.secret);
  else if (signedIn.failure.code === 'BROWSER_NOT_REMEMBERED') await deleteBrowserKey();
  return signedIn.ok ? ok() : signedIn;
}

/** Makes Postern forget this browser, and deletes its key even if that fails. */
export async function forgetThisBrowser(): Promise<ApiResult<undefined>> {
  const id = window.localStorage.getItem(ID);
  if (id === null) return ok();
  const forgotten = await appApi.forgetBrowser(id);
  await deleteBrowserKey();
  return forgotten;
}

/** The id of this browser, if it has a key. */
export function rememberedId(): string | null {
  return window.localStorage.getItem(ID);
}

export async function deleteBrowserKey(): Promise<void> {
  window.localStorage.removeItem(ID);
  await withKeys('readwrite', (keys) => keys.clear());
}

type StoreFailed = Result<never, 'unavailable'>;

async function withKeys<T>(
  mode: IDBTransactionMode,
  run: (keys: IDBObjectStore) => IDBRequest<T>,
): Promise<Result<T, 'unavailable'>> {
  const unavailable: StoreFailed = failed('unavailable');
  if (!canBeRemembered()) return unavailable;
  return await new Promise((resolve) => {
    const fail = (): void => {
      resolve(unavailable);
    };
    const opening = window.indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(STORE);
    };
    opening.onerror = fail;
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = run(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        database.close();
        resolve(ok(request.result));
      };
      transaction.onabort = fail;
      transaction.onerror = fail;
    };
  });
}

function toBase64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
