import type { ESLint, Rule } from 'eslint';
import { confinedRule } from './confined-rule.ts';
import { CONFINEMENTS } from './confinement.ts';

const rules: Record<string, Rule.RuleModule> = Object.fromEntries(
  CONFINEMENTS.map((confinement) => [confinement.rule, confinedRule(confinement)]),
);

/** The local lint rules, `postern/*`. */
export const posternPlugin: ESLint.Plugin = { meta: { name: 'postern' }, rules };
