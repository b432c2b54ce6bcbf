export type Environment = Readonly<Record<string, string>>;

/** The variables that programs generally need. */
const KEPT_WHEN_CLEAN: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'PWD', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE'],
  ...['TERM', 'COLORTERM', 'TERM_PROGRAM', 'NO_COLOR', 'DISPLAY', 'WAYLAND_DISPLAY'],
  ...['XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'],
  // Most Windows programs don't start without these.
  ...['SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
]);

/** Variables for Postern itself, such as passphrases. The command must not get them. */
const OWN = /^(?:POSTERN_.*|CREDENTIALS_DIRECTORY)$/;

/**
 * The command's environment: the given one, without Postern's own variables and without unresolved
 * references, and then the added variables. With `isClean`, only the variables that programs generally
 * need are kept.
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
