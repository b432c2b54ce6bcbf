import { plural } from '@lingui/core/macro';
import type { JsonValue } from '@postern/kernel';
import { BookOpen } from 'lucide-react';
import type { ReactElement } from 'react';
import { CodeBlock } from '../markdown/code-block.tsx';
import { SafeLink } from '../markdown/safe-link.tsx';
import { citationsOf } from './citations.ts';

/** The sources that a model cites for a text, and the raw annotations. */
export function Sources(props: { readonly annotations: readonly JsonValue[] }): ReactElement {
  const { annotations } = props;
  const citations = citationsOf(annotations);
  const count = citations.length === 0 ? annotations.length : citations.length;
  return (
    <details className="tool-card">
      <summary>
        <BookOpen aria-hidden="true" size={15} />
        {plural(count, { one: '# source', other: '# sources' })}
      </summary>
      {citations.length > 0 && (
        <ol className="sources">
          {citations.map(({ title, url }) => (
            <li key={`${url ?? ''} ${title}`}>
              {url === undefined ? title : <SafeLink href={url}>{title}</SafeLink>}
            </li>
          ))}
        </ol>
      )}
      <CodeBlock code={JSON.stringify(annotations, null, 2)} language="json" />
    </details>
  );
}
