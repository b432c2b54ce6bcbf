import { SESSION_HEADER } from '@postern/protocol';

/*
 * The page's half of the session. Browsers send cookies to every port of a host; this secret goes
 * to Postern only. It lives as long as the tab and never appears in a URL.
 */
const KEY = 'postern-session';

export function savePageSecret(secret: string): void {
  window.sessionStorage.setItem(KEY, secret);
}

export function clearPageSecret(): void {
  window.sessionStorage.removeItem(KEY);
}

export function sessionHeader(): Readonly<Record<string, string>> {
  const secret = window.sessionStorage.getItem(KEY);
  return secret === null ? {} : { [SESSION_HEADER]: secret };
}
