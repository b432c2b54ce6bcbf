/** Reads the launch code from a fragment: `#launch=CODE`. */
export function parseLaunchCode(fragment: string): string | undefined {
  const code = new URLSearchParams(fragment.replace(/^#/, '')).get('launch');
  return code === null || code === '' ? undefined : code;
}

/**
 * Removes the launch code from the URL, so that neither history nor bookmarks keep it. The URL gets
 * the fragment that it had before, if there was one.
 */
export function consumeLaunchCode(before = ''): string | undefined {
  const code = parseLaunchCode(window.location.hash);
  if (code === undefined) return undefined;
  const fragment = parseLaunchCode(before) === undefined ? before : '';
  window.history.replaceState(null, '', `${window.location.pathname}${fragment}`);
  return code;
}

/**
 * Calls `signIn` with the code of each link that is pasted into this tab: only the fragment changes,
 * so the browser doesn't load the page again.
 */
export function watchLaunchCodes(signIn: (code: string) => void): () => void {
  const check = (event: HashChangeEvent): void => {
    const code = consumeLaunchCode(event.oldURL.replace(/^[^#]*/, ''));
    if (code === undefined) return;
    // The route is the one before again.
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    signIn(code);
  };
  window.addEventListener('hashchange', check);
  return () => {
    window.removeEventListener('hashchange', check);
  };
}
