/** File name endings by language, as models and people write it. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['bash', 'sh'],
  ['c', 'c'],
  ['cpp', 'cpp'],
  ['c++', 'cpp'],
  ['cs', 'cs'],
  ['csharp', 'cs'],
  ['css', 'css'],
  ['csv', 'csv'],
  ['diff', 'diff'],
  ['elixir', 'ex'],
  ['go', 'go'],
  ['graphql', 'graphql'],
  ['haskell', 'hs'],
  // Opened from the disk, these would run their scripts with access to the network.
  ['html', 'html.txt'],
  ['svg', 'svg.txt'],
  ['xhtml', 'html.txt'],
  ['xml', 'xml.txt'],
  ['ini', 'ini'],
  ['java', 'java'],
  // `.js` starts on a double click on Windows.
  ['javascript', 'mjs'],
  ['js', 'mjs'],
  ['json', 'json'],
  ['jsx', 'jsx'],
  ['kotlin', 'kt'],
  ['latex', 'tex'],
  ['less', 'less'],
  ['lua', 'lua'],
  ['makefile', 'mk'],
  ['markdown', 'md'],
  ['md', 'md'],
  ['mermaid', 'mmd'],
  ['nginx', 'conf'],
  ['objectivec', 'm'],
  ['perl', 'pl'],
  ['php', 'php'],
  ['powershell', 'ps1'],
  ['protobuf', 'proto'],
  ['py', 'py'],
  ['python', 'py'],
  ['r', 'r'],
  ['rb', 'rb'],
  ['ruby', 'rb'],
  ['rs', 'rs'],
  ['rust', 'rs'],
  ['scala', 'scala'],
  ['scss', 'scss'],
  ['sh', 'sh'],
  ['shell', 'sh'],
  ['sql', 'sql'],
  ['swift', 'swift'],
  ['tex', 'tex'],
  ['toml', 'toml'],
  ['ts', 'ts'],
  ['tsx', 'tsx'],
  ['typescript', 'ts'],
  ['vue', 'vue'],
  ['yaml', 'yaml'],
  ['yml', 'yml'],
]);

/**
 * The name under which code is downloaded: `code.py`. Nothing of the model's text is in it. Code in another
 * language is `code.txt`, also if its usual files start on a double click, such as `bat` and `vbs`.
 */
export function codeFileName(language: string): string {
  // eslint-disable-next-line lingui/no-unlocalized-strings -- the name of a file
  if (language === 'dockerfile' || language === 'docker') return 'Dockerfile';
  return `code.${ENDINGS.get(language) ?? 'txt'}`;
}
