import { resolve } from 'node:path';
import { TSESLint } from '@typescript-eslint/utils';
import tseslint from 'typescript-eslint';
import { posternPlugin } from './plugin.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const linter = new TSESLint.Linter({ configType: 'flat', cwd: ROOT });

/** Returns the local rules that `code` at `path` (from the root) violates, each once, in order. */
export function complaintsAbout(code: string, path: string): readonly string[] {
  const messages = linter.verify(
    code,
    {
      files: ['**/*.{js,ts,tsx}'],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { ecmaFeatures: { jsx: path.endsWith('x') } },
      },
      plugins: { postern: posternPlugin },
      rules: Object.fromEntries(
        Object.keys(posternPlugin.rules).map((rule) => [`postern/${rule}`, 'error']),
      ),
    },
    resolve(ROOT, path),
  );
  const broken = messages.find(({ ruleId }) => ruleId === null);
  if (broken !== undefined) throw new TypeError(`cannot parse ${code}: ${broken.message}`);
  const rules = messages.map(({ ruleId }) => (ruleId ?? '').replace('postern/', ''));
  return [...new Set(rules)].toSorted();
}
