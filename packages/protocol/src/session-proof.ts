/** Contains the half of a session that only the page knows. */
export const SESSION_HEADER = 'x-postern-session';

/**
 * What a remembered browser signs, as UTF-8. The origin keeps a signature that was made for another
 * server from being used here.
 */
export function signedText(origin: string, challenge: string): string {
  return `postern/v1/remembered-browser\n${origin}\n${challenge}`;
}
