/** The launch code in a fragment: `#launch=CODE`. */
export function launchCodeOf(fragment: string): string | undefined {
  const code = new URLSearchParams(fragment.replace(/^#/, '')).get('launch');
  return code === null || code === '' ? undefined : code;
}

/** Takes the launch code out of the address, so that neither history nor a bookmark keeps it. */
export function takeLaunchCode(): string | undefined {
  const code = launchCodeOf(window.location.hash);
  if (code !== undefined) window.history.replaceState(null, '', window.location.pathname);
  return code;
}
