import { SESSION_HEADER } from '@postern/protocol';

/*
 * The page's half of its session. A cookie goes to every port of this machine; this goes to Postern
 * alone. It lasts as long as the tab and is never in an address.
 */
const KEY = 'postern-session';

export function keepPageSecret(secret: string): void {
  window.sessionStorage.setItem(KEY, secret);
}

export function forgetPageSecret(): void {
  window.sessionStorage.removeItem(KEY);
}

export function sessionHeader(): Readonly<Record<string, string>> {
  const secret = window.sessionStorage.getItem(KEY);
  return secret === null ? {} : { [SESSION_HEADER]: secret };
}
