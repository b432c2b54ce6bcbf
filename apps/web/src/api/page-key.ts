import { PAGE_HEADER } from '@postern/protocol';

/** Only in the memory of this page, so that a reload, a copy of the tab and a page of the history have another. */
const KEY = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, '0'),
).join('');

/** Tells the process which page sends a request: only this page finds its private chats. */
export function pageHeader(): Readonly<Record<string, string>> {
  return { [PAGE_HEADER]: KEY };
}
