import type { TSESLint } from '@typescript-eslint/utils';
import { confinedRule, type ConfinedRule } from './confined-rule.ts';
import { CONFINEMENTS } from './confinement.ts';

const rules: Record<string, ConfinedRule> = Object.fromEntries(
  CONFINEMENTS.map((confinement) => [confinement.rule, confinedRule(confinement)]),
);

/** The local lint rules, `postern/*`. */
export const posternPlugin = {
  meta: { name: 'postern' },
  rules,
} satisfies TSESLint.FlatConfig.Plugin;
