import { matchesGlob, relative, sep } from 'node:path';
import type { Rule } from 'eslint';
import type { Confinement } from './confinement.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** Makes the lint rule of one confinement: a mention outside the allowed files is an error. */
export function confinedRule(confinement: Confinement): Rule.RuleModule {
  return {
    meta: {
      type: 'problem',
      docs: { description: confinement.why },
      messages: { confined: '{{what}} is confined: {{why}}' },
      schema: [],
    },
    create: (context) => {
      const path = relative(ROOT, context.filename).split(sep).join('/');
      if (confinement.allowed.some((glob) => matchesGlob(path, glob))) return {};
      return listenersOf(confinement, context);
    },
  };
}

function listenersOf(confinement: Confinement, context: Rule.RuleContext): Rule.RuleListener {
  const { modules = [], imported = [], globals = [], members = [] } = confinement;
  const report = (node: Rule.Node, what: string): void => {
    context.report({ node, messageId: 'confined', data: { what, why: confinement.why } });
  };
  return {
    ImportDeclaration: (node) => {
      if (isTypeOnly(node)) return;
      const source = String(node.source.value);
      if (modules.some((name) => source === name || source.startsWith(`${name}/`))) {
        report(node, source);
      }
      for (const specifier of node.specifiers) {
        const name = importedName(specifier);
        if (name !== undefined && imported.includes(name)) report(node, name);
      }
    },
    ImportExpression: (node) => {
      if (node.source.type === 'Literal' && modules.includes(String(node.source.value))) {
        report(node, String(node.source.value));
      }
    },
    Identifier: (node) => {
      if (globals.includes(node.name) && isGlobal(context, node)) report(node, node.name);
    },
    MemberExpression: (node) => {
      if (node.object.type !== 'Identifier') return;
      const property = propertyName(node);
      const what = `${node.object.name}.${property}`;
      if (members.includes(what) && isGlobal(context, node.object)) report(node, what);
    },
  };
}

type ImportNode = Parameters<NonNullable<Rule.RuleListener['ImportDeclaration']>>[0];
type MemberNode = Parameters<NonNullable<Rule.RuleListener['MemberExpression']>>[0];

function isTypeOnly(node: ImportNode): boolean {
  return 'importKind' in node && node.importKind === 'type';
}

function importedName(specifier: ImportNode['specifiers'][number]): string | undefined {
  if (specifier.type !== 'ImportSpecifier') return undefined;
  return specifier.imported.type === 'Identifier'
    ? specifier.imported.name
    : String(specifier.imported.value);
}

function propertyName(node: MemberNode): string {
  if (node.property.type === 'Identifier' && !node.computed) return node.property.name;
  return node.property.type === 'Literal' ? String(node.property.value) : '';
}

/** Whether the name is free in its file: neither declared nor imported there, nor a property. */
function isGlobal(context: Rule.RuleContext, node: object): boolean {
  const scopes = context.sourceCode.scopeManager.scopes;
  return scopes.some((scope) =>
    scope.references.some(
      (reference) =>
        Object.is(reference.identifier, node) &&
        (reference.resolved === null || reference.resolved.defs.length === 0),
    ),
  );
}
