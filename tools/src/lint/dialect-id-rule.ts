import { relative, sep } from 'node:path';
import { AST_NODE_TYPES as Type, type TSESLint, type TSESTree } from '@typescript-eslint/utils';
import { DIALECT_IDS } from '@postern/protocol';
import { staticTextOf } from './static-text.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** The two tables with one row per dialect. */
const TABLES = ['packages/protocol/src/dialect-ids.ts', 'packages/dialects/src/dialects.ts'];

/**
 * Tests, and the fake upstream, which stands for other servers and so implements their formats
 * itself.
 */
const EXEMPT = /^testing\/|\.test\.tsx?$|\/src\/testing\//;

export type DialectIdRule = TSESLint.RuleModule<'outside'>;

/**
 * The differences between dialects belong in their folders. Elsewhere a dialect's id may only be
 * the value of a property (`dialect: 'openai-chat'`). Code must not compare ids, switch on them, or
 * use them as keys of a table: it takes a field of the dialect's record.
 */
export const dialectIdRule: DialectIdRule = {
  meta: {
    type: 'problem',
    docs: { description: 'differences between dialects are fields of their records' },
    messages: {
      outside:
        'the differences of {{dialect}} belong in its folder: use a field of the dialect record instead',
    },
    schema: [],
    defaultOptions: [],
  },
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the type still asks for it
  defaultOptions: [],
  create: (context) => {
    const path = relative(ROOT, context.filename).split(sep).join('/');
    if (TABLES.includes(path) || EXEMPT.test(path)) return {};
    return {
      'Literal, TemplateLiteral': (node: TSESTree.Literal | TSESTree.TemplateLiteral) => {
        const text = staticTextOf(node);
        const dialect = DIALECT_IDS.find((id) => id === text);
        if (dialect === undefined || isPropertyValue(node)) return;
        if (path.startsWith(`packages/dialects/src/${dialect}/`)) return;
        context.report({ node, messageId: 'outside', data: { dialect } });
      },
    };
  },
};

function isPropertyValue(node: TSESTree.Node): boolean {
  const { parent } = node;
  return parent?.type === Type.Property && parent.value === node && !parent.computed;
}
