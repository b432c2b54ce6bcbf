/** Reads the launch code from a fragment: `#launch=CODE`. */
export function parseLaunchCode(fragment: string): string | undefined {
  const code = new URLSearchParams(fragment.replace(/^#/, '')).get('launch');
  return code === null || code === '' ? undefined : code;
}

/** Removes the launch code from the URL, so that neither history nor bookmarks keep it. */
export function consumeLaunchCode(): string | undefined {
  const code = parseLaunchCode(window.location.hash);
  if (code !== undefined) window.history.replaceState(null, '', window.location.pathname);
  return code;
}
