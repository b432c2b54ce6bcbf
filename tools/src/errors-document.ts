import { ERROR_AREAS, EXIT, type ErrorCode } from '@postern/protocol';

const INTRODUCTION = `# Errors

Every failure that Postern speaks of has a stable code. The command line prints it at the end of its
one line and ends with the exit code; the app API and the gateway carry it in the body of the answer.
The codes of a later version are these and more: none is renamed, none changes its meaning.

This page is made from the table in the source: \`npm run docs:errors\` writes it, \`npm run
check:errors\` fails when it is stale.
`;

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'It worked.',
  failure: 'It failed in a way that none of the others names.',
  usage: 'The command, its input or the configuration is wrong.',
  locked: 'The vault or the keyring is locked.',
  notFound: 'The named thing does not exist.',
  unavailable: 'A service that is needed cannot be reached.',
  damaged: 'A file is damaged or of an unknown version; it was left as it is.',
  busy: 'Something else holds what is needed; try again.',
  denied: 'Not allowed: a wrong passphrase, a missing session, a refused access.',
  storage: 'The disk is full or cannot be written.',
  upstream: 'A provider refused, failed or did not answer.',
  commandNotExecutable: 'The file of the command to run is no program that may be run.',
  commandNotFound: 'There is no program of the name of the command to run.',
};

/** The text of `docs/errors.md`: every code with its meaning, remedy and exit code, by area. */
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
