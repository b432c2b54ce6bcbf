import { template, transformSync, type NodePath, type PluginObj } from '@babel/core';
import * as t from '@babel/types';
import linguiMacro from '@lingui/babel-plugin-lingui-macro';
import { makeConfig } from '@lingui/conf';
import { join } from 'node:path';
import { keyOf, parseMessage, type CompiledMessage } from './message.ts';

/** A text of the interface, as the source has it. */
export interface SourceText {
  readonly message: string;
  readonly context: string | undefined;
  /** The comment of the source, and what each unnamed placeholder stands for. */
  readonly remarks: readonly string[];
}

export interface CompiledTexts {
  readonly code: string;
  readonly map: object | undefined;
  readonly texts: readonly SourceText[];
}

/** The macros mark the objects that they leave with a comment. */
const MARK = /^\**\s*i18n\s*$/;

/** Finds the files that use Lingui's macros. */
export const MACROS = /@lingui\/(?:core|react)\/macro/;

const RUNTIME = join(import.meta.dirname, '../../../apps/web/src/languages');

const LINGUI_CONFIG = makeConfig(
  {
    locales: ['en'],
    sourceLocale: 'en',
    runtimeConfigModule: {
      i18n: [join(RUNTIME, 'i18n.ts'), 'i18n'],
      Trans: [join(RUNTIME, 'trans.tsx'), 'Trans'],
    },
  },
  { skipValidation: true },
);

/**
 * Replaces Lingui's macros. Each English message stays in the code, parsed: the page needs no English catalogue
 * and no parser. A message without placeholders and context is its own key, so that it costs nothing more.
 */
export function compileTexts(source: string, path: string): CompiledTexts {
  const texts: SourceText[] = [];
  const result = transformSync(source, {
    filename: path,
    babelrc: false,
    configFile: false,
    sourceMaps: true,
    parserOpts: { plugins: path.endsWith('.tsx') ? ['typescript', 'jsx'] : ['typescript'] },
    plugins: [
      [linguiMacro, { descriptorFields: 'all', linguiConfig: LINGUI_CONFIG }],
      parsedMessages(source, (text) => texts.push(text)),
    ],
  });
  return { code: result?.code ?? '', map: result?.map ?? undefined, texts };
}

/** Parses the messages of the objects that the macros leave. */
function parsedMessages(source: string, onText: (text: SourceText) => void): PluginObj {
  return {
    visitor: {
      ObjectExpression(path) {
        if (path.node.leadingComments?.some(({ value }) => MARK.test(value)) !== true) return;
        const message = propertyOf(path.node, 'message');
        if (message === undefined) throw path.buildCodeFrameError('A text needs a message.');
        const context = propertyOf(path.node, 'context');
        onText({ message, context, remarks: remarksOf(path.node, source) });
        replace(path, keyOf(message, context), parseMessage(message));
      },
    },
  };
}

function replace(path: NodePath<t.ObjectExpression>, key: string, message: CompiledMessage): void {
  const others = path.node.properties.filter((property) => {
    const name = nameOf(property);
    return name !== 'id' && name !== 'message' && name !== 'context' && name !== 'comment';
  });
  if (key === message && others.length === 0 && path.parentPath.isCallExpression()) {
    path.replaceWith(t.stringLiteral(key));
    return;
  }
  const properties = [t.objectProperty(t.identifier('id'), t.stringLiteral(key))];
  if (key !== message) {
    properties.push(t.objectProperty(t.identifier('message'), asCode(message)));
  }
  path.node.properties = [...properties, ...others];
}

function remarksOf(object: t.ObjectExpression, source: string): readonly string[] {
  const comment = propertyOf(object, 'comment');
  const values = object.properties.find((property) => nameOf(property) === 'values');
  const placeholders =
    t.isObjectProperty(values) && t.isObjectExpression(values.value) ? values.value.properties : [];
  const unnamed = placeholders.flatMap((property) => {
    if (!t.isObjectProperty(property) || !/^\d+$/.test(nameOf(property) ?? '')) return [];
    const { start, end } = property.value;
    if (typeof start !== 'number' || typeof end !== 'number') return [];
    return [`{${nameOf(property) ?? ''}}: ${source.slice(start, end).replaceAll(/\s+/g, ' ')}`];
  });
  return [...(comment === undefined ? [] : [comment]), ...unnamed];
}

/** Without the properties that are undefined. */
function asCode(message: CompiledMessage): t.Expression {
  return template.expression(JSON.stringify(message), { placeholderPattern: false })();
}

function propertyOf(object: t.ObjectExpression, name: string): string | undefined {
  const property = object.properties.find((candidate) => nameOf(candidate) === name);
  return property?.type === 'ObjectProperty' && t.isStringLiteral(property.value)
    ? property.value.value
    : undefined;
}

function nameOf(property: t.ObjectExpression['properties'][number]): string | undefined {
  if (!t.isObjectProperty(property)) return undefined;
  if (t.isIdentifier(property.key)) return property.key.name;
  return t.isNumericLiteral(property.key) || t.isStringLiteral(property.key)
    ? String(property.key.value)
    : undefined;
}
