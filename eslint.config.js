import comments from '@eslint-community/eslint-plugin-eslint-comments/configs';
import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import lingui from 'eslint-plugin-lingui';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { INTERFACE_TEXTS } from './tools/src/lint/interface-texts.ts';
import { posternPlugin } from './tools/src/lint/plugin.ts';

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', 'testing/peers/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  comments.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { postern: posternPlugin },
    rules: {
      ...Object.fromEntries(
        Object.keys(posternPlugin.rules).map((rule) => [`postern/${rule}`, 'error']),
      ),
      '@eslint-community/eslint-comments/no-restricted-disable': [
        'error',
        'postern/*',
        '@eslint-community/*',
      ],
      '@eslint-community/eslint-comments/no-use': [
        'error',
        {
          allow: [
            'eslint-disable',
            'eslint-disable-line',
            'eslint-disable-next-line',
            'eslint-enable',
          ],
        },
      ],
      '@eslint-community/eslint-comments/require-description': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      '@typescript-eslint/strict-boolean-expressions': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      complexity: ['error', 12],
      eqeqeq: 'error',
      'max-lines': ['error', 350],
      'max-lines-per-function': ['error', 60],
      'no-eval': 'error',
      'no-param-reassign': 'error',
    },
  },
  {
    files: ['apps/web/**/*.{ts,tsx}'],
    extends: [jsxA11y.flatConfigs.strict, reactHooks.configs.flat.recommended],
  },
  {
    files: ['apps/web/src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}', '**/src/testing/**'],
    rules: { 'no-restricted-syntax': apostropheRule("/\\p{L}'\\p{L}/u", 'The page writes ’.') },
  },
  {
    files: ['apps/web/src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}', '**/src/testing/**'],
    plugins: { lingui },
    rules: {
      'lingui/t-call-in-function': 'error',
      'lingui/no-single-tag-to-translate': 'error',
      'lingui/no-single-variables-to-translate': 'error',
      'lingui/no-trans-inside-trans': 'error',
    },
  },
  {
    files: ['apps/web/src/**/*.{ts,tsx}'],
    ignores: [
      '**/*.test.{ts,tsx}',
      '**/src/testing/**',
      'apps/web/src/languages/**',
      // Names of languages, programs and code.
      'apps/web/src/markdown/language-label.ts',
      'apps/web/src/settings/snippets.ts',
    ],
    plugins: { lingui },
    rules: { 'lingui/no-unlocalized-strings': ['error', INTERFACE_TEXTS] },
  },
  {
    files: ['{apps/cli,packages/*}/src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/src/testing/**'],
    rules: {
      'no-restricted-syntax': apostropheRule('/’/', "The terminal and the server write '."),
    },
  },
  {
    files: ['**/*.test.{ts,tsx}', '**/src/testing/**/*.ts', 'testing/**/*.ts'],
    rules: {
      // A describe block is a table of contents, not a function to keep short.
      'max-lines-per-function': 'off',
    },
  },
  {
    files: [
      '*.{js,ts}',
      'apps/web/vite.config.ts',
      'tools/src/closing-counts.ts',
      'tools/types/*.d.ts',
    ],
    rules: {
      // Tools load their configuration from the default export.
      'no-restricted-exports': 'off',
    },
  },
  {
    files: ['apps/cli/{bin,build}/*.js'],
    rules: {
      // Plain JavaScript, with types in comments.
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
);

/**
 * Holds texts for the user to one form of the apostrophe.
 *
 * @param {string} pattern
 * @param {string} message
 */
function apostropheRule(pattern, message) {
  const nodes = [`JSXText[value=${pattern}]`, `Literal[value=${pattern}]`];
  const selector = [...nodes, `TemplateElement[value.cooked=${pattern}]`].join(', ');
  return ['error', { selector, message }];
}
