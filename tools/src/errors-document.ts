import { ERROR_AREAS, EXIT, type ErrorCode } from '@postern/protocol';

const INTRODUCTION = `# Errors

Every failure that Postern reports has a stable code. The command line prints it at the end of its
one-line message and exits with the exit code; the app API and the gateway return it in the response body.
Later versions may add codes, but never rename one or change its meaning.

This page is generated from the table in the source: \`npm run docs:errors\` writes it, and \`npm run
check:errors\` fails when it is out of date.
`;

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'Success.',
  failure: 'A failure that no other exit code describes.',
  usage: 'The command, its input or the configuration is wrong.',
  locked: 'The vault or the keyring is locked.',
  notFound: "A given secret, file or key doesn't exist.",
  unavailable: "A required service can't be reached.",
  damaged: 'A file is damaged or has an unknown version; it was left unchanged.',
  busy: 'Another process is using a required file or port; try again.',
  denied: 'Not allowed: wrong passphrase, missing session or access denied.',
  storage: 'The disk is full or read-only.',
  upstream: "A provider rejected the request, failed or didn't respond.",
  commandNotExecutable: "The command to run isn't executable.",
  commandNotFound: "The command to run wasn't found.",
};

/**
 * Returns the text of `docs/errors.md`: every code with its meaning, remedy and exit code, by area.
 */
export function errorsDocument(): string {
  const exits = Object.entries(EXIT).map(([name, exit]) => {
    const meaning = Object.entries(EXIT_MEANINGS).find(([known]) => known === name)?.[1] ?? '';
    return [String(exit), meaning];
  });
  const areas = Object.entries(ERROR_AREAS).map(([area, codes]) => sectionOf(area, codes));
  return [INTRODUCTION, '## Exit codes\n', table(['exit', 'meaning'], exits), ...areas].join('\n');
}

function sectionOf(area: string, codes: Readonly<Record<string, ErrorCode>>): string {
  const entries = Object.entries(codes).map(
    ([code, { meaning, remedy, exit }]) =>
      `### \`${code}\`\n\n${meaning}\n\n_What to do:_ ${remedy} Exit code ${exit}.\n`,
  );
  return [`## ${area}\n`, ...entries].join('\n');
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, headings.map(() => '---'), ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
