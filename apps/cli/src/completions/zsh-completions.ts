import { shellQuoted as quoted } from '@postern/app';
import type { CommandShape } from './command-shape.ts';

/** A script for zsh, loaded with `source` after `compinit`, or put on `fpath` as `_postern`. */
export function zshCompletions([program, ...commands]: readonly CommandShape[]): string {
  if (program === undefined) return '';
  const shapes = [program, ...commands];
  const commandPaths = commands.filter(({ takesCommand }) => takesCommand).map(({ path }) => path);
  const paths = commands.map(({ path }) => quoted(path)).join(' | ');
  return `#compdef postern
_postern() {
  local at='' word
  local -i i=1
  local -a names flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    i=$((i + 1))
    case "$at $word" in
      (${commandPaths.map((path) => quoted(`${path} --`)).join(' | ')})
        # The command of another program completes as it does alone.
        shift i words; CURRENT=$((CURRENT - i)); _normal; return ;;
      (${paths}) at="$at $word" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${valueCases(shapes).join('\n')}
  esac
  case "$at" in
${shapes.map((shape) => caseOf(shape, program)).join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o option flags
  elif (( \${#names} )); then
    _describe command names
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _postern ]]; then _postern "$@"; else compdef _postern postern; fi
`;
}

function caseOf({ path, commands, options }: CommandShape, program: CommandShape): string {
  const names = commands.map(({ name, description }) => described(name, description));
  const inherited = path === '' ? [] : program.options.filter(({ long }) => long !== '--help');
  const flags = [...options, ...inherited].map(({ long, description }) =>
    described(long, description),
  );
  return `    (${quoted(path)}) names=(${names.join(' ')}); flags=(${flags.join(' ')}) ;;`;
}

function valueCases(shapes: readonly CommandShape[]): readonly string[] {
  return shapes.toReversed().flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ long, choices }) => {
        const pattern = path === '' ? `*${quoted(` ${long}`)}` : quoted(`${path} ${long}`);
        const reply =
          choices.length === 0 ? '_files' : `compadd -- ${choices.map(quoted).join(' ')}`;
        return `    (${pattern}) ${reply}; return ;;`;
      }),
  );
}

/**
 * Formats a word and its description for `_describe`, which splits them at the first unescaped
 * colon.
 */
function described(word: string, description: string): string {
  return quoted(`${word}:${description.replaceAll(':', String.raw`\:`)}`);
}
