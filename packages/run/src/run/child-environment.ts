export type Environment = Readonly<Record<string, string>>;

/** What a program needs to know of the machine and the person, and no more. */
const KEPT_WHEN_CLEAN: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'PWD', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE'],
  ...['TERM', 'COLORTERM', 'TERM_PROGRAM', 'NO_COLOR', 'DISPLAY', 'WAYLAND_DISPLAY'],
  ...['XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'],
  // Without these hardly any program starts on Windows.
  ...['SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
]);

/** How Postern itself is given passphrases and its place: nothing for the command. */
const OWN = /^(?:POSTERN_.*|CREDENTIALS_DIRECTORY)$/;

/**
 * The command's environment: the one given, without what opens the vault and without variables that
 * still hold a reference (nobody resolved them for this command); with `isClean` only what every
 * program needs. On top of it the variables of the run.
 */
export function childEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  isClean: boolean,
  added: readonly (readonly [name: string, text: string])[],
): Environment {
  const kept = Object.entries(base).flatMap(([name, text]) => {
    const isKept = !isClean || KEPT_WHEN_CLEAN.has(name) || name.startsWith('LC_');
    const isOwn = OWN.test(name) || text?.startsWith('postern://') === true;
    return text === undefined || isOwn || !isKept ? [] : [[name, text] as const];
  });
  return Object.fromEntries([...kept, ...added]);
}
