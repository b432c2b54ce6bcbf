import { shellQuoted as quoted } from '@postern/app';
import type { CommandShape } from './command-shape.ts';

/** A script for bash 4 and newer, loaded with `source`. */
export function bashCompletions([program, ...commands]: readonly CommandShape[]): string {
  if (program === undefined) return '';
  const globals = program.options.map(({ long }) => long);
  const commandPaths = commands.filter(({ takesCommand }) => takesCommand).map(({ path }) => path);
  const paths = commands.map(({ path }) => quoted(path)).join(' | ');
  return `# bash completion of postern
_postern() {
  local at='' word i found=''
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$at $word" in
      ${commandPaths.map((path) => quoted(`${path} --`)).join(' | ')})
        # The command of another program: its name, then files.
        ((i == COMP_CWORD - 1)) && COMPREPLY=($(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}"))
        return ;;
      ${paths}) at="$at $word" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${valueCases([program, ...commands]).join('\n')}
  esac
  case "$at" in
${[program, ...commands].map((shape) => `    ${quoted(shape.path)}) found=${quoted(wordsOf(shape, globals))} ;;`).join('\n')}
  esac
  # Where a command takes no further command, what is no option may be a file.
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _postern postern
`;
}

function wordsOf({ path, commands, options }: CommandShape, globals: readonly string[]): string {
  const inherited = path === '' ? [] : globals;
  const words = [...commands.map(({ name }) => name), ...options.map(({ long }) => long)];
  return [...new Set([...words, ...inherited])].join(' ');
}

/** After an option with a value: its choices, or files. Global options are completed everywhere. */
function valueCases(shapes: readonly CommandShape[]): readonly string[] {
  return shapes.toReversed().flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ long, choices }) => {
        const pattern = path === '' ? `*${quoted(` ${long}`)}` : quoted(`${path} ${long}`);
        const words = quoted(choices.join(' '));
        const reply =
          choices.length === 0
            ? ''
            : `COMPREPLY=($(compgen -W ${words} -- "\${COMP_WORDS[COMP_CWORD]}")); `;
        return `    ${pattern}) ${reply}return ;;`;
      }),
  );
}
