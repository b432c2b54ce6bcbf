import type { TSESLint } from '@typescript-eslint/utils';
import { confinedRule, type ConfinedRule } from './confined-rule.ts';
import { CONFINEMENTS } from './confinement.ts';
import { dialectIdRule, type DialectIdRule } from './dialect-id-rule.ts';

const rules: Record<string, ConfinedRule | DialectIdRule> = {
  ...Object.fromEntries(
    CONFINEMENTS.map((confinement) => [confinement.rule, confinedRule(confinement)]),
  ),
  'dialect-id': dialectIdRule,
};

/** The local lint rules, `postern/*`. */
export const posternPlugin = {
  meta: { name: 'postern' },
  rules,
} satisfies TSESLint.FlatConfig.Plugin;
