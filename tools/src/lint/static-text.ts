import { AST_NODE_TYPES as Type, type TSESTree } from '@typescript-eslint/utils';

/** The static text of an expression: a string, or a template without expressions. */
export function staticTextOf(node: TSESTree.Node): string | undefined {
  if (node.type === Type.Literal && typeof node.value === 'string') return node.value;
  if (node.type !== Type.TemplateLiteral || node.quasis.length !== 1) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** The name of a property in the source; undefined if it is computed. */
export function propertyNameOf(key: TSESTree.Node, computed: boolean): string | undefined {
  if (!computed && key.type === Type.Identifier) return key.name;
  return staticTextOf(key);
}
