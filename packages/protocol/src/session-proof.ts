/** Contains the half of a session that only the page knows. */
export const SESSION_HEADER = 'x-postern-session';

/** Identifies one loaded page: 128 random bits as 32 hex digits, which only the page's memory holds. */
export const PAGE_HEADER = 'x-postern-page';

/**
 * What a remembered browser signs, as UTF-8. The origin keeps a signature that was made for another
 * server from being used here.
 */
export function signedText(origin: string, challenge: string): string {
  return `postern/v1/remembered-browser\n${origin}\n${challenge}`;
}
