import { AST_NODE_TYPES as Type, type TSESTree } from '@typescript-eslint/utils';
import { propertyNameOf } from './static-text.ts';

/** How code uses an object such as `process` or a module's namespace. */
export type Use =
  /** Reads one property that the source names. `node` is the expression that receives its value. */
  | { readonly kind: 'property'; readonly name: string; readonly node: TSESTree.Node }
  | { readonly kind: 'call'; readonly node: TSESTree.Node }
  | { readonly kind: 'new'; readonly withArgument: boolean; readonly node: TSESTree.Node }
  /** Asks for its type, compares it, or drops it. */
  | { readonly kind: 'harmless' }
  /** Anything else: it can be reached under another name from here on. */
  | { readonly kind: 'escape'; readonly node: TSESTree.Node };

/** Returns the uses of the object in an expression or a destructuring pattern. */
export function usesOf(node: TSESTree.Node): readonly Use[] {
  if (node.type === Type.ObjectPattern) return usesOfPattern(node);
  if (node.type === Type.AssignmentPattern && node.parent.type === Type.Property) {
    return usesOf(node.left);
  }
  const { parent } = node;
  if (parent === undefined) return [{ kind: 'escape', node }];
  if (passesThrough(parent, node)) return usesOf(parent);
  const pattern = patternFor(parent, node);
  return pattern === undefined ? [useIn(parent, node)] : usesOfPattern(pattern);
}

/** Whether `parent` has the value of `node`: a cast, `await`, `?.`, the last part of a sequence. */
function passesThrough(parent: TSESTree.Node, node: TSESTree.Node): boolean {
  switch (parent.type) {
    case Type.TSAsExpression:
    case Type.TSNonNullExpression:
    case Type.TSSatisfiesExpression:
    case Type.TSTypeAssertion:
    case Type.ChainExpression:
    case Type.AwaitExpression:
      return true;
    case Type.SequenceExpression:
      return parent.expressions.at(-1) === node;
    default:
      return false;
  }
}

/**
 * The pattern that destructures `node`: `const { a } = node`, `({ a } = node)`, a default value.
 */
function patternFor(
  parent: TSESTree.Node,
  node: TSESTree.Node,
): TSESTree.ObjectPattern | undefined {
  let target: TSESTree.Node | undefined;
  if (parent.type === Type.VariableDeclarator && parent.init === node) target = parent.id;
  if (parent.type === Type.AssignmentExpression && parent.right === node) target = parent.left;
  if (parent.type === Type.AssignmentPattern && parent.right === node) target = parent.left;
  return target?.type === Type.ObjectPattern ? target : undefined;
}

function usesOfPattern(pattern: TSESTree.ObjectPattern): readonly Use[] {
  return pattern.properties.map((property) => {
    if (property.type === Type.RestElement) return { kind: 'escape', node: property };
    const name = propertyNameOf(property.key, property.computed);
    if (name === undefined) return { kind: 'escape', node: property };
    return { kind: 'property', name, node: property.value };
  });
}

function useIn(parent: TSESTree.Node, node: TSESTree.Node): Use {
  switch (parent.type) {
    case Type.MemberExpression:
      return useAsMember(parent, node);
    case Type.CallExpression:
      return { kind: parent.callee === node ? 'call' : 'escape', node };
    case Type.NewExpression: {
      if (parent.callee !== node) return { kind: 'escape', node };
      const [first] = parent.arguments;
      const withArgument = first !== undefined && first.type !== Type.SpreadElement;
      return { kind: 'new', withArgument, node };
    }
    case Type.UnaryExpression:
    case Type.BinaryExpression:
    case Type.ExpressionStatement:
    case Type.TSTypeQuery:
    case Type.TSQualifiedName:
      return { kind: 'harmless' };
    default:
      return { kind: 'escape', node };
  }
}

function useAsMember(parent: TSESTree.MemberExpression, node: TSESTree.Node): Use {
  const name = propertyNameOf(parent.property, parent.computed);
  if (parent.object !== node || name === undefined) return { kind: 'escape', node };
  return { kind: 'property', name, node: parent };
}
