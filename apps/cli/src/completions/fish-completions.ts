import type { CommandShape, OptionShape } from './command-shape.ts';

/** A script for fish 3 and newer, installed as `~/.config/fish/completions/postern.fish`. */
export function fishCompletions([program, ...commands]: readonly CommandShape[]): string {
  if (program === undefined) return '';
  const paths = commands.map(({ path }) => quoted(path)).join(' ');
  const runs = commands
    .filter(({ takesCommand }) => takesCommand)
    .map(({ path }) => behindDashes(path));
  const lines = [program, ...commands].flatMap(({ path, commands: below, options }) => {
    const at = `-n ${quoted(`__postern_at "${path}"`)}`;
    const here = path === '' ? '' : `${at} `;
    return [
      ...below.map(
        ({ name, description }) =>
          `complete -c postern ${at} -f -a ${quoted(name)} -d ${quoted(description)}`,
      ),
      ...options
        // Every command has it; the program's own line says so.
        .filter(({ long }) => path === '' || long !== '--help')
        .map((option) => `complete -c postern ${here}${optionText(option)}`),
    ];
  });
  return `# fish completion of postern
function __postern_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${paths}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
${[...lines, ...runs].join('\n')}
`;
}

/** The command of another program. */
function behindDashes(path: string): string {
  const condition = `__postern_at "${path}"; and contains -- -- (commandline -opc)`;
  return `complete -c postern -n ${quoted(condition)} -f -a '(__fish_complete_command)'`;
}

function optionText({ long, description, takesValue, choices }: OptionShape): string {
  const value = takesValue ? ' -r' : '';
  const words = choices.length === 0 ? '' : ` -f -a ${quoted(choices.join(' '))}`;
  return `-l ${long.slice(2)}${value}${words} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
