import type { MessageDescriptor } from '@lingui/core';
import { cloneElement, Fragment, type ReactElement, type ReactNode } from 'react';
import { textOf } from './i18n.ts';

const TAG = /<(\w+)>(.*?)<\/\1>|<(\w+)\/>/s;

/** What the macro `Trans` becomes. Values are shown as they are: `<0>` in a user’s text isn’t a tag. */
export function Trans(props: MessageDescriptor & { components?: Nodes }): ReactElement {
  const nodes: Record<string, ReactNode> = { ...props.components };
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(props.values ?? {})) {
    if (typeof value === 'number') values[name] = value;
    else {
      values[name] = `<value_${name}/>`;
      nodes[`value_${name}`] = <>{value}</>;
    }
  }
  return <>{withElements(textOf({ ...props, values }), nodes)}</>;
}

type Nodes = Readonly<Record<string, ReactNode>>;

/** Puts the elements in place of their tags. */
function withElements(text: string, nodes: Nodes): ReactNode {
  const found = TAG.exec(text);
  if (found === null) return text;
  const [whole, paired, content = '', empty = ''] = found;
  const node = nodes[paired ?? empty];
  const inner = paired === undefined ? undefined : withElements(content, nodes);
  return (
    <>
      {text.slice(0, found.index)}
      {isElement(node) && inner !== undefined ? cloneElement(node, {}, inner) : (node ?? inner)}
      {withElements(text.slice(found.index + whole.length), nodes)}
    </>
  );
}

function isElement(node: ReactNode): node is ReactElement {
  return typeof node === 'object' && node !== null && 'type' in node && node.type !== Fragment;
}
